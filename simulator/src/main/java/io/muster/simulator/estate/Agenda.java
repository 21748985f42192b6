package io.muster.simulator.estate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// What happens at which time of the virtual clock. Nothing runs by itself: whoever looks at the estate first lets everything happen that is due. Guarded by the simulator's lock.
public final class Agenda {
    private record Item(Instant due, long sequence, Runnable action) {}

    private final PriorityQueue<Item> items =
            new PriorityQueue<>(Comparator.comparing(Item::due).thenComparing(Item::sequence));
    private long sequence;
    private @Nullable Instant running;

    public void at(Instant due, Runnable action) {
        items.add(new Item(due, sequence++, action));
    }

    /// Runs what is due, in order of time; an action may add further ones.
    public void runUntil(Instant now) {
        while (true) {
            var next = items.peek();
            if (next == null || next.due().isAfter(now)) {
                return;
            }
            items.poll();
            running = next.due();
            try {
                next.action().run();
            } finally {
                running = null;
            }
        }
    }

    /// The time at which things happen: that of the action under way, else the clock's. After a long step an action still happens at its own time.
    public Instant now(InstantSource clock) {
        var at = running;
        return at == null ? clock.instant() : at;
    }

    public int size() {
        return items.size();
    }
}
