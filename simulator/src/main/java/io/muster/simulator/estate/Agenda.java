package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens at which time of the virtual clock. Nothing runs by itself: whoever looks at the estate first lets everything happen that is due. Guarded by the simulator's lock.
public final class Agenda implements KeptState {
    private record Item(Instant due, long sequence, Task task) {}

    private final PriorityQueue<Item> items =
            new PriorityQueue<>(Comparator.comparing(Item::due).thenComparing(Item::sequence));
    private long sequence;
    private @Nullable Instant running;
    private @Nullable Consumer<Task> performer;

    /// Says who performs tasks, before the first is due.
    public void performedBy(Consumer<Task> tasks) {
        performer = tasks;
    }

    public void at(Instant due, Task task) {
        items.add(new Item(due, sequence++, task));
    }

    /// Performs what is due, in order of time; a task may add further ones.
    public void runUntil(Instant now) {
        if (running != null) {
            // Asked for by a task: whoever performs that goes on with what it added, each at its
            // own time.
            return;
        }
        while (true) {
            var next = items.peek();
            if (next == null || next.due().isAfter(now)) {
                return;
            }
            var perform = performer;
            if (perform == null) {
                throw new IllegalStateException("nobody performs " + next.task());
            }
            items.poll();
            running = next.due();
            try {
                perform.accept(next.task());
            } finally {
                running = null;
            }
        }
    }

    /// The time at which things happen: that of the task under way, else the clock's. After a long step a task still happens at its own time.
    public Instant now(InstantSource clock) {
        var at = running;
        return at == null ? clock.instant() : at;
    }

    public int size() {
        return items.size();
    }

    @Override
    public String kind() {
        return "task";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        items.stream()
                .sorted(Comparator.comparingLong(Item::sequence))
                .forEach(item ->
                        sink.accept(
                                Dynamic.bag()
                                        .put("due", item.due().toString())
                                        .put("sequence", item.sequence())
                                        .put("task", TaskJson.write(item.task()))
                                        .build()));
        sink.accept(Dynamic.bag().put("next", sequence).build());
    }

    @Override
    public void take(Dynamic kept) {
        if (kept.get("task").isNull()) {
            sequence = kept.get("next").longOr(0);
            return;
        }
        items.add(
                new Item(
                        Instant.parse(kept.get("due").textOr("")),
                        kept.get("sequence").longOr(0),
                        TaskJson.read(kept.get("task"))));
    }
}
