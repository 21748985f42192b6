package io.muster.service.report;

import static io.muster.service.report.Markup.escape;

import io.muster.core.json.Json;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.ComplianceState;
import java.io.PrintStream;
import java.util.Locale;

/// JUnit's XML as build servers read it: a suite a policy, a case a resource.
final class JunitReport {
    private JunitReport() {}

    static void print(ScanReport report, PrintStream out) {
        out.println("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        out.println("<testsuites name=\"muster\">");
        for (var policy : report.engine().policies()) {
            suite(report, policy, out);
        }
        out.println("</testsuites>");
    }

    private static void suite(ScanReport report, AssignedPolicy policy, PrintStream out) {
        int tests = 0;
        for (var state : ComplianceState.values()) {
            tests += report.count(policy, state);
        }
        int failures =
                report.count(policy, ComplianceState.NON_COMPLIANT)
                        + report.count(policy, ComplianceState.CONFLICT);
        int skipped =
                report.count(policy, ComplianceState.EXEMPT)
                        + report.count(policy, ComplianceState.UNKNOWN);
        String name = policy.definition().name();
        out.printf(
                Locale.ROOT,
                "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">%n",
                escape(
                        policy.referenceId().isEmpty()
                                ? name
                                : policy.assignment().name() + "/" + policy.referenceId()),
                tests,
                failures,
                report.count(policy, ComplianceState.ERROR),
                skipped);
        for (var state : ComplianceState.values()) {
            for (String id : report.resources(policy, state)) {
                testCase(report, policy, state, id, out);
            }
        }
        out.println("  </testsuite>");
    }

    private static void testCase(
            ScanReport report,
            AssignedPolicy policy,
            ComplianceState state,
            String id,
            PrintStream out) {
        out.printf(
                Locale.ROOT,
                "    <testcase classname=\"%s\" name=\"%s\"",
                escape(policy.definition().name()),
                escape(id));
        String element =
                switch (state) {
                    case NON_COMPLIANT, CONFLICT -> "failure";
                    case ERROR -> "error";
                    case EXEMPT, UNKNOWN -> "skipped";
                    case COMPLIANT, PROTECTED -> "";
                };
        if (element.isEmpty()) {
            out.println("/>");
            return;
        }
        var finding = report.finding(policy, state, id);
        out.printf(
                Locale.ROOT,
                "><%s message=\"%s\">%s</%s></testcase>%n",
                element,
                escape(state.wireName() + ": " + finding.message()),
                element.equals("skipped")
                        ? ""
                        : escape(Json.writePretty(finding.why().details().toJson())),
                element);
    }
}
