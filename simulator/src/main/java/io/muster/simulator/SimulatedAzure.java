package io.muster.simulator;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.Arm;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.arm.GraphQueries;
import io.muster.simulator.arm.LoggedRequest;
import io.muster.simulator.arm.RequestFaults;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.util.List;
import java.util.function.Consumer;

/// An ARM endpoint over an estate in memory. Whoever has a socket calls [#handle]; there is no other way in. Thread-safe.
public final class SimulatedAzure {
    private final Arm arm;
    private final VirtualClock clock;

    public SimulatedAzure(
            SimulatorSettings settings,
            VirtualClock clock,
            GraphQueries queries,
            GuestFaults guestFaults,
            RequestFaults requestFaults) {
        this.clock = clock;
        this.arm = new Arm(new Estate(), clock, settings, queries, guestFaults, requestFaults);
    }

    /// With commands in guests failing by the settings' share and no faults of requests.
    public SimulatedAzure(SimulatorSettings settings, VirtualClock clock, GraphQueries queries) {
        this(
                settings,
                clock,
                queries,
                GuestFaults.seeded(settings.seed(), settings.guestFailuresPerThousand()),
                RequestFaults.NONE);
    }

    /// Takes a resource as it stands, without asking any rule: how an estate begins.
    public void seed(Dynamic resource) {
        arm.seed(resource);
    }

    /// Every resource as it stands, instance views and replication included: what [#seed] of another simulated Azure takes, which then goes its own way (the what-if
    /// twin). What guests have applied is in the instance views; operations under way and blobs are not part of it.
    public void export(Consumer<Dynamic> sink) {
        arm.export(sink);
    }

    public ArmResponse handle(ArmRequest request) {
        return arm.handle(request);
    }

    public VirtualClock clock() {
        return clock;
    }

    /// Resources in the estate.
    public int size() {
        return arm.size();
    }

    /// The writes taken so far, in order: method, path, `If-Match` and the status answered.
    public List<LoggedRequest> log() {
        return arm.log();
    }
}
