package io.muster.service.report;

import io.muster.core.json.Json;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.EvaluatedExpression;
import io.muster.policy.evaluate.Remedy;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;

/// For people: a line a policy, then each finding with the conditions that decided it.
final class TextReport {
    private static final int SHOWN = 50;

    private TextReport() {}

    static void print(ScanReport report, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%s, %s%n%n",
                counted(report.snapshot().count(), "resource", "resources"),
                counted(report.engine().policies().size(), "policy", "policies"));
        out.printf(
                Locale.ROOT,
                "%13s %10s %8s %8s  %s%n",
                "non-compliant",
                "compliant",
                "exempt",
                "error",
                "policy");
        var titles =
                report.engine().policies().stream()
                        .collect(Collectors.groupingBy(TextReport::title, Collectors.counting()));
        for (var policy : report.engine().policies()) {
            String title = title(policy);
            boolean named = !policy.referenceId().isEmpty() || titles.getOrDefault(title, 0L) > 1;
            out.printf(
                    Locale.ROOT,
                    "%13d %10d %8d %8d  %s%s%n",
                    report.count(policy, ComplianceState.NON_COMPLIANT),
                    report.count(policy, ComplianceState.COMPLIANT),
                    report.count(policy, ComplianceState.EXEMPT),
                    report.count(policy, ComplianceState.ERROR),
                    title,
                    named ? " (" + policy.assignment().name() + ")" : "");
        }
        var shown = report.listing(SHOWN);
        for (var finding : shown.findings()) {
            print(finding, out);
            report.remedy(finding).ifPresent(remedy -> print(remedy, out));
        }
        if (shown.unlisted() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%n... and %d more; --format json has %s%n",
                    shown.unlisted(),
                    report.unlisted() == 0 ? "all of them" : "more of them");
        }
        var compliance = report.compliance();
        out.printf(
                Locale.ROOT,
                "%n%d of %d resources are non-compliant (%.1f %% compliant)%n",
                compliance.count(ComplianceState.NON_COMPLIANT),
                compliance.counts().values().stream().mapToInt(Integer::intValue).sum(),
                compliance.percentage());
    }

    private static String counted(int count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }

    private static String title(AssignedPolicy policy) {
        String display = policy.definition().displayName();
        return display.isEmpty() ? policy.definition().name() : display;
    }

    private static void print(ScanReport.Finding finding, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%s  %s%n  %s%n",
                finding.state().wireName(),
                finding.resourceId(),
                finding.message());
        var details = finding.why().details();
        for (var expression : details.evaluatedExpressions()) {
            out.println("    " + describe(expression));
        }
        var related = details.ifNotExists();
        if (related != null) {
            out.printf(
                    Locale.ROOT, "    related resources looked at: %d%n", related.totalResources());
            for (var candidate : related.candidates()) {
                out.println("      " + candidate.resourceId());
                candidate
                        .evaluatedExpressions()
                        .forEach(expression -> out.println("        " + describe(expression)));
            }
        }
        if (details.reason() != null) {
            out.println("    " + details.reason());
        }
    }

    private static void print(Remedy remedy, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "    %s %s: %d change%s%s%n",
                remedy.create() ? "would be met by creating" : "would be met by changing",
                remedy.resourceId().isEmpty() ? "a related resource" : remedy.resourceId(),
                remedy.changes().size(),
                remedy.changes().size() == 1 ? "" : "s",
                remedy.exactness() == Remedy.Exactness.SMALLEST
                        ? ", the fewest"
                        : ", none of which can be left out");
        for (var change : remedy.changes()) {
            out.printf(
                    Locale.ROOT,
                    "      %s: %s -> %s%n",
                    change.path(),
                    change.before().isNull() ? "absent" : Json.write(change.before()),
                    change.after().isNull() ? "absent" : Json.write(change.after()));
        }
    }

    private static String describe(EvaluatedExpression expression) {
        return "%s %s %s: %s, the value is %s"
                .formatted(
                        expression.expression(),
                        expression.operator(),
                        Json.write(expression.targetValue()),
                        expression.result() ? "true" : "false",
                        Json.write(expression.expressionValue()));
    }
}
