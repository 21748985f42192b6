package io.muster.kql;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.fixtures.spec.SpecTable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The cases below `src/test/resources/spec`: queries with their rows, their plan, or the faults they are refused with.
class SpecTest {
    @TestFactory
    Stream<DynamicTest> queriesAnswerAsTheSpecFilesSay() {
        return SpecSuite.of(getClass(), "spec")
                .tests(
                        SpecTest::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    private static void check(SpecCase spec) throws Exception {
        spec.allowOnly(
                Set.of("docs", "order"), Set.of("query", "result", "optimized", "error", "notes"));
        PreparedQuery prepared;
        try {
            prepared = Kql.prepare(spec.require("query").text(), Tables.catalog());
        } catch (DiagnosticException refused) {
            spec.expect("error", places(refused.diagnostics()));
            return;
        }
        if (spec.section("optimized").isPresent() || spec.file().name().startsWith("rules/")) {
            spec.expect("optimized", prepared.explain());
        }
        if (spec.section("notes").isPresent()) {
            spec.expect("notes", places(prepared.notes()));
        }
        var result = prepared.run();
        spec.expectTable(
                "result",
                SpecTable.of(
                        result.schema().fields().stream()
                                .map(f -> new SpecTable.Column(f.name(), f.type()))
                                .toList(),
                        result.rows()));
    }

    private static String places(List<Diagnostic> diagnostics) {
        return diagnostics.stream()
                .map(d -> d.code() + " " + d.line() + ":" + d.column())
                .collect(Collectors.joining("\n"));
    }
}
