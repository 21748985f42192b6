package io.muster.service.http.console;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.service.fleet.Fleet;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.NotWhole;
import io.muster.service.http.route.WhatIfTurns;
import io.muster.service.query.TouchedTables;
import io.muster.service.report.FleetReports;
import io.muster.service.report.WhatIf;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/// What policies would make of a request, over the server's fleet: `muster what-if` without files.
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class WhatIfController {
    private final Fleet fleet;
    private final FleetReports reports;
    private final WhatIfTurns turns;
    private final InstantSource clock;

    WhatIfController(Fleet fleet, FleetReports reports, WhatIfTurns turns, InstantSource clock) {
        this.fleet = fleet;
        this.reports = reports;
        this.turns = turns;
        this.clock = clock;
    }

    /// `{"content", "how", "apiVersion", "scope", "parameters", "policies", "keepGoing"}` to `{"denied", "text", "notes"}`; without policies by those in force.
    @Post("/what-if")
    HttpResponse<Dynamic> ask(@Body byte[] body) throws ArmException {
        var json = PoliciesAsked.body(body);
        return turns.take(() -> answer(json));
    }

    private HttpResponse<Dynamic> answer(Dynamic json) throws ArmException {
        var snapshot = fleet.snapshot();
        PolicyEngine engine;
        try {
            engine = reports.engine(PoliciesAsked.in(json), snapshot);
        } catch (DiagnosticException faulty) {
            throw PoliciesAsked.invalid(faulty.diagnostics());
        }
        var text = new ByteArrayOutputStream();
        var notes = new ByteArrayOutputStream();
        boolean denied;
        try (var out = new PrintStream(text, false, StandardCharsets.UTF_8);
                var err = new PrintStream(notes, false, StandardCharsets.UTF_8)) {
            denied = new WhatIf(engine, snapshot, asked(json), clock.instant(), out, err).tell();
        } catch (WhatIf.UnclearException unclear) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", String.valueOf(unclear.getMessage()));
        }
        var answer =
                HttpResponse.ok(
                        Dynamic.bag()
                                .put("denied", denied)
                                .put("text", text.toString(StandardCharsets.UTF_8))
                                .put("notes", notes.toString(StandardCharsets.UTF_8))
                                .build());
        NotWhole.text(TouchedTables.anyNotWhole(snapshot))
                .ifPresent(torn -> answer.header(NotWhole.HEADER, torn));
        return answer;
    }

    private static WhatIf.Asked asked(Dynamic json) throws ArmException {
        String named = json.get("how").textOr("write");
        for (var how : WhatIf.How.values()) {
            if (how.name().equalsIgnoreCase(named)) {
                return new WhatIf.Asked(
                        json.get("content"),
                        how,
                        json.get("apiVersion").textOr(AdmissionRequest.LATEST),
                        json.get("scope").textOr(""),
                        json.get("parameters"));
            }
        }
        throw ArmException.badRequest(
                "InvalidRequestContent",
                "how is '%s'; write, patch or delete was expected.".formatted(named));
    }
}
