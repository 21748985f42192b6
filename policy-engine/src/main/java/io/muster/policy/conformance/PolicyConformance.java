package io.muster.policy.conformance;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.alias.AliasImport;
import io.muster.policy.compile.PolicyCompiler;
import io.muster.policy.definition.Parameter;
import io.muster.policy.definition.ParameterType;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.fault.Faults;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The entries of `conformance policy|functions|definitions`. Each prints one JSON line a case, a summary line a group and the total, and answers the exit
/// code: 0 when no case failed, 1 when one did.
public final class PolicyConformance {
    private PolicyConformance() {}

    /// Rules against resources.
    public static int policy(Path file, PrintStream out) throws IOException, JsonException {
        var report = new CaseReport(out);
        for (var test : CaseFile.read(file)) {
            PolicyCases.run(test, report);
        }
        return report.finish();
    }

    /// Calls of template functions.
    public static int functions(Path file, PrintStream out) throws IOException, JsonException {
        var report = new CaseReport(out);
        for (var test : CaseFile.read(file)) {
            FunctionCases.run(test, report);
        }
        return report.finish();
    }

    /// Definitions and initiatives: each must be readable, find its aliases and compile.
    ///
    /// @param aliases the whole catalogue; null for the convention and its exceptions
    public static int definitions(Path file, @Nullable Path aliases, PrintStream out)
            throws IOException, JsonException {
        var fields =
                aliases == null
                        ? AliasCatalog.conventional()
                        : AliasCatalog.complete(AliasImport.read(aliases));
        var report = new CaseReport(out);
        int line = 0;
        for (var document : CaseFile.read(file)) {
            line++;
            String id = document.getIgnoreCase("name").textOr(Integer.toString(line));
            run(id, document, fields, report);
        }
        return report.finish();
    }

    private static void run(String id, Dynamic document, AliasCatalog fields, CaseReport report) {
        boolean initiative =
                !document.getIgnoreCase("properties").getIgnoreCase("policyDefinitions").isNull();
        var source = new SourceText(id, Json.write(document));
        var diagnostics =
                initiative ? PolicySetReader.read(source).diagnostics() : compiled(source, fields);
        var error = diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).findFirst();
        report.add(
                id,
                initiative ? "initiatives" : "definitions",
                error.isEmpty() ? CaseReport.Status.PASS : CaseReport.Status.FAIL,
                error.map(d -> d.code() + " " + d.pointer() + " " + d.message()).orElse(""),
                false);
    }

    /// Reads and compiles a definition; parameters without a default get any value that they allow.
    private static List<Diagnostic> compiled(SourceText source, AliasCatalog fields) {
        var result = new PolicyDefinitionReader(fields).read(source);
        var definition = result.definition();
        if (definition == null) {
            return result.diagnostics();
        }
        Map<String, Dynamic> values = new HashMap<>();
        definition
                .parameters()
                .forEach((key, parameter) -> {
                    var standard = parameter.defaultValue();
                    values.put(key, standard == null ? sample(parameter) : standard);
                });
        var faults = Faults.in(source);
        new PolicyCompiler(fields).compile(definition, values, faults);
        return faults.all();
    }

    private static Dynamic sample(Parameter parameter) {
        if (!parameter.allowedValues().isEmpty()) {
            return parameter.type() == ParameterType.ARRAY
                    ? new Dynamic.Array(parameter.allowedValues())
                    : parameter.allowedValues().getFirst();
        }
        return switch (parameter.type()) {
            case STRING -> Dynamic.of("sample");
            case ARRAY -> Dynamic.array(Dynamic.of("sample"));
            case OBJECT -> Dynamic.EMPTY_BAG;
            case BOOLEAN -> Dynamic.TRUE;
            case INTEGER, FLOAT -> Dynamic.of(1);
            case DATETIME -> Dynamic.of("2026-01-01T00:00:00.0000000Z");
        };
    }
}
