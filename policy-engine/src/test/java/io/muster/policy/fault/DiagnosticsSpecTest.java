package io.muster.policy.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.Alias;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyFile;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each way a policy document can be malformed: severity, code, JSON pointer, line and column of what is said of it. The last document of a case is the faulty one; those
/// before it are what it refers to.
final class DiagnosticsSpecTest {
    private static final String FOLDER = "spec/diagnostics";
    private static final Pattern COPIES = Pattern.compile("<<([0-9]+)\\*(.*?)>>", Pattern.DOTALL);
    private static final Pattern NEST = Pattern.compile("<<nest ([0-9]+)>>");
    private static final AliasCatalog ALIASES =
            AliasCatalog.complete(
                    List.of(
                            new Alias("T.x/t/a[*]", "T.x/t", "properties.a[*]"),
                            new Alias(
                                    "T.x/t/fixed",
                                    "T.x/t",
                                    "properties.fixed",
                                    List.of(),
                                    Alias.Modifiable.NO,
                                    null)));

    @TestFactory
    Stream<DynamicTest> diagnostics() {
        return SpecSuite.of(getClass(), FOLDER)
                .tests(
                        this::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    @Test
    void everyDiagnosticHasACase() {
        assertThat(
                        SpecSuite.of(getClass(), FOLDER)
                                .cases()
                                .map(DiagnosticsSpecTest::code)
                                .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(PolicyFault.values()).map(PolicyFault::code).toList());
    }

    /// A code with several cases has one named `code: what it is of` for each further one.
    private static String code(SpecCase specCase) {
        return specCase.name().split(":", 2)[0];
    }

    private void check(SpecCase specCase) {
        specCase.allowOnly(
                Set.of("docs"),
                Set.of(
                        "definition",
                        "initiative",
                        "assignment",
                        "exemption",
                        "attestation",
                        "folder",
                        "faults"));
        var catalog = PolicyCatalog.empty();
        List<Diagnostic> found = List.of();
        for (var section : specCase.sections()) {
            var source = new SourceText("case", expanded(section.text()));
            switch (section.name()) {
                case "definition" -> {
                    var read = new PolicyDefinitionReader(ALIASES).read(source);
                    found = read.diagnostics();
                    if (read.definition() != null) {
                        catalog = catalog.with(read.definition());
                    }
                }
                case "initiative" -> {
                    var read = PolicySetReader.read(source);
                    found = read.diagnostics();
                    if (read.definition() != null) {
                        catalog = catalog.with(read.definition());
                    }
                }
                case "assignment" -> found = assignment(source, catalog);
                case "exemption" -> {
                    var faults = Faults.in(source);
                    PolicyObjectReader.exemption(json(source), faults);
                    found = faults.all();
                }
                case "attestation" -> {
                    var faults = Faults.in(source);
                    PolicyObjectReader.attestation(json(source), faults);
                    found = faults.all();
                }
                case "folder" ->
                        found =
                                PolicyFolder.of(
                                                section.text()
                                                        .lines()
                                                        .map(line -> line.split(" ", 2))
                                                        .map(file ->
                                                                new PolicyFile(
                                                                        Path.of(file[0]), file[1]))
                                                        .toList(),
                                                ALIASES,
                                                catalog)
                                        .diagnostics();
                default -> {
                    // What is expected.
                }
            }
        }
        List<String> lines = new ArrayList<>();
        for (var fault : found) {
            lines.add(
                    "%s %s #%s %d:%d"
                            .formatted(
                                    fault.severity().name().toLowerCase(Locale.ROOT),
                                    fault.code(),
                                    fault.pointer(),
                                    fault.line(),
                                    fault.column()));
        }
        assertThat(found).extracting(Diagnostic::code).contains(code(specCase));
        specCase.expect("faults", String.join("\n", lines));
    }

    /// What is wrong with the assignment itself, else with what it puts in force.
    private static List<Diagnostic> assignment(SourceText source, PolicyCatalog catalog) {
        var faults = Faults.in(source);
        var assignment = PolicyObjectReader.assignment(json(source), faults);
        if (assignment.isEmpty()) {
            return faults.all();
        }
        var found = new ArrayList<>(faults.all());
        found.addAll(
                PolicyEngine.of(
                                catalog.with(assignment.get()),
                                ALIASES,
                                InstantSource.fixed(Instant.EPOCH))
                        .diagnostics());
        return found;
    }

    private static Dynamic json(SourceText source) {
        try {
            return Json.parse(source.text());
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static String expanded(String text) {
        String nested =
                NEST.matcher(text)
                        .replaceAll(match -> {
                            int depth = Integer.parseInt(match.group(1));
                            return "{\"not\":".repeat(depth) + "{}" + "}".repeat(depth);
                        });
        return COPIES.matcher(nested)
                .replaceAll(match -> {
                    int count = Integer.parseInt(match.group(1));
                    List<String> copies = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        copies.add(match.group(2).replace("#", String.valueOf(i)));
                    }
                    return Matcher.quoteReplacement(
                            String.join(match.group(2).equals("x") ? "" : ",", copies));
                });
    }
}
