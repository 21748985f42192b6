package io.muster.simulator.arm;

import java.util.Optional;

/// One of ARM's endpoints that is no resource of a type: it knows by the path which requests are its own. Guarded by the simulator's lock.
interface Endpoint {
    /// Empty when the request is for another endpoint.
    ///
    /// @throws ArmFault when it is this one's and refused
    Optional<ArmResponse> answer(ArmRequest request);
}
