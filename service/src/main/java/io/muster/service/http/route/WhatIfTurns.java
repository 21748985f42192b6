package io.muster.service.http.route;

import io.muster.service.config.QuerySettings;
import io.muster.service.config.ReportSettings;
import io.muster.service.http.errors.ArmException;
import jakarta.inject.Singleton;

/// Questions what policies would make of a request: compiling the policies that come with one, or judging a hundred values of a hundred fields, takes a processor.
@Singleton
public final class WhatIfTurns {
    private final Turns turns;

    WhatIfTurns(QuerySettings queries, ReportSettings reports) {
        this.turns =
                new Turns(
                        queries.width(),
                        reports.maxWait(),
                        "TooManyRequests",
                        "Other requests are being judged and none was done within %s.");
    }

    /// @throws ArmException 429 when no turn came in time
    public <T> T take(Turns.Work<T, ArmException> work) throws ArmException {
        return turns.take(work);
    }
}
