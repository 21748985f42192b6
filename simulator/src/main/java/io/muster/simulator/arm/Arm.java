package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.simulator.estate.Agenda;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.util.ArrayDeque;
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

    private final Cloud cloud;
    private final Router router;
    private final RequestFaults faults;
    private final ActivityLog activity = new ActivityLog();
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<LoggedRequest> log = new ArrayDeque<>();
    private final AtomicLong requests = new AtomicLong();

    public Arm(
            Estate estate,
            VirtualClock clock,
            SimulatorSettings settings,
            GraphQueries queries,
            GuestFaults guestFaults,
            RequestFaults faults) {
        this.cloud =
                new Cloud(
                        estate,
                        new Agenda(),
                        clock,
                        settings,
                        guestFaults,
                        new Operations(clock, settings.retryAfterSeconds()));
        this.router = new Router(cloud, queries, activity);
        this.faults = faults;
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
