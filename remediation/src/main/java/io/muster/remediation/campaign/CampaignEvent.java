package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import java.time.Instant;

/// One line of a campaign's log, for people.
///
/// @param kind a short word: `planned`, `approved`, `ringStarted`, `ringEnded`, `gateOpened`, `paused`, `resumed`, `cancelled`, `triggered`, `rollback`,
///     `ended`
/// @param message one sentence; may be empty
public record CampaignEvent(Instant at, String kind, String message) {
    public Dynamic toDynamic() {
        return Dynamic.bag()
                .put("at", at.toString())
                .put("kind", kind)
                .put("message", message)
                .build();
    }
}
