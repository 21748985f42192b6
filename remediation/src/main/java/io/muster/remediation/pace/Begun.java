package io.muster.remediation.pace;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Which resources were begun when, a subscription at a time, as far back as a budget looks: how a ledger in memory answers for the budgets. Safe for many threads.
public final class Begun {
    private final Map<String, TreeMap<Instant, Integer>> bySubscription = new HashMap<>();

    /// Keeps that one was begun.
    public synchronized void add(String subscription, Instant at) {
        var times = bySubscription.computeIfAbsent(subscription, _ -> new TreeMap<>());
        times.merge(at, 1, Integer::sum);
        times.headMap(times.lastKey().minus(RateBudget.LONGEST)).clear();
    }

    /// When the next one may be begun: now, when the budget has room.
    public synchronized Instant roomAt(RateBudget budget, String subscription, Instant now) {
        var times = bySubscription.get(subscription);
        if (times == null) {
            return now;
        }
        var recent = times.tailMap(now.minus(budget.per()), false);
        int room = budget.changes();
        for (var batch : recent.descendingMap().entrySet()) {
            room -= batch.getValue();
            if (room <= 0) {
                return batch.getKey().plus(budget.per());
            }
        }
        return now;
    }
}
