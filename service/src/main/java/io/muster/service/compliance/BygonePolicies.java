package io.muster.service.compliance;

import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.service.store.KeptPolicyObjects;
import io.muster.service.store.PolicyObjectHistory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The policy objects in force at a time that is past. Those of the two times asked for last stay compiled. Safe for many threads.
@Singleton
public final class BygonePolicies {
    private static final int KEPT = 2;

    private final PolicyObjectHistory history;
    private final InstantSource clock;

    /// By when they came into force, those used last at the end. Guarded by this.
    private final LinkedHashMap<Instant, Then> known = new LinkedHashMap<>(4, 0.75f, true);

    public BygonePolicies(PolicyObjectHistory history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    /// The objects between two changes.
    final class Then {
        private final KeptPolicyObjects objects;
        private @Nullable PolicyEngine engine;

        private Then(KeptPolicyObjects objects) {
            this.objects = objects;
        }

        KeptPolicyObjects objects() {
            return objects;
        }

        /// Compiled once, over the management groups of a snapshot.
        synchronized PolicyEngine engine(Snapshot snapshot) {
            var compiled = engine;
            if (compiled == null) {
                compiled =
                        FleetCompliance.engine(
                                objects, snapshot, AliasCatalog.conventional(), clock);
                engine = compiled;
            }
            return compiled.with(new SnapshotHierarchy(snapshot));
        }
    }

    /// Empty where they are the same still.
    ///
    /// @throws IOException when the store cannot be read
    synchronized Optional<Then> at(Instant at) throws IOException {
        var since = history.since(at);
        if (since.isEmpty()) {
            return Optional.empty();
        }
        @Nullable Then then = known.get(since.get());
        if (then == null) {
            while (known.size() >= KEPT) {
                known.remove(known.firstEntry().getKey());
            }
            then = new Then(history.asOf(at));
            known.put(since.get(), then);
        }
        return Optional.of(then);
    }
}
