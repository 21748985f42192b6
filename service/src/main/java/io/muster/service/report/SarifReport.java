package io.muster.service.report;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.ComplianceState;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;

/// SARIF 2.1.0: a rule a definition, a result a finding; the resource's id is the logical location, the input file the physical one.
final class SarifReport {
    private SarifReport() {}

    static void print(ScanReport report, PrintStream out) {
        var rules = new LinkedHashMap<String, Dynamic>();
        report.engine().policies().forEach(p -> rules.putIfAbsent(p.definition().name(), rule(p)));
        var ids = new ArrayList<>(rules.keySet());
        var results = new ArrayList<Dynamic>();
        for (var finding : report.findings()) {
            results.add(result(finding, ids.indexOf(finding.definitionName()), report));
        }
        var driver =
                Dynamic.bag()
                        .put("name", "Muster")
                        .put("rules", Dynamic.array(new ArrayList<>(rules.values())))
                        .build();
        var run =
                Dynamic.bag()
                        .put("tool", Dynamic.bag().put("driver", driver).build())
                        .put("results", Dynamic.array(results))
                        .put("columnKind", "utf16CodeUnits")
                        .put(
                                "properties",
                                Dynamic.bag().put("resultsNotListed", report.unlisted()).build())
                        .build();
        out.println(
                Json.writePretty(
                        Dynamic.bag()
                                .put("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                                .put("version", "2.1.0")
                                .put("runs", Dynamic.array(run))
                                .build()));
    }

    private static Dynamic rule(AssignedPolicy policy) {
        var definition = policy.definition();
        String title =
                definition.displayName().isEmpty() ? definition.name() : definition.displayName();
        return Dynamic.bag()
                .put("id", definition.name())
                .put("name", definition.name())
                .put("shortDescription", text(title))
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("effect", String.join(", ", ScanReport.effects(policy)))
                                .put("policyDefinitionId", definition.id())
                                .build())
                .build();
    }

    private static Dynamic result(ScanReport.Finding finding, int ruleIndex, ScanReport report) {
        var physical =
                Dynamic.bag()
                        .put("artifactLocation", Dynamic.bag().put("uri", uri(report)).build())
                        .put("region", Dynamic.bag().put("startLine", 1).build())
                        .build();
        var logical =
                Dynamic.bag()
                        .put("fullyQualifiedName", finding.resourceId())
                        .put("kind", "resource")
                        .build();
        return Dynamic.bag()
                .put("ruleId", finding.definitionName())
                .put("ruleIndex", ruleIndex)
                .put("level", finding.state() == ComplianceState.ERROR ? "error" : "warning")
                .put(
                        "message",
                        text(
                                "%s: %s is %s."
                                        .formatted(
                                                finding.message(),
                                                finding.resourceId(),
                                                finding.state().wireName())))
                .put(
                        "locations",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put("physicalLocation", physical)
                                        .put("logicalLocations", Dynamic.array(logical))
                                        .build()))
                .put(
                        "partialFingerprints",
                        Dynamic.bag()
                                .put(
                                        "resourceAndPolicy/v1",
                                        finding.resourceId().toLowerCase(Locale.ROOT)
                                                + "|"
                                                + finding.policy().key().assignmentId()
                                                + "|"
                                                + finding.policy().referenceId())
                                .build())
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("policyEvaluationDetails", finding.why().details().toJson())
                                .build())
                .build();
    }

    private static String uri(ScanReport report) {
        return report.inputs().isEmpty()
                ? "fleet"
                : report.inputs().getFirst().replace('\\', '/').replace(" ", "%20");
    }

    private static Dynamic text(String text) {
        return Dynamic.bag().put("text", text).build();
    }
}
