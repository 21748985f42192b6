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
import java.util.function.Function;

/// An ARM endpoint over an estate in memory. Whoever has a socket calls [#handle]; there is no other way in. Thread-safe.
public final class SimulatedAzure {
    private final Arm arm;
    private final VirtualClock clock;
    private final Function<VirtualClock, SimulatedAzure> twin;

    public SimulatedAzure(
            SimulatorSettings settings,
            VirtualClock clock,
            GraphQueries queries,
            GuestFaults guestFaults,
            RequestFaults requestFaults) {
        this.clock = clock;
        this.twin = time -> new SimulatedAzure(settings, time, queries, guestFaults, requestFaults);
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
    /// twin). What guests have applied is in the instance views; what is under way and blobs are not part of it: see [#exportState].
    public void export(Consumer<Dynamic> sink) {
        arm.export(sink);
    }

    /// The whole state: resources, blobs, guests, registrations, logs, and operations with all that is due later. One object an entry, to be written as NDJSON.
    public List<Dynamic> exportState() {
        return arm.exportState();
    }

    /// Takes what [#exportState] gave and goes on where that one stood: with the same settings and faults it has the same history from there. The clock is stepped
    /// to the time of the export when it is behind.
    ///
    /// @throws IllegalStateException when there are resources already
    /// @throws IllegalArgumentException when an entry is of no known kind
    public void importState(Iterable<Dynamic> state) {
        arm.importState(state);
    }

    /// A twin that begins as this one stands, what is under way included, and goes its own way by its own clock. Resources are shared, not copied.
    public SimulatedAzure fork(VirtualClock time) {
        var forked = twin.apply(time);
        forked.importState(exportState());
        return forked;
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
