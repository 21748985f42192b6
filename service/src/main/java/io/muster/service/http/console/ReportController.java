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
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyFile;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.compliance.PolicyFolders;
import io.muster.service.config.ReportSettings;
import io.muster.service.fleet.FleetHistory.UnknownInstantException;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.NotWhole;
import io.muster.service.http.wire.ErrorBody;
import io.muster.service.report.FleetReports;
import io.muster.service.report.ReportFormat;
import io.muster.service.report.ScanReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reports of compliance to hand over, and scans by policies that are not in force: `muster scan` without files. One is made at a time.
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ReportController {
    private final FleetReports reports;
    private final ReportSettings settings;
    private final Semaphore turn = new Semaphore(1, true);

    ReportController(FleetReports reports, ReportSettings settings) {
        this.reports = reports;
        this.settings = settings;
    }

    private interface Report {
        ScanReport make() throws ArmException, IOException, UnknownInstantException;
    }

    /// What the policies in force find.
    @Get("/report{?format,asOf}")
    HttpResponse<byte[]> report(
            @QueryValue @Nullable String format, @QueryValue @Nullable String asOf)
            throws ArmException, IOException, InterruptedException {
        var at = instant("asOf", asOf);
        return answer(format(format == null ? "html" : format), () -> inForce(at));
    }

    /// What the policies of the body find, or those in force when it has none: `{"policies": [{"path", "text"}], "keepGoing", "format", "asOf"}`.
    @Post("/scan")
    HttpResponse<byte[]> scan(@Body byte[] body)
            throws ArmException, IOException, InterruptedException {
        Dynamic asked;
        try {
            asked = Json.parse(body);
        } catch (JsonException fault) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "The scan is no JSON: " + fault.getMessage());
        }
        var at = instant("asOf", asked.get("asOf").asText().orElse(null));
        var format = format(asked.get("format").textOr("json"));
        if (asked.get("policies").isNull()) {
            return answer(format, () -> inForce(at));
        }
        var policies = policies(asked);
        return answer(format, () -> reports.of(policies, at));
    }

    private ScanReport inForce(Optional<Instant> at)
            throws ArmException, IOException, UnknownInstantException {
        return reports.inForce(at)
                .orElseThrow(() ->
                        new ArmException(
                                409,
                                "NotScanned",
                                "No scan was made yet, so there is nothing to report."));
    }

    private static PolicyCatalog policies(Dynamic asked) throws ArmException {
        var files = new ArrayList<PolicyFile>();
        for (var file : asked.get("policies").items()) {
            String path = file.get("path").textOr("");
            try {
                if (!path.toLowerCase(Locale.ROOT).endsWith(".json")) {
                    throw new InvalidPathException(path, "a policy's file ends in .json");
                }
                files.add(new PolicyFile(Path.of(path), file.get("text").textOr("")));
            } catch (InvalidPathException noPath) {
                throw ArmException.badRequest(
                        "InvalidRequestContent",
                        "'%s' is no path of a policy: %s".formatted(path, noPath.getReason()));
            }
        }
        var read = PolicyFolders.assigned(files, AliasCatalog.conventional());
        var errors =
                read.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
        if (!errors.isEmpty() && !asked.get("keepGoing").boolOr(false)) {
            throw invalid(errors);
        }
        if (read.catalog().assignments().isEmpty()) {
            throw ArmException.badRequest("InvalidPolicy", "None of the policies can be assigned.");
        }
        return read.catalog();
    }

    private static ArmException invalid(List<Diagnostic> errors) {
        return new ArmException(
                400,
                "InvalidPolicy",
                "%d errors in the policies.".formatted(errors.size()),
                null,
                errors.stream().map(d -> ErrorBody.Detail.of(d.code(), d.render())).toList());
    }

    private HttpResponse<byte[]> answer(ReportFormat format, Report asked)
            throws ArmException, IOException, InterruptedException {
        if (!turn.tryAcquire(settings.maxWait().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new ArmException(
                    429,
                    "TooManyReports",
                    "Another report is being made and was not done within %s."
                            .formatted(settings.maxWait()));
        }
        try {
            return answer(format, asked.make());
        } catch (UnknownInstantException unknown) {
            throw ArmException.badRequest(
                    "InstantNotAvailable", String.valueOf(unknown.getMessage()));
        } finally {
            turn.release();
        }
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
