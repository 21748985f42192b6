package io.muster.service.report;

import java.io.PrintStream;
import java.util.Locale;

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

    /// As it is written on a command line and in a request.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
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
