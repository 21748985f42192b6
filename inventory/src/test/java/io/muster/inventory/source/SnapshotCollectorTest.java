package io.muster.inventory.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SnapshotCollectorTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-21T00:00:00Z"));

    private static String id(String subscription, String name) {
        return "/subscriptions/%s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/%s"
                .formatted(subscription, name);
    }

    private static Dynamic vm(String subscription, String name) {
        return Dynamic.bag()
                .put("id", id(subscription, name))
                .put("name", name)
                .put("type", "Microsoft.Compute/virtualMachines")
                .build();
    }

    /// A source of fixed resources that reports those scopes.
    private static ResourceSource source(List<Dynamic> resources, ScopeReport... scopes) {
        return new ResourceSource() {
            @Override
            public String name() {
                return "fake";
            }

            @Override
            public CollectionReport read(ResourceSink sink) {
                resources.forEach(sink::accept);
                return new CollectionReport(List.of(scopes), List.of());
            }

            @Override
            public boolean canRefresh() {
                return true;
            }

            @Override
            public RefreshReport refresh(Set<ResourceId> ids, Known before, ResourceSink sink) {
                var found = new ArrayList<ResourceId>();
                for (var resource : resources) {
                    var known = ResourceId.parse(resource.get("id").textOr(""));
                    if (ids.contains(known)) {
                        sink.accept(resource);
                        found.add(known);
                    }
                }
                var absent = new ArrayList<>(ids);
                absent.removeAll(found);
                return new RefreshReport(Set.copyOf(found), Set.copyOf(absent), List.of());
            }
        };
    }

    private static ScopeReport scope(String scope, Completeness completeness) {
        return new ScopeReport(
                "fake",
                scope,
                "resources",
                completeness,
                1,
                1L,
                CLOCK.instant(),
                CLOCK.instant(),
                completeness == Completeness.COMPLETE ? "" : "throttled");
    }

    private static Snapshot collect(Snapshot previous, ResourceSource source) throws Exception {
        return new SnapshotCollector(List.of(source), CLOCK).collect(previous).snapshot();
    }

    private static Snapshot first() throws Exception {
        return collect(
                Snapshot.empty(ResourceGraphTables.STANDARD, CLOCK.instant()),
                source(
                        List.of(vm("s1", "a"), vm("s1", "b"), vm("s2", "c")),
                        scope("/subscriptions/s1", Completeness.COMPLETE),
                        scope("/subscriptions/s2", Completeness.COMPLETE)));
    }

    @Test
    void aCompleteReadingTakesTheOldOnesPlace() throws Exception {
        var next =
                collect(
                        first(),
                        source(
                                List.of(vm("s1", "a"), vm("s2", "c")),
                                scope("/subscriptions/s1", Completeness.COMPLETE),
                                scope("/subscriptions/s2", Completeness.COMPLETE)));
        assertThat(next.count()).isEqualTo(2);
        assertThat(next.resource(id("S1", "B"))).isEmpty();
        assertThat(CollectionLog.isComplete(next)).isTrue();
        assertThat(next.ordinal(id("s2", "c"))).isEqualTo(first().ordinal(id("s2", "c")));
    }

    @Test
    void aPartialReadingKeepsTheOldDataOfItsScopeOnlyAndSaysSo() throws Exception {
        var next =
                collect(
                        first(),
                        source(
                                List.of(vm("s1", "a")),
                                scope("/subscriptions/s1", Completeness.PARTIAL),
                                scope("/subscriptions/s2", Completeness.COMPLETE)));
        assertThat(next.resource(id("s1", "b"))).isPresent();
        assertThat(next.resource(id("s2", "c"))).isEmpty();
        assertThat(CollectionLog.isComplete(next)).isFalse();
        var torn = CollectionLog.of(next).getFirst();
        assertThat(torn.get("completeness").textOr("")).isEqualTo("Partial");
        assertThat(torn.get("lastCompleteAt").textOr("")).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(torn.get("because").textOr("")).isEqualTo("throttled");
    }

    @Test
    void whatAStoreLostIsNamedUntilACompleteReadingHasIt() throws Exception {
        var lost =
                CollectionLog.withDamage(
                        first(),
                        new DamagedSegmentException(
                                7, "microsoft.compute/virtualmachines", "its checksum differs"),
                        CLOCK.instant());
        var partly =
                collect(lost, source(List.of(), scope("/subscriptions/s1", Completeness.PARTIAL)));
        assertThat(CollectionLog.of(partly))
                .extracting(entry -> entry.get("source").textOr(""))
                .containsExactly("fake", "store");
        var wholly =
                collect(
                        partly,
                        source(
                                List.of(vm("s1", "a")),
                                scope("/subscriptions/s1", Completeness.COMPLETE)));
        assertThat(CollectionLog.of(wholly)).hasSize(1);
    }

    @Test
    void aSourceThatFailsTakesNothingAway() throws Exception {
        ResourceSource broken =
                new ResourceSource() {
                    @Override
                    public String name() {
                        return "fake";
                    }

                    @Override
                    public CollectionReport read(ResourceSink sink) throws SourceException {
                        throw new SourceException(SourceFault.error("azure", "no route"));
                    }
                };
        var next = collect(first(), broken);
        assertThat(next.count()).isEqualTo(3);
        assertThat(CollectionLog.isComplete(next)).isFalse();
    }

    @Test
    void aSourceThatBreaksOffLeavesNothingOfItsReading() throws Exception {
        ResourceSource broken =
                new ResourceSource() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public CollectionReport read(ResourceSink sink) throws SourceException {
                        sink.accept(vm("s1", "new"));
                        sink.accept(vm("s1", "a").with("location", Dynamic.of("half")));
                        throw new SourceException(SourceFault.error("b.json", "is no JSON"));
                    }
                };
        var whole =
                source(
                        List.of(vm("s1", "a"), vm("s3", "d")),
                        scope("/subscriptions/s1", Completeness.COMPLETE));
        for (var order : List.of(List.of(whole, broken), List.of(broken, whole))) {
            var next = new SnapshotCollector(order, CLOCK).collect(first()).snapshot();
            assertThat(next.resource(id("s1", "new"))).isEmpty();
            assertThat(next.resource(id("s1", "a"))).contains(vm("s1", "a"));
            assertThat(next.resource(id("s3", "d"))).isPresent();
            assertThat(next.count()).isEqualTo(4);
            assertThat(CollectionLog.isComplete(next)).isFalse();
        }
        assertThat(collect(first(), broken).count()).isEqualTo(3);
    }

    @Test
    void refreshesSingleResources() throws Exception {
        var before = first();
        var changed = vm("s1", "a").with("kind", Dynamic.of("new"));
        var after =
                new SnapshotCollector(List.of(source(List.of(changed))), CLOCK)
                        .refresh(
                                before,
                                Set.of(
                                        ResourceId.parse(id("s1", "a")),
                                        ResourceId.parse(id("s1", "b"))))
                        .snapshot();
        assertThat(after.count()).isEqualTo(2);
        assertThat(after.resource(id("s1", "a"))).contains(changed);
        assertThat(after.resource(id("s1", "b"))).isEmpty();
        assertThat(after.resource(id("s2", "c"))).isPresent();
    }

    @Test
    void aResourceThatCannotBeReadAgainIsNamedUntilItIs() throws Exception {
        var refused =
                new ResourceSource() {
                    @Override
                    public String name() {
                        return "refused";
                    }

                    @Override
                    public CollectionReport read(ResourceSink sink) {
                        return CollectionReport.EMPTY;
                    }

                    @Override
                    public boolean canRefresh() {
                        return true;
                    }

                    @Override
                    public RefreshReport refresh(
                            Set<ResourceId> ids, Known known, ResourceSink sink) {
                        return new RefreshReport(
                                Set.of(),
                                Set.of(),
                                List.of(SourceFault.error(id("s1", "a"), "HTTP 403")));
                    }
                };
        var a = Set.of(ResourceId.parse(id("s1", "a")));
        var before = first();
        var refreshed = new SnapshotCollector(List.of(refused), CLOCK).refresh(before, a);
        var after = refreshed.snapshot();
        assertThat(refreshed.unread()).isEqualTo(a);
        assertThat(after.resource(id("s1", "a"))).isPresent();
        assertThat(CollectionLog.isComplete(after)).isFalse();
        assertThat(CollectionLog.of(after).getLast().get("because").textOr(""))
                .isEqualTo("HTTP 403");
        // Asked again it is named once.
        assertThat(
                        CollectionLog.of(
                                new SnapshotCollector(List.of(refused), CLOCK)
                                        .refresh(after, a)
                                        .snapshot()))
                .hasSize(3);
        var read =
                new SnapshotCollector(List.of(source(List.of(vm("s1", "a")))), CLOCK)
                        .refresh(after, a)
                        .snapshot();
        assertThat(CollectionLog.of(read)).isEqualTo(CollectionLog.of(before));
    }

    /// A source that breaks on machines whose names begin so.
    private static ResourceSource breakingOn(String prefix, AtomicInteger asked) {
        return new ResourceSource() {
            @Override
            public String name() {
                return "breaking";
            }

            @Override
            public CollectionReport read(ResourceSink sink) {
                sink.accept(vm("s1", "half"));
                throw new IllegalStateException("no such case");
            }

            @Override
            public boolean canRefresh() {
                return true;
            }

            @Override
            public RefreshReport refresh(Set<ResourceId> ids, Known known, ResourceSink sink) {
                asked.incrementAndGet();
                ids.forEach(id -> sink.accept(vm("s1", id.name())));
                if (ids.stream().anyMatch(id -> id.name().startsWith(prefix))) {
                    throw new IllegalStateException("no such case");
                }
                return new RefreshReport(ids, Set.of(), List.of());
            }
        };
    }

    private static Set<ResourceId> machines(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ResourceId.parse(id("s1", prefix + i)))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Test
    void oneResourceThatBreaksTheReadingHoldsBackNoOther() throws Exception {
        var asked = new AtomicInteger();
        var ids = new HashSet<>(machines("fine", 60));
        ids.addAll(machines("odd", 2));
        var refreshed =
                new SnapshotCollector(List.of(breakingOn("odd", asked)), CLOCK)
                        .refresh(first(), ids);

        assertThat(refreshed.unread()).isEqualTo(machines("odd", 2));
        assertThat(refreshed.snapshot().count()).isEqualTo(63);
        assertThat(CollectionLog.of(refreshed.snapshot()))
                .filteredOn(entry -> entry.get("completeness").textOr("").equals("Failed"))
                .extracting(entry -> entry.get("scope").textOr(""))
                .containsExactly(id("s1", "odd0"), id("s1", "odd1"));
        assertThat(refreshed.report().faults())
                .allSatisfy(fault -> assertThat(fault.cause()).hasMessage("no such case"))
                .first()
                .satisfies(fault -> assertThat(fault.describe()).contains("odd0", "no such case"));
        assertThat(asked).hasValueLessThan(30);
    }

    @Test
    void aReadingThatAlwaysBreaksEnds() throws Exception {
        var asked = new AtomicInteger();
        var refreshed =
                new SnapshotCollector(List.of(breakingOn("odd", asked)), CLOCK)
                        .refresh(first(), machines("odd", 2_000));

        assertThat(refreshed.unread()).hasSize(2_000);
        assertThat(refreshed.snapshot().count()).isEqualTo(3);
        assertThat(asked).hasValueLessThan(250);
    }

    @Test
    void aSourceWithAFaultOfOurOwnTakesNothingAwayFromTheOthers() throws Exception {
        var whole =
                source(
                        List.of(vm("s1", "a"), vm("s3", "d")),
                        scope("/subscriptions/s1", Completeness.COMPLETE));
        var collected =
                new SnapshotCollector(List.of(breakingOn("", new AtomicInteger()), whole), CLOCK)
                        .collect(first());

        assertThat(collected.snapshot().resource(id("s1", "half"))).isEmpty();
        assertThat(collected.snapshot().resource(id("s3", "d"))).isPresent();
        assertThat(collected.snapshot().count()).isEqualTo(4);
        assertThat(collected.report().faults().getFirst().cause()).hasMessage("no such case");
        assertThat(CollectionLog.of(collected.snapshot()).getFirst().get("because").textOr(""))
                .contains("a fault of our own", "no such case");
    }

    @Test
    void aSubscriptionThatIsGoneTakesWhatItHeld() throws Exception {
        var before =
                first().with(
                                List.of(
                                        of(
                                                "/subscriptions/s1",
                                                "microsoft.resources/subscriptions"),
                                        of(
                                                "/subscriptions/s1/resourceGroups/g",
                                                "microsoft.resources/subscriptions/resourcegroups"),
                                        of(
                                                "/subscriptions/s11/resourceGroups/g",
                                                "microsoft.resources/subscriptions/resourcegroups")),
                                Set.of(),
                                CLOCK.instant());
        var after =
                new SnapshotCollector(List.of(source(List.of())), CLOCK)
                        .refresh(before, Set.of(ResourceId.parse("/subscriptions/S1")))
                        .snapshot();
        assertThat(before.count()).isEqualTo(6);
        assertThat(after.resource(id("s2", "c"))).isPresent();
        assertThat(after.resource("/subscriptions/s11/resourceGroups/g")).isPresent();
        assertThat(after.count()).isEqualTo(2);
    }

    @Test
    void aResourceGroupThatIsGoneTakesWhatItHeld() throws Exception {
        var group = ResourceId.parse("/subscriptions/s1/resourceGroups/g");
        var before =
                first().with(
                                List.of(
                                        of(
                                                group.text(),
                                                "microsoft.resources/subscriptions/resourcegroups"),
                                        of(
                                                group.text()
                                                        + "2/providers/Microsoft.Compute/disks/d",
                                                "Microsoft.Compute/disks")),
                                Set.of(),
                                CLOCK.instant());
        var after =
                new SnapshotCollector(List.of(source(List.of())), CLOCK)
                        .refresh(
                                before,
                                Set.of(ResourceId.parse("/SUBSCRIPTIONS/s1/resourcegroups/G")))
                        .snapshot();
        assertThat(before.count()).isEqualTo(5);
        // The other subscription's machine, and the disk of the group whose name is longer.
        assertThat(after.count()).isEqualTo(2);
    }

    @Test
    void whatIsKeptOfATornScopeIsSharedAndNotCopied() throws Exception {
        var before = first();
        var next =
                collect(
                        before,
                        source(
                                List.of(vm("s1", "a"), vm("s2", "c")),
                                scope("/subscriptions/s1", Completeness.PARTIAL),
                                scope("/subscriptions/s2", Completeness.COMPLETE)));
        assertThat(next.count()).isEqualTo(3);
        assertThat(next.segments())
                .extracting(ResourceSegment::id)
                .contains(before.segments().getFirst().id());
        assertThat(next.resource(id("s1", "b"))).contains(vm("s1", "b"));
    }

    @Test
    void aScaleSetThatIsGoneTakesItsInstancesAndTheirExtensions() throws Exception {
        String set =
                "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set";
        var below = new ArrayList<Dynamic>();
        below.add(of(set, "Microsoft.Compute/virtualMachineScaleSets"));
        below.add(
                of(
                        set + "/virtualMachines/0",
                        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"));
        below.add(
                of(
                        set + "/virtualMachines/0/extensions/x",
                        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/extensions"));
        var before = first().with(below, Set.of(), CLOCK.instant());
        var after =
                new SnapshotCollector(List.of(source(List.of())), CLOCK)
                        .refresh(before, Set.of(ResourceId.parse(set)))
                        .snapshot();
        assertThat(before.count()).isEqualTo(6);
        assertThat(after.count()).isEqualTo(3);
    }

    private static Dynamic of(String id, String type) {
        return Dynamic.bag().put("id", id).put("type", type).build();
    }

    @Test
    void whatComputeSaidOfVersionsStaysWhereItCannotBeReadNow() throws Exception {
        String id =
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/applications/a/versions/1.0.0";
        var row =
                Dynamic.bag()
                        .put("id", id)
                        .put("name", "1.0.0")
                        .put("type", "Microsoft.Compute/galleries/applications/versions")
                        .put("properties", Dynamic.bag().put("n", 1).build())
                        .build();
        var replicas = Dynamic.bag().put("aggregatedState", "Completed").build();
        var whole =
                row.with("properties", row.get("properties").with("replicationStatus", replicas));
        var before =
                new SnapshotCollector(
                                List.of(
                                        source(
                                                List.of(whole),
                                                scope("/subscriptions/s", Completeness.COMPLETE))),
                                CLOCK)
                        .collect(Snapshot.empty(ResourceGraphTables.STANDARD, CLOCK.instant()))
                        .snapshot();
        var unread =
                new ScopeReport(
                        "fake",
                        "/subscriptions/s",
                        ScopeReport.INSTANCE_VIEWS,
                        Completeness.FAILED,
                        0,
                        1L,
                        CLOCK.instant(),
                        CLOCK.instant(),
                        "no answer");
        var after =
                new SnapshotCollector(
                                List.of(
                                        source(
                                                List.of(row),
                                                scope("/subscriptions/s", Completeness.COMPLETE),
                                                unread)),
                                CLOCK)
                        .collect(before)
                        .snapshot();

        assertThat(after.resource(id).orElseThrow().path("properties", "replicationStatus"))
                .isEqualTo(replicas);
    }
}
