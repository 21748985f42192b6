package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.OvertakenException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two nodes over one store: neither publishes on top of what it has not read.
class NodesByTurnsTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final String ID =
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/disks/";

    private static Snapshot with(Snapshot before, String name) throws Exception {
        Dynamic resource =
                Json.parse(
                        "{\"id\":\""
                                + ID
                                + name
                                + "\",\"name\":\""
                                + name
                                + "\",\"type\":\"microsoft.compute/disks\",\"location\":\"here\"}");
        return before.with(List.of(resource), Set.of(), NOW);
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoDidNotReadWhatTheOtherPublishedIsRefused(Databases.Named database) throws Exception {
        var one = database.snapshots();
        var two = database.snapshots();
        var first = with(Snapshot.empty(ResourceGraphTables.STANDARD, NOW), "a");
        one.publish(first);
        var seen = two.latest().orElseThrow();
        assertThat(two.isOvertaken()).isFalse();

        one.publish(with(first, "b"));
        assertThat(two.isOvertaken()).isTrue();
        // Of the same version, and with segments of the same numbers, as what it has not read.
        assertThatThrownBy(() -> two.publish(with(seen, "c")))
                .isInstanceOf(OvertakenException.class);
        two.publish(with(two.latest().orElseThrow(), "c"));

        assertThat(one.isOvertaken()).isTrue();
        var last = one.latest().orElseThrow();
        assertThat(last.count()).isEqualTo(3);
        for (var name : List.of("a", "b", "c")) {
            assertThat(last.resource(ID + name).orElseThrow().get("name").textOr(""))
                    .isEqualTo(name);
        }
    }

    /// A node that starts while another one publishes found a manifest and, on PostgreSQL, no longer its segments.
    @ParameterizedTest
    @MethodSource("both")
    void whoReadsWhileAnotherPublishesSeesOneStateOfTheTwo(Databases.Named database)
            throws Exception {
        var writer = database.snapshots();
        var state = with(Snapshot.empty(ResourceGraphTables.STANDARD, NOW), "a");
        writer.publish(state);
        var done = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(
                        threads.submit(() -> {
                            while (!done.get()) {
                                assertThat(database.snapshots().latest().orElseThrow().count())
                                        .isOne();
                            }
                            return true;
                        }));
            }
            for (int round = 0; round < 150; round++) {
                // Each replaces the only segment.
                state = with(state, "a").compacted();
                writer.publish(state);
            }
            done.set(true);
            for (var reader : readers) {
                reader.get();
            }
        }
    }
}
