package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.simulator.estate.Agenda;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
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

    private final Cloud cloud;
    private final Router router;
    private final RequestFaults faults;
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
        this.cloud =
                new Cloud(
                        estate,
                        agenda,
                        clock,
                        settings,
                        guestFaults,
                        new Operations(clock, agenda, settings.retryAfterSeconds()));
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

    public void export(Consumer<Dynamic> sink) {
        List<StoredResource> all;
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            all = List.copyOf(cloud.estate().all());
        } finally {
            lock.unlock();
        }
        all.forEach(resource -> sink.accept(resource.json()));
    }

    /// The state with all that is under way: an entry that says when it was taken and how to go on counting, then those of each part, `{"kind": ..., "of": ...}`.
    public List<Dynamic> exportState() {
        lock.lock();
        try {
            cloud.agenda().runUntil(cloud.clock().instant());
            var out = new ArrayList<Dynamic>();
            out.add(
                    Dynamic.bag()
                            .put("kind", HEAD)
                            .put("time", cloud.clock().instant().toString())
                            .put("requests", requests.get())
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
            return out;
        } finally {
            lock.unlock();
        }
    }

    /// Takes what [#exportState] gave, into a simulated Azure that has nothing yet. The clock goes on from that time at least.
    ///
    /// @throws IllegalStateException when there is something already
    /// @throws IllegalArgumentException when an entry is of no known kind
    public void importState(Iterable<Dynamic> entries) {
        lock.lock();
        try {
            if (cloud.estate().size() > 0 || cloud.agenda().size() > 0) {
                throw new IllegalStateException("a state can be taken by an empty estate alone");
            }
            for (var entry : entries) {
                take(entry.get("kind").textOr(""), entry);
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(String kind, Dynamic entry) {
        if (kind.equals(HEAD)) {
            var behind =
                    Duration.between(
                            cloud.clock().instant(), Instant.parse(entry.get("time").textOr("")));
            if (behind.isPositive()) {
                cloud.clock().step(behind);
            }
            requests.set(entry.get("requests").longOr(0));
        } else if (kind.equals(WRITE)) {
            log.add(
                    new LoggedRequest(
                            entry.get("method").textOr(""),
                            entry.get("path").textOr(""),
                            entry.get("ifMatch").textOr(""),
                            Math.toIntExact(entry.get("status").longOr(0))));
        } else {
            parts.stream()
                    .filter(part -> part.kind().equals(kind))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException(
                                    "'" + kind + "' is no part of a simulated Azure"))
                    .take(entry.get("of"));
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
