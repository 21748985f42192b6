package io.muster.simulator.arm;

import java.util.Optional;

/// Port: what goes wrong with a request before it is looked at.
@FunctionalInterface
public interface RequestFaults {
    RequestFaults NONE = _ -> Optional.empty();

    /// The answer in place of the right one; empty to let the request through.
    Optional<ArmResponse> fault(ArmRequest request);

    /// By how many rows a page of Resource Graph lies beside the place that was asked for: what a page left out or sent again looks like.
    default int shift(ArmRequest request) {
        return 0;
    }

    /// How often something was drawn so far: kept with an exported state, so that a seed's history goes on.
    default long drawn() {
        return 0;
    }

    /// The same faults, of their own from that draw on: a twin's requests do not change what its original draws.
    default RequestFaults from(long drawn) {
        return this;
    }
}
