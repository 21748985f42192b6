package io.muster.inventory.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.StringColumn;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.table.ResourceGraphTables;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String GROUP = "/subscriptions/s1/resourceGroups/Rg1/providers/";

    private static Dynamic vm(String name, String size) {
        return Dynamic.bag()
                .put("id", GROUP + "Microsoft.Compute/virtualMachines/" + name)
                .put("name", name)
                .put("type", "Microsoft.Compute/virtualMachines")
                .put("location", "East US")
                .put("properties", Dynamic.bag().put("size", size).build())
                .build();
    }

    private static Dynamic extension(String vm, String name) {
        return Dynamic.bag()
                .put(
                        "id",
                        GROUP + "Microsoft.Compute/virtualMachines/" + vm + "/extensions/" + name)
                .put("name", name)
                .put("type", "Microsoft.Compute/virtualMachines/extensions")
                .build();
    }

    private static Snapshot of(Dynamic... resources) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (var resource : resources) {
            builder.add(resource);
        }
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    private static String text(Snapshot snapshot, String column, int segment, int row) {
        var table = snapshot.table("Resources").orElseThrow();
        var values = table.scan().get(segment).column(table.schema().indexOf(column));
        return ((StringColumn) values).get(row);
    }

    @Test
    void resourcesComeBackByIdInAnyCase() {
        var snapshot = of(vm("a", "small"), vm("b", "large"));
        assertThat(snapshot.resource((GROUP + "microsoft.compute/VIRTUALMACHINES/B")))
                .contains(vm("b", "large"));
        assertThat(snapshot.resource(GROUP + "microsoft.compute/virtualmachines/c")).isEmpty();
    }

    @Test
    void columnsOfResourcesAreAsResourceGraphGivesThem() {
        var snapshot = of(vm("a", "small"));
        assertThat(text(snapshot, "type", 0, 0)).isEqualTo("microsoft.compute/virtualmachines");
        assertThat(text(snapshot, "location", 0, 0)).isEqualTo("eastus");
        assertThat(text(snapshot, "resourceGroup", 0, 0)).isEqualTo("rg1");
        assertThat(text(snapshot, "subscriptionId", 0, 0)).isEqualTo("s1");
        assertThat(text(snapshot, "kind", 0, 0)).isEmpty();
    }

    @Test
    void textAndValuesBuildTheSameSnapshot() throws Exception {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        byte[] text = Json.write(vm("a", "small")).getBytes(StandardCharsets.UTF_8);
        builder.add(text, 0, text.length);
        assertThat(builder.build(NOW, Dynamic.EMPTY_BAG).resource(0)).contains(vm("a", "small"));
    }

    @Test
    void ofTwoResourcesWithOneIdTheLaterCounts() {
        var snapshot = of(vm("a", "small"), vm("b", "small"), vm("A", "large"));
        assertThat(snapshot.count()).isEqualTo(2);
        assertThat(snapshot.resource(GROUP + "Microsoft.Compute/virtualMachines/a"))
                .contains(vm("A", "large"));
    }

    @Test
    void aChangeSharesTheSegmentsItDoesNotTouchAndKeepsOrdinals() {
        var before = of(vm("a", "small"), vm("b", "small"), extension("a", "x"));
        var after = before.with(List.of(vm("a", "large")), Set.of(), NOW);
        assertThat(after.count()).isEqualTo(3);
        assertThat(after.resource(GROUP + "Microsoft.Compute/virtualMachines/a"))
                .contains(vm("a", "large"));
        assertThat(before.resource(GROUP + "Microsoft.Compute/virtualMachines/a"))
                .contains(vm("a", "small"));
        assertThat(after.ordinal(GROUP + "Microsoft.Compute/virtualMachines/a"))
                .isEqualTo(before.ordinal(GROUP + "Microsoft.Compute/virtualMachines/a"));
        var old = before.segmentsOf("microsoft.compute/virtualmachines").getFirst();
        assertThat(after.segments().stream().filter(s -> s.root() == old.root())).hasSize(1);
    }

    @Test
    void childrenAreFoundBelowTheirParent() {
        var snapshot =
                of(
                        vm("a", "s"),
                        vm("ab", "s"),
                        extension("a", "x"),
                        extension("a", "y"),
                        extension("ab", "z"));
        int parent = snapshot.ordinal(GROUP + "Microsoft.Compute/virtualMachines/a").orElseThrow();
        assertThat(snapshot.childrenOf(parent, "Microsoft.Compute/virtualMachines/extensions"))
                .containsExactly(2, 3);
    }

    @Test
    void childrenAreFoundAsTheyAndTheirParentsComeAndGo() {
        String type = "microsoft.compute/virtualmachines/extensions";
        String a = GROUP + "Microsoft.Compute/virtualMachines/a";
        var orphaned = of(extension("a", "x"), extension("b", "z"));
        assertThat(names(orphaned, a, type)).isEmpty();
        var adopted = orphaned.with(List.of(vm("a", "s")), Set.of(), NOW);
        assertThat(names(adopted, a, type)).containsExactly("x");
        var more = adopted.with(List.of(extension("a", "y")), Set.of(), NOW);
        assertThat(names(more, a, type)).containsExactly("x", "y");
        assertThat(names(adopted, a, type)).containsExactly("x");
        var fewer = more.with(List.of(), Set.of(a + "/extensions/x"), NOW);
        assertThat(names(fewer, a, type)).containsExactly("y");
        assertThat(names(fewer.compacted(), a, type)).containsExactly("y");
    }

    private static List<String> names(Snapshot snapshot, String parent, String type) {
        var ordinal = snapshot.ordinal(parent);
        return ordinal.isEmpty()
                ? List.of()
                : Arrays.stream(snapshot.childrenOf(ordinal.getAsInt(), type))
                        .mapToObj(child -> snapshot.resource(child).orElseThrow())
                        .map(child -> child.get("name").textOr(""))
                        .toList();
    }

    @Test
    void resourceWithoutIdOrTypeIsRefused() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        assertThatThrownBy(() -> builder.add(Dynamic.bag().put("id", "/x").build()))
                .hasMessageContaining("'type'");
        assertThatThrownBy(() -> builder.add(Dynamic.bag().put("type", "x/y").build()))
                .hasMessageContaining("'id'");
    }

    @Test
    void randomChangesAndCompactionsAgreeWithAMapAndWithTheirBytes() throws Exception {
        for (long seed = 0; seed < 10; seed++) {
            var random = new SplittableRandom(seed);
            var model = new HashMap<String, Dynamic>();
            var snapshot = Snapshot.empty(ResourceGraphTables.STANDARD, NOW);
            for (int step = 0; step < 40; step++) {
                var upserts = new ArrayList<Dynamic>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    String name = "vm" + random.nextInt(30);
                    upserts.add(
                            random.nextInt(4) == 0
                                    ? extension(name, "x")
                                    : vm(name, "size" + random.nextInt(9)));
                }
                var deleted =
                        Set.of(GROUP + "microsoft.compute/virtualmachines/VM" + random.nextInt(30));
                deleted.forEach(id -> model.remove(id.toLowerCase(Locale.ROOT)));
                upserts.forEach(
                        r -> model.put(SnapshotBuilder.idOf(r).toLowerCase(Locale.ROOT), r));
                snapshot = snapshot.with(upserts, deleted, NOW);
                if (random.nextInt(5) == 0) {
                    snapshot = snapshot.compacted();
                }
                if (random.nextInt(8) == 0) {
                    snapshot = restored(snapshot);
                }
                assertEqual(snapshot, model, "seed " + seed + ", step " + step);
            }
        }
    }

    @Test
    void manySmallSegmentsAreJoinedAndALongOneIsLeftAlone() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (int i = 0; i < 3000; i++) {
            builder.add(vm("vm" + i, "s"));
        }
        var snapshot = builder.build(NOW, Dynamic.EMPTY_BAG);
        for (int i = 0; i < 30; i++) {
            snapshot = snapshot.with(List.of(vm("vm" + i, "t" + i)), Set.of(), NOW);
        }
        assertThat(snapshot.isWorthCompacting()).isTrue();
        var joined = snapshot.compacted();
        assertThat(joined.isWorthCompacting()).isFalse();
        assertThat(joined.segments()).hasSize(2);
        assertThat(joined.segments().getFirst().root())
                .isSameAs(snapshot.segments().getFirst().root());
        assertThat(joined.count()).isEqualTo(3000);
        assertThat(joined.resource(GROUP + "Microsoft.Compute/virtualMachines/vm7"))
                .contains(vm("vm7", "t7"));
    }

    private static Snapshot restored(Snapshot snapshot) throws Exception {
        Map<Long, byte[]> kept = new HashMap<>();
        snapshot.segments().forEach(s -> kept.put(s.id(), SegmentCodec.encode(s)));
        var again =
                SegmentCodec.restore(
                        SnapshotManifest.of(snapshot),
                        ResourceGraphTables.STANDARD,
                        id -> Objects.requireNonNull(kept.get(id)));
        for (var id : List.of("a", "vm1", "vm7")) {
            String full = GROUP + "Microsoft.Compute/virtualMachines/" + id;
            assertThat(again.ordinal(full)).isEqualTo(snapshot.ordinal(full));
        }
        return again;
    }

    private static void assertEqual(Snapshot snapshot, Map<String, Dynamic> model, String what) {
        assertThat(snapshot.count()).as(what).isEqualTo(model.size());
        model.forEach(
                (id, resource) -> assertThat(snapshot.resource(id)).as(what).contains(resource));
        long rows =
                snapshot.table("resources").orElseThrow().scan().stream()
                        .mapToLong(s -> s.liveSize())
                        .sum();
        assertThat(rows).as(what).isEqualTo(model.size());
    }

    @Test
    void aDamagedSegmentIsNamed() {
        var snapshot = of(vm("a", "small"));
        byte[] bytes = SegmentCodec.encode(snapshot.segments().getFirst());
        bytes[bytes.length - 3] ^= 1;
        assertThatThrownBy(() ->
                        SegmentCodec.restore(
                                SnapshotManifest.of(snapshot),
                                ResourceGraphTables.STANDARD,
                                _ -> bytes))
                .isInstanceOf(DamagedSegmentException.class)
                .hasMessageContaining("microsoft.compute/virtualmachines");
    }

    @Test
    void aSegmentIdIsNeverUsedAgainForOtherContent() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        builder.add(vm("a", "1"));
        var first = builder.build(NOW, Dynamic.EMPTY_BAG);
        var second = first.with(List.of(vm("a", "2")), Set.of(), NOW);
        var branch = first.with(List.of(vm("a", "3")), Set.of(), NOW);
        assertThat(
                        Stream.of(first, second, branch)
                                .flatMap(s -> s.segments().stream())
                                .map(ResourceSegment::id))
                .doesNotHaveDuplicates();
    }

    @Test
    void manySingleChangesKeepEveryResourceInItsPlace() {
        var random = new SplittableRandom(11);
        var expected = new HashMap<String, Dynamic>();
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (int i = 0; i < 6000; i++) {
            var machine = vm("m" + i, "first");
            builder.add(machine);
            expected.put(machine.get("id").textOr(""), machine);
        }
        var snapshot = builder.build(NOW, Dynamic.EMPTY_BAG);
        for (int step = 0; step < 300; step++) {
            var before = snapshot;
            var touched = vm("m" + random.nextInt(6100), "step " + step);
            String id = touched.get("id").textOr("");
            boolean deleted = random.nextInt(4) == 0;
            snapshot =
                    deleted
                            ? snapshot.with(List.of(), Set.of(id), NOW)
                            : snapshot.with(List.of(touched), Set.of(), NOW);
            assertThat(before.resource(id)).isEqualTo(Optional.ofNullable(expected.get(id)));
            if (deleted) {
                expected.remove(id);
            } else {
                expected.put(id, touched);
            }
            if (step % 50 == 49) {
                snapshot = snapshot.compacted();
            }
            assertThat(snapshot.resource(id)).isEqualTo(Optional.ofNullable(expected.get(id)));
        }
        assertThat(snapshot.count()).isEqualTo(expected.size());
        for (int i = 0; i < 6100; i++) {
            String id = GROUP + "Microsoft.Compute/virtualMachines/m" + i;
            assertThat(snapshot.resource(id)).isEqualTo(Optional.ofNullable(expected.get(id)));
        }
    }
}
