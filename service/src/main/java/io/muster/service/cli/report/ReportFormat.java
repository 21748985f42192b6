package io.muster.service.cli.report;

import java.io.PrintStream;

/// The forms of a scan's report.
public enum ReportFormat {
    TEXT,
    JSON,
    SARIF,
    JUNIT,
    HTML;

    public void print(ScanReport report, PrintStream out) {
        switch (this) {
            case TEXT -> TextReport.print(report, out);
            case JSON -> JsonReport.print(report, out);
            case SARIF -> SarifReport.print(report, out);
            case JUNIT -> JunitReport.print(report, out);
            case HTML -> HtmlReport.print(report, out);
        }
    }
}
