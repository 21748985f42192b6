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
import io.muster.simulator.estate.StateException;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.fault.FaultPlan;
import io.muster.simulator.guest.GuestFaults;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// An ARM endpoint over an estate in memory. Whoever has a socket calls [#handle]; there is no other way in. Thread-safe.
public final class SimulatedAzure {
    private final Arm arm;
    private final VirtualClock clock;
    private final GraphQueries queries;
    private final Function<SimulatorSettings, GuestFaults> guestFaults;
    private final RequestFaults requestFaults;

    /// What the faults were switched to; empty as long as they are those of the beginning.
    private volatile Optional<FaultPlan> plan = Optional.empty();

    private SimulatedAzure(
            SimulatorSettings settings,
            VirtualClock clock,
            GraphQueries queries,
            Function<SimulatorSettings, GuestFaults> guestFaults,
            RequestFaults requestFaults) {
        this.clock = clock;
        this.queries = queries;
        this.guestFaults = guestFaults;
        this.requestFaults = requestFaults;
        this.arm =
                new Arm(
                        new Estate(),
                        clock,
                        settings,
                        queries,
                        guestFaults.apply(settings),
                        requestFaults);
    }

    public SimulatedAzure(
            SimulatorSettings settings,
            VirtualClock clock,
            GraphQueries queries,
            GuestFaults guestFaults,
            RequestFaults requestFaults) {
        this(settings, clock, queries, _ -> guestFaults, requestFaults);
    }

    /// With commands in guests failing by the settings' share and no faults of requests.
    public SimulatedAzure(SimulatorSettings settings, VirtualClock clock, GraphQueries queries) {
        this(settings, clock, queries, SimulatedAzure::seededFaults, RequestFaults.NONE);
    }

    private static GuestFaults seededFaults(SimulatorSettings settings) {
        return GuestFaults.seeded(settings.seed(), settings.guestFailuresPerThousand());
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
    /// @throws StateException when it is no state, or not whole
    public void importState(Iterable<Dynamic> state) {
        arm.importState(state);
    }

    /// A twin that begins as this one stands, what is under way included, and goes its own way by its own clock. Resources are shared, not copied.
    public SimulatedAzure fork(VirtualClock time) {
        return restored(exportState(), _ -> time);
    }

    /// A twin whose clock begins with the export and passes as this one's does.
    public SimulatedAzure fork() {
        return restored(exportState());
    }

    /// Another simulated Azure, of what [#exportState] gave here or elsewhere: by the settings and at the time that stand in it; answers of Resource Graph, faults and
    /// the passing of time are this one's.
    ///
    /// @throws StateException when it is no state, or not whole
    public SimulatedAzure restored(Iterable<Dynamic> state) {
        return restored(state, clock::beginning);
    }

    private SimulatedAzure restored(
            Iterable<Dynamic> state, Function<Instant, VirtualClock> clocks) {
        var entries = state.iterator();
        if (!entries.hasNext()) {
            throw new StateException(1, "the state is empty");
        }
        var first = entries.next();
        var head = Arm.Head.of(first);
        var twin =
                new SimulatedAzure(
                        head.settings(),
                        clocks.apply(head.time()),
                        queries,
                        guestFaults,
                        requestFaults.from(head.drawn()));
        if (!head.faults().isNull()) {
            twin.switchFaults(plan(head), head.drawn());
        }
        twin.importState(() -> new Rest(first, entries));
        return twin;
    }

    private static FaultPlan plan(Arm.Head head) {
        try {
            return FaultPlan.ofJson(head.faults(), head.settings().seed());
        } catch (IllegalArgumentException bad) {
            throw new StateException(1, String.valueOf(bad.getMessage()), bad);
        }
    }

    /// An entry that was read, and those behind it.
    private static final class Rest implements Iterator<Dynamic> {
        private final Dynamic first;
        private final Iterator<Dynamic> others;
        private boolean begun;

        Rest(Dynamic first, Iterator<Dynamic> others) {
            this.first = first;
            this.others = others;
        }

        @Override
        public boolean hasNext() {
            return !begun || others.hasNext();
        }

        @Override
        public Dynamic next() {
            if (begun) {
                return others.next();
            }
            begun = true;
            return first;
        }
    }

    /// How things stand: `time`, `resources`, `due` (what will happen later), `requests` (answered so far), `settings`.
    public Dynamic status() {
        return arm.status();
    }

    public ArmResponse handle(ArmRequest request) {
        return arm.handle(request);
    }

    /// The faults that were switched on; empty as long as they are those that it began with.
    public Optional<FaultPlan> faults() {
        return plan;
    }

    /// Other faults from now on, in place of all that were. What happens to answers on the wire is up to whoever has the socket.
    public void switchFaults(FaultPlan faults) {
        switchFaults(faults, 0);
    }

    private void switchFaults(FaultPlan faults, long drawn) {
        arm.switchFaults(faults.requestFaults(drawn), faults.guestFaults(), faults.toJson());
        plan = Optional.of(faults);
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
