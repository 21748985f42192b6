package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/// Who works at what, and until when, in a store that lives as long as its process. A lease that ran out is its owner's still,
/// until another takes it. For one thread at a time: the store that has them locks.
public final class Leases {
    private final Map<ResourceId, Lease> leases = new HashMap<>();
    private final InstantSource clock;

    /// @param clock by which they run out
    public Leases(InstantSource clock) {
        this.clock = clock;
    }

    private record Lease(String owner, Instant until) {}

    private boolean isHeld(ResourceId id, String owner) {
        var held = leases.get(id);
        return held != null && held.owner().equals(owner);
    }

    /// @throws LeaseLostException when another has it, or nobody
    public void checkHeld(ResourceId id, String owner) {
        if (!isHeld(id, owner)) {
            throw new LeaseLostException(id);
        }
    }

    /// Takes it, unless it is another's and has not run out; whether it is the owner's now.
    public boolean take(ResourceId id, String owner, Duration leaseFor) {
        var now = clock.instant();
        var held = leases.get(id);
        if (held != null && !held.owner().equals(owner) && now.isBefore(held.until())) {
            return false;
        }
        leases.put(id, new Lease(owner, now.plus(leaseFor)));
        return true;
    }

    /// Keeps what is the owner's; whether it is.
    public boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        if (!isHeld(id, owner)) {
            return false;
        }
        leases.put(id, new Lease(owner, clock.instant().plus(leaseFor)));
        return true;
    }

    /// Gives it back, where it is the owner's.
    public void release(ResourceId id, String owner) {
        if (isHeld(id, owner)) {
            leases.remove(id);
        }
    }

    /// Of what is no more.
    public void forget(ResourceId id) {
        leases.remove(id);
    }
}
