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
}
