package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecFile;
import io.muster.fixtures.spec.SpecSuite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The facts of VM Applications, row by row: a spec file a section, a case a row, named after it. `row` is how the row starts; `shown` names tests elsewhere that
/// show it, in place of a script.
class ReferenceSpecTest {
    private static final String BEGIN =
            "<!-- rows of the VM Applications facts: written by ReferenceSpecTest -->";
    private static final String END = "<!-- end of the rows -->";
    private static final Pattern SECTION = Pattern.compile("## (\\d+)\\..*");
    private static final Pattern RULE = Pattern.compile("\\|[-| ]+");
    private static final Pattern MARK = Pattern.compile("^(- |\\d+\\. )");

    private static Path root() {
        return Path.of(Objects.requireNonNull(System.getProperty("muster.root"), "muster.root"));
    }

    private static SpecSuite suite() {
        return SpecSuite.of(ReferenceSpecTest.class, "spec");
    }

    @TestFactory
    Stream<DynamicTest> rowsHoldAsTheSpecFilesSay() {
        return suite().tests(
                        ReferenceSpecTest::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    private static void check(SpecCase spec) throws IOException {
        spec.allowOnly(
                Set.of("row", "limits", "links", "endOfLife"),
                Set.of("script", "answers", "shown"));
        if (spec.section("shown").isPresent()) {
            for (String test : elsewhere(spec)) {
                requireTest(test);
            }
            return;
        }
        spec.expect(
                "answers",
                new SpecScript(
                                spec.header("limits", ""),
                                spec.header("links", "").equals("all"),
                                spec.header("endOfLife", "").equals("refused"))
                        .run(spec.require("script").text()));
    }

    private static List<String> elsewhere(SpecCase spec) {
        return spec.section("shown").stream()
                .flatMap(section -> section.text().lines())
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /// `Class.method`, somewhere in the tests of this repository.
    private static void requireTest(String test) throws IOException {
        int dot = test.lastIndexOf('.');
        String file = test.substring(0, dot) + ".java";
        var texts = new ArrayList<String>();
        for (var found : testSources(file)) {
            texts.add(Files.readString(found));
        }
        assertThat(texts).as("the file of %s", test).isNotEmpty();
        String method = " " + test.substring(dot + 1) + "(";
        assertThat(texts).as(test).anyMatch(text -> text.contains(method));
    }

    /// The tests of that name, in whichever room: two rooms may each have one. Looks into the modules' test sources alone: what is built beside them changes meanwhile.
    private static List<Path> testSources(String file) throws IOException {
        var found = new ArrayList<Path>();
        try (var modules = Files.list(root())) {
            for (var module : modules.sorted().toList()) {
                var tests = module.resolve("src/test/java");
                if (!Files.isDirectory(tests)) {
                    continue;
                }
                try (var walk = Files.walk(tests)) {
                    walk.filter(p -> p.getFileName().toString().equals(file)).forEach(found::add);
                }
            }
        }
        return found;
    }

    @Test
    void parityTableNamesEveryRowsCase() throws IOException {
        var doc = root().resolve("docs/azure-parity.md");
        String text = Files.readString(doc);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        assertThat(begin).isNotNegative();
        assertThat(end).isGreaterThan(begin);
        String wanted =
                text.substring(0, begin) + BEGIN + "\n\n" + table() + "\n" + text.substring(end);
        if (SpecFile.isRecording()) {
            Files.writeString(doc, wanted);
        } else {
            assertThat(text).isEqualTo(wanted);
        }
    }

    private static String table() {
        var out = new StringBuilder("| Section | Row | Case |\n|---|---|---|\n");
        for (var file : suite().files()) {
            for (var spec : file.cases()) {
                out.append("| ")
                        .append(section(file))
                        .append(" | ")
                        .append(row(spec).replace("|", "\\|"))
                        .append(" | `")
                        .append(spec.name())
                        .append('`');
                if (spec.section("shown").isPresent()) {
                    out.append(": `").append(String.join("`, `", elsewhere(spec))).append('`');
                }
                out.append(" |\n");
            }
        }
        return out.toString();
    }

    private static String section(SpecFile file) {
        return file.name().replaceFirst("^0?(\\d+)-.*$", "$1");
    }

    private static String row(SpecCase spec) {
        return spec.header("row")
                .orElseThrow(() -> new AssertionError(spec.place() + " names no row"));
    }

    private record Row(String section, String text) {}

    @Test
    void nothingOfTheReferenceIsLeftUnmapped() throws IOException {
        var reference = root().resolve("../shared/reference/vm-applications.md");
        Assumptions.assumeTrue(
                Files.exists(reference), "the facts of VM Applications are not beside this folder");
        var rows = rows(Files.readAllLines(reference));
        var cases = new ArrayList<Row>();
        for (var file : suite().files()) {
            file.cases().forEach(c -> cases.add(new Row(section(file), row(c))));
        }
        assertThat(rows).hasSizeGreaterThan(140);
        assertThat(rows.stream().filter(r -> cases.stream().noneMatch(c -> isOf(c, r))).toList())
                .as("rows of the reference without a case")
                .isEmpty();
        assertThat(cases.stream().filter(c -> rows.stream().noneMatch(r -> isOf(c, r))).toList())
                .as("cases of no row of the reference")
                .isEmpty();
    }

    private static boolean isOf(Row specCase, Row row) {
        return specCase.section().equals(row.section()) && row.text().startsWith(specCase.text());
    }

    /// Table rows, list items and paragraphs of the numbered sections; headings, table heads and code apart.
    private static List<Row> rows(List<String> lines) {
        var out = new ArrayList<Row>();
        String section = "";
        var paragraph = new StringBuilder();
        boolean code = false;
        for (int i = 0; i <= lines.size(); i++) {
            String line = i < lines.size() ? lines.get(i) : "";
            boolean fence = line.startsWith("```");
            boolean breaks =
                    line.isBlank()
                            || fence
                            || line.startsWith("#")
                            || line.startsWith("|")
                            || MARK.matcher(line).find();
            if (breaks && !paragraph.isEmpty()) {
                out.add(new Row(section, paragraph.toString()));
                paragraph.setLength(0);
            }
            if (fence) {
                code = !code;
            }
            if (fence || code || line.isBlank()) {
                // Nothing of the text.
            } else if (line.startsWith("#")) {
                var heading = SECTION.matcher(line);
                section = heading.matches() ? heading.group(1) : section;
            } else if (line.startsWith("|")) {
                boolean head = i + 1 < lines.size() && RULE.matcher(lines.get(i + 1)).matches();
                if (!head && !RULE.matcher(line).matches()) {
                    out.add(new Row(section, line.substring(1).strip()));
                }
            } else {
                String text = MARK.matcher(line.strip()).replaceFirst("");
                paragraph.append(paragraph.isEmpty() ? "" : " ").append(text);
            }
        }
        return out.stream().filter(r -> !r.section().isEmpty()).toList();
    }
}
