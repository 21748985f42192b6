package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.service.compliance.FleetCompliance.Current;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.store.VerdictHistoryStore;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The policies of the past over the fleet of the past: judged anew by the objects in force at an instant, with its time deciding what had expired. What the two
/// instants asked for last came to is kept, without their fleets: those are [io.muster.service.fleet.FleetHistory]'s to keep. Safe for many threads.
@Singleton
public final class PastCompliance {
    private static final int KEPT = 2;

    private final BygonePolicies policies;
    private final VerdictHistoryStore history;

    /// The one used last at the end. Guarded by this.
    private final LinkedHashMap<Asked, Judged> known = new LinkedHashMap<>(4, 0.75f, true);

    public PastCompliance(BygonePolicies policies, VerdictHistoryStore history) {
        this.policies = policies;
        this.history = history;
    }

    private record Asked(Instant at, long version) {}

    private record Judged(
            PolicyEngine engine, Verdicts verdicts, VerdictHistory.LastTurns lastTurns) {}

    /// What held at an instant: what holds now where nothing changed since.
    ///
    /// @param now what holds now
    /// @param then the fleet at that instant
    PolicyStates asOf(PolicyStates now, Instant at, Snapshot then) {
        return new PolicyStates() {
            @Override
            public List<Dynamic> all(Kind kind) {
                return unchecked(() -> policies.at(at))
                        .map(bygone -> FleetCompliance.all(bygone.objects(), kind))
                        .orElseGet(() -> now.all(kind));
            }

            @Override
            public Current current() {
                var latest = now.current();
                return stands(latest) ? latest : judged(latest);
            }

            @Override
            public VerdictHistory.LastTurns lastTurns() throws IOException {
                var latest = now.current();
                return stands(latest) ? now.lastTurns() : judge(latest).lastTurns();
            }

            // The latest scan was over no later fleet, not after the instant, and by objects that
            // have not changed since.
            private boolean stands(Current latest) {
                return !at.isBefore(latest.scannedAt())
                        && then.version() >= latest.snapshot().version()
                        && unchecked(() -> policies.at(at)).isEmpty();
            }

            private Current judged(Current latest) {
                var judged = judge(latest);
                return new Current(judged.engine(), then, judged.verdicts(), then.takenAt());
            }

            private Judged judge(Current latest) {
                return unchecked(() -> PastCompliance.this.judge(latest, at, then));
            }
        };
    }

    /// One at a time: two that ask for one instant should not both judge it.
    private synchronized Judged judge(Current latest, Instant at, Snapshot then)
            throws IOException {
        var asked = new Asked(at, then.version());
        @Nullable Judged judged = known.get(asked);
        if (judged == null) {
            var bygone = policies.at(at);
            var engine =
                    bygone.isPresent()
                            ? bygone.get().engine(then)
                            : latest.engine().with(new SnapshotHierarchy(then));
            judged =
                    new Judged(
                            engine,
                            engine.scan(then, at),
                            new VerdictHistory.LastTurns(history.between(Instant.EPOCH, at)));
            while (known.size() >= KEPT) {
                known.remove(known.firstEntry().getKey());
            }
            known.put(asked, judged);
        }
        return judged;
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T unchecked(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(
                    "what held of the policies at that time cannot be read", unreadable);
        }
    }
}
