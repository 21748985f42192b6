package io.muster.service.http.console;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.value.Dynamic;
import io.muster.policy.incremental.ComplianceTrend;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.http.errors.ArmException;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How the fleet's compliance went, for a line over time: Policy Insights would have to be asked once for each point.
@Controller("/api/compliance")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ComplianceTrendController {
    private static final int MOST = 500;

    private final FleetCompliance compliance;

    ComplianceTrendController(FleetCompliance compliance) {
        this.compliance = compliance;
    }

    /// Resources by rolled-up state at `points` instants from `from`, or from where the kept history begins, until the latest scan; under all assignments or one.
    @Get("/trend{?from,points,policyAssignmentId}")
    Dynamic trend(
            @QueryValue @Nullable String from,
            @QueryValue @Nullable Integer points,
            @QueryValue @Nullable String policyAssignmentId)
            throws ArmException, IOException {
        int wanted = points == null ? 60 : points;
        if (wanted < 2 || wanted > MOST) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter",
                    "points is %d; 2 to %d was expected.".formatted(wanted, MOST));
        }
        var asked = ReportController.instant("from", from);
        var current = compliance.current();
        if (!current.isScanned()) {
            return answer(Dynamic.NULL, Dynamic.array());
        }
        var until = current.scannedAt();
        // What was before the first change is known as well, but not since when.
        var known = compliance.historyBegins().map(at -> at.minusSeconds(1)).orElse(until);
        var begin = asked.filter(at -> at.isAfter(known)).orElse(known);
        begin = begin.isAfter(until) ? until : begin;
        var trend =
                ComplianceTrend.of(
                        current.verdicts(),
                        compliance::history,
                        begin,
                        until,
                        wanted,
                        key ->
                                policyAssignmentId == null
                                        || key.assignmentId().equalsIgnoreCase(policyAssignmentId));
        return answer(
                Dynamic.of(known.toString()),
                Dynamic.array(trend.stream().map(ComplianceTrendController::point).toList()));
    }

    private static Dynamic answer(Dynamic knownSince, Dynamic points) {
        return Dynamic.bag().put("knownSince", knownSince).put("points", points).build();
    }

    private static Dynamic point(ComplianceTrend.Point point) {
        return Dynamic.bag()
                .put("at", point.at().toString())
                .put(
                        "resourceDetails",
                        Dynamic.array(
                                point.compliance().counts().entrySet().stream()
                                        .map(count ->
                                                Dynamic.bag()
                                                        .put(
                                                                "complianceState",
                                                                count.getKey()
                                                                        .wireName()
                                                                        .toLowerCase(Locale.ROOT))
                                                        .put("count", count.getValue())
                                                        .build())
                                        .toList()))
                .build();
    }
}
