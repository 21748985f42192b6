package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.simulator.estate.Agenda;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.StateException;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The front of ARM: faults, the lock, error bodies, headers that every answer has, and the log.
public final class Arm {
    /// Writes kept in the log; older ones are dropped.
    private static final int LOGGED = 1_000_000;

    private static final String HEAD = "simulatedAzure";
    private static final String WRITE = "write";
    private static final String TAIL = "end";

    /// Counts up with every change of the form that a reader of the one before would not understand.
    private static final int FORM = 3;

    /// The first form that is still read. The third one has upgrades that are due, and the faults of tasks.
    private static final int OLDEST_FORM = 2;

    private final Cloud cloud;
    private final Router router;
    private final SwitchedGuestFaults guestFaults;
    private volatile RequestFaults faults;

    /// What the faults in force were switched to, as an exported state says it; null value when they are those of the beginning.
    private Dynamic plan = Dynamic.NULL;

    private final ActivityLog activity = new ActivityLog();
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<LoggedRequest> log = new ArrayDeque<>();
    private final AtomicLong requests = new AtomicLong();

    /// In the order in which they are to be taken back.
    private final List<KeptState> parts;

    public Arm(
            Estate estate,
            VirtualClock clock,
            SimulatorSettings settings,
            GraphQueries queries,
            GuestFaults guestFaults,
            RequestFaults faults) {
        var agenda = new Agenda();
        this.guestFaults = new SwitchedGuestFaults(guestFaults);
        this.cloud =
                new Cloud(
                        estate,
                        agenda,
                        clock,
                        settings,
                        this.guestFaults,
                        new Operations(
                                clock,
                                agenda,
                                settings.retryAfterSeconds(),
                                settings.operationsKept()));
        estate.timedBy(cloud::now);
        estate.removalsTo(cloud.operations()::gone);
        this.router = new Router(cloud, queries, activity);
        this.faults = faults;
        var all = new ArrayList<KeptState>();
        all.add(estate);
        all.add(cloud.operations());
        all.addAll(router.parts());
        all.add(activity);
        // Last: what is due may need all the rest.
        all.add(agenda);
        this.parts = List.copyOf(all);
    }

    public void seed(Dynamic resource) {
        lock.lock();
        try {
            cloud.estate().put(resource);
        } finally {
            lock.unlock();
        }
    }

    /// Other faults from now on.
    ///
    /// @param said how an exported state names them
    public void switchFaults(RequestFaults requests, GuestFaults guests, Dynamic said) {
        lock.lock();
        try {
            // What fell due before was done under the faults before.
            cloud.agenda().runUntil(cloud.clock().instant());
            faults = requests;
            guestFaults.become(guests);
            plan = said;
        } finally {
            lock.unlock();
        }
    }

    public void export(Consumer<Dynamic> sink) {
        List<Dynamic> all;
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            all = cloud.estate().all().stream().map(router::settled).toList();
        } finally {
            lock.unlock();
        }
        all.forEach(sink);
    }

    /// The state with all that is under way: an entry that says when it was taken, by which settings and how to go on counting, those of each part,
    /// `{"kind": ..., "of": ...}`, and one that says how many there were, so that a state that was cut is known as such.
    public List<Dynamic> exportState() {
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            var out = new ArrayList<Dynamic>();
            out.add(
                    Dynamic.bag()
                            .put("kind", HEAD)
                            .put("form", FORM)
                            .put("time", cloud.clock().instant().toString())
                            .put("requests", requests.get())
                            .put("drawn", faults.drawn())
                            .put("faults", plan)
                            .put("settings", cloud.settings().toJson())
                            .build());
            for (var part : parts) {
                part.export(entry ->
                        out.add(Dynamic.bag().put("kind", part.kind()).put("of", entry).build()));
            }
            for (var write : log) {
                out.add(
                        Dynamic.bag()
                                .put("kind", WRITE)
                                .put("method", write.method())
                                .put("path", write.path())
                                .put("ifMatch", write.ifMatch())
                                .put("status", write.status())
                                .build());
            }
            out.add(Dynamic.bag().put("kind", TAIL).put("entries", out.size()).build());
            return out;
        } finally {
            lock.unlock();
        }
    }

    /// What the first entry of a state says.
    ///
    /// @param drawn by the faults of requests
    /// @param faults what they were switched to; null value when they were not
    public record Head(
            SimulatorSettings settings, Instant time, long requests, long drawn, Dynamic faults) {
        /// @throws StateException when it is no such entry
        public static Head of(Dynamic entry) {
            String kind = entry.get("kind").textOr("");
            if (!kind.equals(HEAD)) {
                throw new StateException(
                        1, "a state begins with '" + HEAD + "', not with '" + kind + "'");
            }
            long form = entry.get("form").longOr(0);
            if (form < OLDEST_FORM || form > FORM) {
                throw new StateException(
                        1,
                        "states of forms "
                                + OLDEST_FORM
                                + " to "
                                + FORM
                                + " are known, this is another");
            }
            try {
                return new Head(
                        SimulatorSettings.ofJson(entry.get("settings")),
                        Instant.parse(entry.get("time").textOr("")),
                        entry.get("requests").longOr(0),
                        entry.get("drawn").longOr(0),
                        entry.get("faults"));
            } catch (IllegalArgumentException | DateTimeException | ArithmeticException bad) {
                throw new StateException(1, String.valueOf(bad.getMessage()), bad);
            }
        }
    }

    /// Takes what [#exportState] gave, into a simulated Azure that has nothing yet. The clock goes on from that time at least. Not to be used any more when it fails.
    ///
    /// @throws IllegalStateException when there is something already
    /// @throws StateException when it is no state, or not whole
    public void importState(Iterable<Dynamic> entries) {
        lock.lock();
        try {
            if (cloud.estate().size() > 0 || cloud.agenda().size() > 0) {
                throw new IllegalStateException("a state can be taken by an empty estate alone");
            }
            long number = 0;
            boolean ended = false;
            for (var entry : entries) {
                number++;
                if (ended) {
                    throw new StateException(number, "nothing may follow the entry 'end'");
                }
                if (number == 1) {
                    begin(Head.of(entry));
                } else if (entry.get("kind").textOr("").equals(TAIL)) {
                    ended = true;
                    if (entry.get("entries").longOr(-1) != number - 1) {
                        throw new StateException(
                                number,
                                (number - 1)
                                        + " entries came before it, not "
                                        + entry.get("entries"));
                    }
                } else {
                    take(number, entry);
                }
            }
            if (!ended) {
                throw new StateException(
                        number + 1, "the state is cut off: its last entry must be 'end'");
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(Head head) {
        var behind = Duration.between(cloud.clock().instant(), head.time());
        if (behind.isPositive()) {
            cloud.clock().step(behind);
        }
        requests.set(head.requests());
    }

    private void take(long number, Dynamic entry) {
        String kind = entry.get("kind").textOr("");
        try {
            if (kind.equals(WRITE)) {
                log.add(
                        new LoggedRequest(
                                entry.get("method").textOr(""),
                                entry.get("path").textOr(""),
                                entry.get("ifMatch").textOr(""),
                                Math.toIntExact(entry.get("status").longOr(0))));
                return;
            }
            var known = parts.stream().filter(part -> part.kind().equals(kind)).findFirst();
            if (known.isEmpty()) {
                throw new StateException(number, "'" + kind + "' is no part of a simulated Azure");
            }
            known.get().take(entry.get("of"));
        } catch (StateException known) {
            throw known;
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException bad) {
            throw new StateException(number, String.valueOf(bad.getMessage()), bad);
        }
    }

    /// How things stand, for whoever runs the simulator.
    public Dynamic status() {
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            var out =
                    Dynamic.bag()
                            .put("time", cloud.clock().instant().toString())
                            .put("resources", cloud.estate().size())
                            .put("due", cloud.agenda().size())
                            .put("requests", requests.get())
                            .put("settings", cloud.settings().toJson());
            if (!plan.isNull()) {
                out.put("faults", plan);
            }
            if (router.due().hasFailed()) {
                out.put("failedTasks", router.due().status());
            }
            return out.build();
        } finally {
            lock.unlock();
        }
    }

    public int size() {
        return cloud.estate().size();
    }

    public List<LoggedRequest> log() {
        lock.lock();
        try {
            return List.copyOf(log);
        } finally {
            lock.unlock();
        }
    }

    public ArmResponse handle(ArmRequest request) {
        var answer = faults.fault(request).orElseGet(() -> answered(request));
        String id =
                new UUID(
                                0x4D55535445520000L | 0x4000L,
                                0x9000000000000000L | requests.incrementAndGet())
                        .toString();
        answer =
                answer.with("x-ms-request-id", id)
                        .with(
                                "x-ms-correlation-request-id",
                                request.header("x-ms-correlation-request-id").orElse(id))
                        .with("x-ms-routing-request-id", "SIMULATED:" + id);
        var clientId = request.header("x-ms-client-request-id");
        if (clientId.isPresent()
                && request.header("x-ms-return-client-request-id")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent()) {
            answer = answer.with("x-ms-client-request-id", clientId.get());
        }
        return answer;
    }

    private ArmResponse answered(ArmRequest request) {
        try {
            if (router.isGraphQuery(request)) {
                Snapshot snapshot;
                Optional<Predicate<ResourceId>> readable;
                lock.lock();
                try {
                    cloud.agenda().runUntil(cloud.clock().instant());
                    snapshot = router.graphSnapshot();
                    readable = router.readable(request);
                } finally {
                    lock.unlock();
                }
                return router.graphQuery(request, snapshot, readable, faults.shift(request));
            }
            return locked(request);
        } catch (ArmFault fault) {
            return fault.response();
        }
    }

    private ArmResponse locked(ArmRequest request) {
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            ArmResponse answer;
            try {
                answer = router.route(request);
            } catch (ArmFault fault) {
                answer = fault.response();
            }
            if (!request.method().equals("GET")) {
                log.add(
                        new LoggedRequest(
                                request.method(),
                                request.path(),
                                request.header("If-Match").orElse(""),
                                answer.status()));
                activity.note(cloud.now(), request, answer);
                if (log.size() > LOGGED) {
                    log.removeFirst();
                }
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }
}
