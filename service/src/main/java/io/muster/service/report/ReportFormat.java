package io.muster.service.report;

import java.io.PrintStream;

/// The forms of a scan's report.
public enum ReportFormat {
    TEXT("text/plain;charset=utf-8"),
    JSON("application/json"),
    SARIF("application/sarif+json"),
    JUNIT("application/xml"),
    HTML("text/html;charset=utf-8");

    private final String mediaType;

    ReportFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }

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
