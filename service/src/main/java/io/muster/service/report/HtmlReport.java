package io.muster.service.report;

import static io.muster.service.report.Markup.escape;

import io.muster.core.json.Json;
import io.muster.policy.evaluate.ComplianceState;
import java.io.PrintStream;
import java.util.Locale;

/// One page to hand over: no script, nothing loaded from elsewhere.
final class HtmlReport {
    private static final String HEAD =
            """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Muster: compliance</title><style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
            table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
            td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#a4262c}summary{cursor:pointer}
            code{word-break:break-all}
            </style></head><body>
            """;

    private HtmlReport() {}

    static void print(ScanReport report, PrintStream out) {
        var compliance = report.compliance();
        out.print(HEAD);
        out.printf(
                Locale.ROOT,
                "<h1>Compliance: %.1f %%</h1><p>%d resources of %s, judged %s: %d of %d that policies are about are non-compliant.</p>%n",
                compliance.percentage(),
                report.snapshot().count(),
                report.snapshot().takenAt(),
                report.at(),
                compliance.count(ComplianceState.NON_COMPLIANT),
                compliance.counts().values().stream().mapToInt(Integer::intValue).sum());
        for (String torn : report.notWhole()) {
            out.printf(Locale.ROOT, "<p class=\"bad\">%s</p>%n", escape(torn));
        }
        out.println(
                "<table><tr><th>Policy</th><th>Assignment</th><th>Effect</th><th>Non-compliant</th><th>Compliant</th><th>Exempt</th><th>Error</th></tr>");
        for (var policy : report.engine().policies()) {
            String title = policy.definition().displayName();
            out.printf(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%s</td><td>%s</td><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%d</td></tr>%n",
                    escape(title.isEmpty() ? policy.definition().name() : title),
                    escape(policy.assignment().name()),
                    escape(String.join(", ", ScanReport.effects(policy))),
                    report.count(policy, ComplianceState.NON_COMPLIANT),
                    report.count(policy, ComplianceState.COMPLIANT),
                    report.count(policy, ComplianceState.EXEMPT),
                    report.count(policy, ComplianceState.ERROR));
        }
        out.println("</table><h2>Findings</h2>");
        if (report.unlisted() > 0) {
            out.printf(
                    Locale.ROOT,
                    "<p>%d of %d are listed.</p>%n",
                    report.findingCount() - report.unlisted(),
                    report.findingCount());
        }
        for (var finding : report.findings()) {
            out.printf(
                    Locale.ROOT,
                    "<details><summary><b class=\"bad\">%s</b> <code>%s</code> %s</summary><ul>%n",
                    escape(finding.state().wireName()),
                    escape(finding.resourceId()),
                    escape(finding.message()));
            for (var expression : finding.why().details().evaluatedExpressions()) {
                out.printf(
                        Locale.ROOT,
                        "<li><code>%s %s %s</code>: %s, the value is <code>%s</code></li>%n",
                        escape(expression.expression()),
                        escape(expression.operator()),
                        escape(Json.write(expression.targetValue())),
                        expression.result(),
                        escape(Json.write(expression.expressionValue())));
            }
            String reason = finding.why().details().reason();
            if (reason != null) {
                out.printf(Locale.ROOT, "<li>%s</li>%n", escape(reason));
            }
            out.println("</ul></details>");
        }
        out.println("</body></html>");
    }
}
