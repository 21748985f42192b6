package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Begun;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A ledger that lives as long as its process: for tests, and where nothing need survive. It keeps what
/// a store would keep, as JSON, so that nothing survives here that would not there. Not among the tests'
/// sources, because `benchmarks` measures runs on it, without a database's share.
public final class InMemoryLedger implements RemediationLedger {
    private final Map<ResourceId, RemediationTask> tasks = new LinkedHashMap<>();
    private final Map<ResourceId, Log> logs = new HashMap<>();
    private final Leases leases;

    private final Begun begun = new Begun();

    /// @param clock by which leases run out
    public InMemoryLedger(InstantSource clock) {
        this.leases = new Leases(clock);
    }

    private static final class Log {
        private final List<LedgerEntry> lines = new ArrayList<>();
        private final Map<ResourceId, List<LedgerEntry>> byResource = new LinkedHashMap<>();
    }

    @Override
    public synchronized List<RemediationTask> tasks() {
        return List.copyOf(tasks.values());
    }

    @Override
    public synchronized Optional<RemediationTask> task(ResourceId id) {
        return Optional.ofNullable(tasks.get(id));
    }

    @Override
    public synchronized boolean isKept(RemediationTask task) {
        var kept = tasks.get(task.id());
        return kept != null && kept.version() == task.version() && kept.isSameAs(task);
    }

    @Override
    public synchronized boolean create(RemediationTask task, Admission admission)
            throws RemediationException {
        admission.allow(tasks());
        boolean isNew = !tasks.containsKey(task.id());
        forget(task.id());
        tasks.put(task.id(), task);
        return isNew;
    }

    @Override
    public synchronized boolean update(RemediationTask task) {
        var kept = tasks.get(task.id());
        if (kept == null || kept.version() != task.version() - 1 || !kept.isSameAs(task)) {
            return false;
        }
        tasks.put(task.id(), task);
        return true;
    }

    @Override
    public synchronized boolean update(RemediationTask task, Admission admission)
            throws RemediationException {
        admission.allow(tasks());
        return update(task);
    }

    @Override
    public synchronized int forgetLines(RemediationTask task, int most) {
        var log = logs.get(task.id());
        if (log == null || !isKept(task)) {
            return 0;
        }
        var forgotten = List.copyOf(log.lines.subList(0, Math.min(most, log.lines.size())));
        log.lines.subList(0, forgotten.size()).clear();
        log.byResource.values().forEach(lines -> lines.removeAll(forgotten));
        return forgotten.size();
    }

    @Override
    public synchronized boolean update(RemediationTask task, String owner) {
        leases.checkHeld(task.id(), owner);
        return update(task);
    }

    @Override
    public synchronized Instant begin(String subscription, RateBudget budget, Instant now) {
        var room = begun.roomAt(budget, subscription, now);
        if (!room.isAfter(now)) {
            begun.add(subscription, now);
        }
        return room;
    }

    @Override
    public synchronized boolean delete(RemediationTask task) {
        if (!isKept(task)) {
            return false;
        }
        forget(task.id());
        return true;
    }

    private void forget(ResourceId id) {
        tasks.remove(id);
        logs.remove(id);
        leases.forget(id);
    }

    @Override
    public synchronized boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return leases.take(id, owner, leaseFor);
    }

    @Override
    public synchronized boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return leases.prolong(id, owner, leaseFor);
    }

    @Override
    public synchronized void release(ResourceId id, String owner) {
        leases.release(id, owner);
    }

    @Override
    public synchronized void append(ResourceId task, String owner, Instant at, List<Line> lines) {
        leases.checkHeld(task, owner);
        var log = logs.computeIfAbsent(task, _ -> new Log());
        for (var line : lines) {
            var event = line.event();
            var kept = LedgerEvent.fromDynamic(event.kind(), event.toDynamic());
            var entry = new LedgerEntry(task, log.lines.size() + 1L, line.resource(), at, kept);
            log.lines.add(entry);
            log.byResource.computeIfAbsent(line.resource(), _ -> new ArrayList<>()).add(entry);
        }
    }

    @Override
    public synchronized List<LedgerEntry> entries(ResourceId task) {
        var log = logs.get(task);
        return log == null ? List.of() : List.copyOf(log.lines);
    }

    @Override
    public synchronized List<LedgerEntry> entries(ResourceId task, ResourceId resource) {
        var log = logs.get(task);
        return log == null
                ? List.of()
                : List.copyOf(log.byResource.getOrDefault(resource, List.of()));
    }
}
