package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.remediation.Remediation;
import io.muster.remediation.Thinning;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.ledger.RemediationLedger;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Forgets, a part at each look, what was done so long ago that nobody needs it: `muster.remediation.retention`.
@Singleton
@Requires(beans = Remediation.class)
final class LedgerRetention {
    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    /// Transactions of one look, so that what else is looked at is not held up.
    private static final int BATCHES = 20;

    private final Optional<Thinning> thinning;
    private final InstantSource clock;
    private @Nullable Instant next;

    LedgerRetention(
            RemediationLedger ledger,
            CampaignStore campaigns,
            RemediationConfig config,
            InstantSource clock) {
        this.clock = clock;
        this.thinning =
                config.retentionIfAny()
                        .map(keep -> new Thinning(ledger, campaigns, clock, keep, Thinning.BATCH));
    }

    void run() {
        var now = clock.instant();
        if (thinning.isEmpty() || next != null && now.isBefore(next)) {
            return;
        }
        if (thinning.get().run(BATCHES)) {
            next = now.plus(LOOK_EVERY);
        }
    }
}
