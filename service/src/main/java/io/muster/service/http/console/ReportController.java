package io.muster.service.http.console;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Ticks;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.config.ReportSettings;
import io.muster.service.fleet.FleetHistory.UnknownInstantException;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.NotWhole;
import io.muster.service.http.route.Turns;
import io.muster.service.report.FleetReports;
import io.muster.service.report.ReportFormat;
import io.muster.service.report.ScanReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reports of compliance to hand over, and scans by policies that are not in force: `muster scan` without files. One is made at a time.
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ReportController {
    private final FleetReports reports;
    private final ReportSettings settings;
    private final Turns turns;

    ReportController(FleetReports reports, ReportSettings settings) {
        this.reports = reports;
        this.settings = settings;
        this.turns =
                new Turns(
                        1,
                        settings.maxWait(),
                        "TooManyReports",
                        "Another report is being made and was not done within %s.");
    }

    private interface Report {
        ScanReport make()
                throws ArmException, IOException, UnknownInstantException, DiagnosticException;
    }

    /// What the policies in force find.
    @Get("/report{?format,asOf}")
    HttpResponse<byte[]> report(
            @QueryValue @Nullable String format, @QueryValue @Nullable String asOf)
            throws ArmException, IOException {
        var at = instant("asOf", asOf);
        return answer(format(format == null ? "html" : format), () -> inForce(at));
    }

    /// What the policies of the body find, or those in force when it has none: `{"policies": [{"path", "text"}], "keepGoing", "format", "asOf"}`.
    @Post("/scan")
    HttpResponse<byte[]> scan(@Body byte[] body) throws ArmException, IOException {
        var asked = PoliciesAsked.body(body);
        var at = instant("asOf", asked.get("asOf").asText().orElse(null));
        var format = format(asked.get("format").textOr("json"));
        var policies = PoliciesAsked.in(asked);
        return answer(
                format, () -> policies.isEmpty() ? inForce(at) : reports.of(policies.get(), at));
    }

    private ScanReport inForce(Optional<Instant> at)
            throws ArmException, IOException, UnknownInstantException {
        return reports.inForce(at)
                .orElseThrow(() ->
                        new ArmException(
                                409,
                                "NotScanned",
                                at.isPresent()
                                        ? "No scan had been made by then, so there is nothing to report."
                                        : "No scan was made yet, so there is nothing to report."));
    }

    private HttpResponse<byte[]> answer(ReportFormat format, Report asked)
            throws ArmException, IOException {
        return turns.take(() -> {
            try {
                return answer(format, asked.make());
            } catch (UnknownInstantException unknown) {
                throw ArmException.badRequest(
                        "InstantNotAvailable", String.valueOf(unknown.getMessage()));
            } catch (DiagnosticException faulty) {
                throw PoliciesAsked.invalid(faulty.diagnostics());
            }
        });
    }

    private HttpResponse<byte[]> answer(ReportFormat format, ScanReport report)
            throws ArmException {
        if (format == ReportFormat.JUNIT && report.records() > settings.records()) {
            throw ArmException.badRequest(
                    "ReportTooLarge",
                    "JUnit's form lists every record, and %d are more than %d (muster.report.records): ask for another form."
                            .formatted(report.records(), settings.records()));
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            format.print(report, out);
        }
        var answer =
                HttpResponse.ok(bytes.toByteArray())
                        .contentType(MediaType.of(format.mediaType()))
                        .header(
                                "Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'")
                        .header(
                                "x-muster-policies",
                                Integer.toString(report.engine().policies().size()))
                        .header("x-muster-findings", counts(report));
        NotWhole.text(report.notWhole()).ifPresent(text -> answer.header(NotWhole.HEADER, text));
        return answer;
    }

    /// How many records are findings, by state: what decides about an exit code.
    private static String counts(ScanReport report) {
        return "NonCompliant=%d, Conflict=%d, Error=%d"
                .formatted(
                        report.count(ComplianceState.NON_COMPLIANT),
                        report.count(ComplianceState.CONFLICT),
                        report.count(ComplianceState.ERROR));
    }

    private static ReportFormat format(String name) throws ArmException {
        for (var format : ReportFormat.values()) {
            if (format.name().equalsIgnoreCase(name)) {
                return format;
            }
        }
        throw ArmException.badRequest(
                "InvalidQueryParameter",
                "format is '%s'; text, json, sarif, junit or html was expected.".formatted(name));
    }

    /// @throws ArmException when the parameter is there and no time
    static Optional<Instant> instant(String name, @Nullable String text) throws ArmException {
        if (text == null) {
            return Optional.empty();
        }
        var ticks = Ticks.parseIso(text);
        if (ticks.isEmpty()) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter",
                    "%s is '%s'; a time such as 2026-11-21T08:00:00Z was expected."
                            .formatted(name, text));
        }
        return Optional.of(Ticks.toInstant(ticks.getAsLong()));
    }
}
