package io.muster.inventory.source.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSourceTest {
    private final List<Dynamic> read = new ArrayList<>();

    private static String vm(String name) {
        return "{\"id\":\"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/%s\",\"name\":\"%s\",\"type\":\"Microsoft.Compute/virtualMachines\"}"
                .formatted(name, name);
    }

    private CollectionReport read(boolean keepGoing, byte[]... files)
            throws SourceException, InterruptedException {
        var inputs = new ArrayList<JsonInput>();
        for (int i = 0; i < files.length; i++) {
            byte[] bytes = files[i];
            inputs.add(new JsonInput("f" + (i + 1), () -> new ByteArrayInputStream(bytes)));
        }
        return new JsonSource(
                        "files",
                        inputs,
                        JsonSourceOptions.DEFAULT.withKeepGoing(keepGoing),
                        InstantSource.system())
                .read(read::add);
    }

    private CollectionReport read(String text) throws SourceException, InterruptedException {
        return read(false, bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    private List<String> names() {
        return read.stream().map(r -> r.get("name").textOr("?")).toList();
    }

    private static String fault(CollectionReport report) {
        return report.faults().getFirst().describe();
    }

    @Test
    void readsLines() throws Exception {
        var report = read(vm("a") + "\r\n\n" + vm("b") + "\n" + vm("c"));
        assertThat(names()).containsExactly("a", "b", "c");
        assertThat(report.isComplete()).isTrue();
        assertThat(report.rows()).isEqualTo(3);
    }

    @Test
    void readsArraysListsAnswersAndSingleResources() throws Exception {
        read(
                false,
                bytes("\uFEFF[\n" + vm("a") + ",\n" + vm("b") + "]"),
                bytes("{\"value\":[" + vm("c") + "],\"nextLink\":\"x\"}"),
                bytes("{\"totalRecords\":1,\"count\":1,\"data\":[" + vm("d") + "],\"facets\":[]}"),
                bytes(
                        "{\"data\":{\"columns\":[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"type\",\"type\":\"string\"}],\"rows\":[[\"/subscriptions/s\",\"e\",\"microsoft.resources/subscriptions\"]]}}"),
                bytes(
                        "{\n \"name\": \"f\",\n \"type\":\"a.b/c\", \"id\":\"/providers/a.b/c/f\"\n}"),
                gzip(bytes(vm("g") + "\n" + vm("h"))),
                bytes("{\"value\":[" + vm("i") + "]}\n{\"value\":[" + vm("j") + "]}\n"));
        assertThat(names()).containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    }

    @Test
    void rowsThatStandBeforeTheColumnsAreReadToo() throws Exception {
        read(
                "{\"data\":{\"rows\":[[\"/subscriptions/s\",\"e\"]],\"columns\":[{\"name\":\"id\"},{\"name\":\"name\"}]}}");
        assertThat(names()).containsExactly("e");
        assertThat(read.getFirst().get("type").textOr(""))
                .isEqualTo("Microsoft.Resources/subscriptions");
    }

    @Test
    void readsTheResourcesOfAnExampleAndNamesOneThatHasNone() throws Exception {
        var report =
                read(
                        false,
                        bytes(
                                "{\"parameters\":{},\"responses\":{\"200\":{\"body\":%s},\"201\":{\"body\":%s}}}"
                                        .formatted(vm("a"), vm("A"))),
                        bytes(
                                "{\"parameters\":{},\"responses\":{\"200\":{\"body\":{\"value\":[%s]}}}}"
                                        .formatted(vm("b"))),
                        bytes("{\"parameters\":{},\"responses\":{\"204\":{}}}"));
        assertThat(names()).containsExactly("a", "b");
        assertThat(report.faults())
                .containsExactly(
                        SourceFault.warning("f3:1", "the example's answers hold no ARM resource"));
        assertThat(report.isComplete()).isTrue();
    }

    @Test
    void aBrokenLineIsAnErrorWithItsPlace() {
        assertThatThrownBy(() -> read(vm("a") + "\n{\"id\": oops}\n" + vm("b")))
                .isInstanceOf(SourceException.class)
                .hasMessageStartingWith("f1:2:");
    }

    @Test
    void goesOnBehindABrokenLineWhenAsked() throws Exception {
        var report =
                read(
                        true,
                        bytes(
                                "{\"id\": oops}\n"
                                        + vm("a")
                                        + "\n[1]\n"
                                        + vm("b")
                                        + "x\n"
                                        + vm("c")));
        assertThat(names()).containsExactly("a", "c");
        assertThat(report.faults()).hasSize(3);
        assertThat(fault(report)).startsWith("f1:1:");
        assertThat(report.scopes().getFirst().completeness()).isEqualTo(Completeness.PARTIAL);
    }

    @Test
    void aMemberTwiceIsAnErrorWithItsPlaceInEveryForm() throws Exception {
        String twice = vm("b").replaceFirst("\\{", "{\"tags\":{\"a\":1,\"a\":2},");
        var stopped = new ArrayList<String>();
        for (var text :
                List.of(
                        vm("a") + "\n" + twice + "\n" + vm("c"),
                        "[" + vm("a") + ",\n" + twice + "]",
                        "{\"value\":[" + vm("a") + ",\n" + twice + "]}",
                        "{\"responses\":{},\n\"responses\":{}}")) {
            assertThatThrownBy(() -> read(text))
                    .hasMessageContaining("two members of this name")
                    .satisfies(fault -> stopped.add(fault.getMessage()));
            read.clear();
            assertThat(fault(read(true, bytes(text)))).isEqualTo(stopped.getLast());
        }
        assertThat(stopped).allMatch(place -> place.startsWith("f1:2:"), "names the second line");
    }

    @Test
    void whatIsNoResourceIsNamed() throws Exception {
        var report =
                read(
                        true,
                        bytes("{\"hello\":1}"),
                        bytes("[1,{\"id\":\"nonsense\"}]"),
                        bytes("true"));
        assertThat(report.faults())
                .extracting(SourceFault::describe)
                .containsExactly(
                        "f1:1  this is no ARM resource: it has no 'id' text",
                        "f2:1  this is no ARM resource: it is no JSON object",
                        "f2:1  this is no ARM resource: its 'id' is no resource id: 'nonsense'",
                        "f3:1  an object or an array was expected");
        assertThat(report.scopes().getFirst().completeness()).isEqualTo(Completeness.FAILED);
    }

    @Test
    void anIdTwiceInAFileIsAnErrorAndInTwoFilesAWarning() throws Exception {
        assertThatThrownBy(() -> read(vm("a") + "\n" + vm("A")))
                .hasMessageStartingWith("f1:2  the id was already in this file");
        read.clear();
        var report = read(false, bytes(vm("a")), bytes(vm("a")));
        assertThat(report.hasErrors()).isFalse();
        assertThat(fault(report)).startsWith("f2:1  the id was already in another file");
    }

    @Test
    void whatFollowsAGzipFileIsAnotherOneOrAnError() throws Exception {
        // Also ends of members that fall together with those of the reader's buffers.
        for (int padding : new int[] {0, 1, 4_096, 70_000}) {
            byte[] first = gzip(bytes(vm("a") + "\n" + noise(padding)));
            byte[] second = gzip(bytes(vm("b") + "\n"));
            read.clear();
            read(false, joined(first, second));
            assertThat(names()).as("%d", padding).containsExactly("a", "b");
            byte[] broken = joined(first, second);
            broken[first.length]++;
            for (byte[] bad : List.of(broken, joined(first, bytes("x")))) {
                assertThatThrownBy(() -> read(false, bad))
                        .as("%d", padding)
                        .hasMessageContaining("f1")
                        .hasMessageContaining("from byte " + first.length + " on");
            }
        }
    }

    /// Blank lines that hardly get smaller.
    private static String noise(int size) {
        var chance = new Random(size);
        var text = new StringBuilder();
        for (int i = 0; i < size * 4; i++) {
            text.append(" \t\r\n".charAt(chance.nextInt(4)));
        }
        return text.append('\n').toString();
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void truncatedGzipInvalidUtf8AndDeepNestingAreErrorsWithTheirPlace() throws Exception {
        byte[] gzip = gzip(bytes((vm("a") + "\n" + vm("b") + "\n").repeat(1)));
        assertThatThrownBy(() -> read(false, Arrays.copyOf(gzip, gzip.length - 12)))
                .hasMessageContaining("f1")
                .hasMessageContaining("ends too early");
        byte[] invalid = bytes(vm("a") + "\n" + vm("bXXc"));
        for (int i = 0; i + 1 < invalid.length; i++) {
            if (invalid[i] == 'X') {
                invalid[i] = (byte) 0xC3;
            }
        }
        assertThatThrownBy(() -> read(false, invalid)).hasMessageStartingWith("f1:2");
        assertThatThrownBy(() -> read("[".repeat(100_000) + "]".repeat(100_000)))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("1000");
        assertThatThrownBy(() -> read("  ")).hasMessageContaining("empty");
    }

    @Test
    void aLineOverTheLimitIsAnErrorAndTheNextOnesAreRead() throws Exception {
        var lines = vm("a") + "\n{\"id\":\"" + "x".repeat(3_000_000) + "\"}\n" + vm("b");
        var report =
                new JsonSource(
                                "files",
                                List.of(
                                        new JsonInput(
                                                "f", () -> new ByteArrayInputStream(bytes(lines)))),
                                new JsonSourceOptions(
                                        true, 1 << 20, JsonSourceOptions.DEFAULT.limits()),
                                InstantSource.system())
                        .read(read::add);
        assertThat(names()).containsExactly("a", "b");
        assertThat(report.faults())
                .extracting(SourceFault::describe)
                .containsExactly("f:2  the line is longer than 1048576 bytes");
    }

    @Test
    void namesAThousandFaultsOfAFileAndCountsTheOthers() throws Exception {
        var report = read(true, bytes(vm("a") + "\n" + "{]\n".repeat(5000) + vm("b")));
        assertThat(names()).containsExactly("a", "b");
        assertThat(report.faults()).hasSize(1001);
        assertThat(report.faults().getLast().describe()).isEqualTo("f1  4000 more faults");
    }

    @Test
    void readsAFolderInTheOrderOfNames(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("sub"));
        Files.writeString(folder.resolve("b.json"), vm("b"));
        Files.writeString(folder.resolve("a.ndjson"), vm("a"));
        Files.write(folder.resolve("sub/c.json.gz"), gzip(bytes(vm("c"))));
        Files.writeString(folder.resolve("readme.md"), "no");
        JsonSource.ofPaths(
                        "files", List.of(folder), JsonSourceOptions.DEFAULT, InstantSource.system())
                .read(read::add);
        assertThat(names()).containsExactly("a", "b", "c");
        assertThatThrownBy(() ->
                        JsonSource.ofPaths(
                                "files",
                                List.of(folder.resolve("none")),
                                JsonSourceOptions.DEFAULT,
                                InstantSource.system()))
                .hasMessageContaining("does not exist");
    }

    @Test
    void readsAzuresOwnExamples() throws Exception {
        var examples = Path.of(System.getProperty("muster.root", "."), "../shared/specs/examples");
        assumeTrue(Files.isDirectory(examples), "no examples beside the repository");
        var report =
                JsonSource.ofPaths(
                                "examples",
                                List.of(examples),
                                JsonSourceOptions.DEFAULT,
                                InstantSource.system())
                        .read(read::add);
        assertThat(report.hasErrors()).isFalse();
        assertThat(report.scopes()).hasSizeGreaterThan(500);
        assertThat(read.size()).isGreaterThan(300);
    }

    @Test
    void onePageOfSeveralIsNotTakenForAll() throws Exception {
        for (String page :
                List.of(
                        "{\"value\":[%s],\"nextLink\":\"https://management.azure.com/x\"}",
                        "{\"nextLink\":\"https://management.azure.com/x\",\n\"value\":[%s]}",
                        "{\"data\":[%s],\n\"$skipToken\":\"t\"}",
                        "{\"data\":[%s],\"skip_token\":\"t\"}",
                        "{\"resultTruncated\":\"true\",\"data\":[%s]}")) {
            read.clear();
            var report = read(page.formatted(vm("a")));
            assertThat(names()).containsExactly("a");
            assertThat(report.scopes().getFirst().completeness()).isEqualTo(Completeness.PARTIAL);
            assertThat(report.scopes().getFirst().because()).contains("others follow");
            assertThat(fault(report)).startsWith("f1:1  by its '");
            assertThat(report.hasErrors()).isFalse();
        }
        String first = "{\"value\":[%s],\"nextLink\":\"x\"}\n".formatted(vm("a"));
        String last = "{\"value\":[%s],\"nextLink\":null}\n".formatted(vm("b"));
        assertThat(read(first + last).isComplete()).isTrue();
        assertThat(read(false, bytes(first), bytes(last)).isComplete()).isTrue();
        assertThat(read(false, bytes(first), bytes(vm("c"))).isComplete()).isFalse();
    }

    @Test
    void whatComesBeforeTheBreakOfASmallGzipFileIsReadAndTheBreakHasItsLine() throws Exception {
        var chance = new Random(7);
        var third = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            third.append(Integer.toHexString(chance.nextInt()));
        }
        byte[] gzip = gzip(bytes(vm("a") + "\n" + vm("b") + "\n" + vm(third.toString())));
        byte[] cut = Arrays.copyOf(gzip, gzip.length - 1000);

        var report = read(true, cut, bytes(vm("z")));

        assertThat(names()).containsExactly("a", "b", "z");
        assertThat(fault(report)).startsWith("f1:2  the gzip data ends too early");
        assertThat(report.scopes().getFirst().completeness()).isEqualTo(Completeness.PARTIAL);
    }

    @Test
    void linesAreToldFromADocumentWhateverStandsBeforeTheFirstWholeOne() throws Exception {
        for (String before :
                List.of("", "\uFEFF", "{broken\n{too\n{\"id\": also\n", "\uFEFF{broken\n{too\n")) {
            read.clear();
            var report = read(true, bytes(before + vm("a") + "\n{broken\n" + vm("b")));
            assertThat(names()).as(before).containsExactly("a", "b");
            assertThat(report.faults())
                    .as(before)
                    .hasSize(1 + (int) before.chars().filter(c -> c == '\n').count());
        }
        for (String document : List.of("{\"value\":[\n%s\n]}", "\uFEFF{\n\"data\" :[ \n%s\n]}")) {
            read.clear();
            assertThat(read(document.formatted(vm("a"))).isComplete()).isTrue();
            assertThat(names()).containsExactly("a");
        }
    }
}
