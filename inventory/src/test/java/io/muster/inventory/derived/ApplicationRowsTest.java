package io.muster.inventory.derived;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Segment;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.ProfileAdvice;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is read from columns and known by number against the same rows of machines read whole, each with nothing remembered.
class ApplicationRowsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    private static Snapshot snapshot(long seed, Random chance) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        new EstateGenerator(EstateSize.ofMachines(120), seed)
                .write(resource ->
                        builder.add(chance.nextInt(3) == 0 ? odd(resource, chance) : resource));
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    /// A machine as estates also have them: without a view, at work, beyond reading, with a malformed reference, one application twice.
    private static Dynamic odd(Dynamic resource, Random chance) {
        String type = resource.get("type").textOr("").toLowerCase(Locale.ROOT);
        if (!Machine.VM_TYPE.equals(type) && !Machine.INSTANCE_TYPE.equals(type)) {
            return resource;
        }
        var properties = resource.get("properties");
        var profile = properties.get("applicationProfile").get("galleryApplications").items();
        var view = properties.get("instanceView");
        var changed =
                switch (chance.nextInt(7)) {
                    case 0 -> properties.with("instanceView", Dynamic.NULL);
                    case 1 ->
                            properties.with("instanceView", reporting(view, "Enable in progress"));
                    case 2 ->
                            properties.with(
                                    "instanceView", reporting(view, "Enable failed: GetVMAppInfo"));
                    case 3 -> properties.with("instanceView", reporting(view, "what?"));
                    case 4 ->
                            properties
                                    .with("instanceView", Dynamic.NULL)
                                    .with(
                                            "extended",
                                            Dynamic.bag().put("instanceView", view).build());
                    case 5 -> properties.with("storageProfile", Dynamic.NULL);
                    default -> properties;
                };
        if (!profile.isEmpty() && chance.nextInt(3) == 0) {
            var more = new ArrayList<>(profile);
            more.add(
                    chance.nextBoolean()
                            ? profile.getFirst()
                            : Dynamic.bag()
                                    .put("packageReferenceId", "no/reference")
                                    .put("order", 2)
                                    .build());
            changed =
                    changed.with(
                            "applicationProfile",
                            Dynamic.bag().put("galleryApplications", Dynamic.array(more)).build());
        } else if (!profile.isEmpty() && chance.nextInt(3) == 0) {
            changed = changed.with("applicationProfile", Dynamic.NULL);
        }
        return resource.with("properties", changed);
    }

    private static final List<String> JUNK =
            List.of(
                    "null",
                    "true",
                    "7",
                    "2.5",
                    "\"\"",
                    "\"x\"",
                    "[]",
                    "[null]",
                    "[1,\"a\"]",
                    "{}",
                    "{\"id\":3}",
                    "[{\"name\":null}]",
                    "[{\"packageReferenceId\":5,\"order\":\"1\"}]");

    /// Somewhere in it, at whatever depth, stands what nobody would expect; or a name in another case.
    private static Dynamic scrambled(Dynamic value, Random chance) {
        if (chance.nextInt(5) == 0) {
            return junk(chance);
        }
        return switch (value) {
            case Dynamic.Bag bag when !bag.members().isEmpty() -> {
                var names = List.copyOf(bag.members().keySet());
                String name = names.get(chance.nextInt(names.size()));
                if (chance.nextInt(12) == 0) {
                    yield bag.without(name).with(name.toUpperCase(Locale.ROOT), bag.get(name));
                }
                yield bag.with(name, scrambled(bag.get(name), chance));
            }
            case Dynamic.Array array when !array.items().isEmpty() -> {
                var items = new ArrayList<>(array.items());
                int at = chance.nextInt(items.size());
                items.set(at, scrambled(items.get(at), chance));
                yield Dynamic.array(items);
            }
            default -> junk(chance);
        };
    }

    private static Dynamic junk(Random chance) {
        try {
            return Json.parse(JUNK.get(chance.nextInt(JUNK.size())));
        } catch (JsonException fault) {
            throw new IllegalStateException(fault);
        }
    }

    @Test
    void membersOfWrongTypesAreReadFromColumnsAsOneByOne() {
        for (long seed = 1; seed <= Integer.getInteger("muster.seeds", 8); seed++) {
            var chance = new Random(seed);
            var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
            new EstateGenerator(EstateSize.ofMachines(40), seed)
                    .write(resource -> {
                        var given = resource;
                        for (int i = chance.nextInt(4); i > 0; i--) {
                            given =
                                    given.with(
                                            "properties",
                                            scrambled(given.get("properties"), chance));
                        }
                        builder.add(given);
                    });
            var tables = DerivedTables.of(builder.build(NOW, Dynamic.EMPTY_BAG));
            assertThat(lines(new VmApplicationsTable(tables).scan()))
                    .as("seed %d", seed)
                    .containsExactlyInAnyOrderElementsOf(oneByOne(tables));
            assertThat(lines(new GalleryVersionsTable(tables).scan(ScanRequest.ALL))).isNotNull();
            assertThat(lines(new VmExtensionsTable(tables).scan(ScanRequest.ALL))).isNotNull();
        }
    }

    private static Dynamic reporting(Dynamic view, String message) {
        var status =
                Dynamic.bag()
                        .put("code", "ProvisioningState/transitioning")
                        .put("message", message);
        return view.with(
                "extensions",
                Dynamic.array(
                        Dynamic.bag()
                                .put("name", "VMAppExtension")
                                .put("statuses", Dynamic.array(status.build()))
                                .build()));
    }

    /// Each machine by itself, read whole.
    private static List<String> oneByOne(DerivedTables tables) {
        var machines = new Machines(tables.snapshot());
        var out = new ArrayList<String>();
        for (var segment : machines.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                if (segment.rows().isLive(row)) {
                    out.addAll(ofMachine(tables, machines, segment, row));
                }
            }
        }
        return out;
    }

    private static List<String> ofMachine(
            DerivedTables tables, Machines machines, ResourceSegment segment, int row) {
        var rows =
                new ApplicationRows(
                        tables.resolver(),
                        new ProfileAdvice(tables.resolver(), tables.limits(), tables.now()),
                        tables.limits());
        var reader = machines.reader(segment);
        reader.machine(row).ifPresent(machine -> reader.add(row, machine, rows));
        return lines(List.of(rows.build(segment.root().at("id")).rows()));
    }

    private static List<String> lines(List<Segment> segments) {
        var out = new ArrayList<String>();
        for (var segment : segments) {
            segment.live()
                    .forEach(row -> {
                        var values = new ArrayList<Dynamic>();
                        segment.columns().forEach(column -> values.add(column.dynamic(row)));
                        out.add(values.toString());
                    });
        }
        return out;
    }

    @Test
    void rowsFromColumnsAreThoseOfMachinesReadOneByOne() {
        for (long seed = 1; seed <= 6; seed++) {
            var chance = new Random(seed);
            var snapshot = snapshot(seed, chance);
            for (int step = 0; step < 8; step++) {
                var tables = DerivedTables.of(snapshot);
                var rows = lines(new VmApplicationsTable(tables).scan());
                assertThat(rows).as("seed %d, step %d", seed, step).isNotEmpty();
                assertThat(rows)
                        .as("seed %d, step %d", seed, step)
                        .containsExactlyInAnyOrderElementsOf(oneByOne(tables));
                snapshot = changed(snapshot, chance, step);
            }
        }
    }

    /// A machine changed, then versions gone, then one at a time another one, another application or nothing but a new segment.
    private static Snapshot changed(Snapshot snapshot, Random chance, int step) {
        if (step == 0) {
            var segment = snapshot.segmentsOf(Machine.VM_TYPE).getFirst();
            return snapshot.with(
                    List.of(odd(segment.resource(3), chance)), Set.of(segment.resourceId(5)), NOW);
        }
        var versions =
                snapshot.segmentsOf("microsoft.compute/galleries/applications/versions").getFirst();
        if (step == 1) {
            return snapshot.with(
                    List.of(), Set.of(versions.resourceId(1), versions.resourceId(4)), NOW);
        }
        int any = chance.nextInt(versions.size());
        while (!versions.rows().isLive(any)
                || applicationOf(snapshot, versions.resourceId(any)).isEmpty()) {
            any = (any + 1) % versions.size();
        }
        var version = versions.resource(any);
        var application = applicationOf(snapshot, versions.resourceId(any)).orElseThrow();
        var properties = version.get("properties");
        return switch (step % 4) {
            case 0 -> snapshot.with(List.of(version), Set.of(), NOW);
            case 1 ->
                    snapshot.with(
                            List.of(
                                    version.with(
                                            "properties",
                                            properties.with(
                                                    "publishingProfile",
                                                    properties
                                                            .get("publishingProfile")
                                                            .with(
                                                                    "excludeFromLatest",
                                                                    Dynamic.of(true))))),
                            Set.of(),
                            NOW);
            case 2 ->
                    snapshot.with(
                            List.of(
                                    application.with(
                                            "properties",
                                            application
                                                    .get("properties")
                                                    .with(
                                                            "supportedOSType",
                                                            Dynamic.of("Windows")))),
                            Set.of(),
                            NOW);
            default -> snapshot.with(List.of(), Set.of(application.get("id").textOr("")), NOW);
        };
    }

    private static Optional<Dynamic> applicationOf(Snapshot snapshot, String version) {
        return ResourceId.parse(version)
                .parent()
                .flatMap(application -> snapshot.resource(application.text()));
    }

    @Test
    void theSameNumberOfOtherVersionsIsAnotherStateOfTheGalleries() {
        var snapshot = snapshot(3, new Random(3));
        var versions =
                snapshot.segmentsOf("microsoft.compute/galleries/applications/versions").getFirst();
        for (int gone = 0; gone < 4; gone++) {
            var tables =
                    DerivedTables.of(
                            snapshot.with(List.of(), Set.of(versions.resourceId(gone)), NOW));
            assertThat(lines(new VmApplicationsTable(tables).scan()))
                    .as("version %d", gone)
                    .containsExactlyInAnyOrderElementsOf(oneByOne(tables));
        }
    }

    @Test
    void aVersionWhoseLifeEndsAtNoonHasEndedInTheAfternoonOfTheSameDay() {
        var noon = NOW.plus(12, ChronoUnit.HOURS);
        var snapshot = snapshot(4, new Random(4));
        var ending = new ArrayList<Dynamic>();
        for (var segment : snapshot.segmentsOf(GalleryApplicationVersion.TYPE)) {
            segment.rows().live().forEach(row -> ending.add(endingAt(segment.resource(row), noon)));
        }
        var morning = snapshot.with(ending, Set.of(), noon.minusSeconds(60));
        var before = lines(new VmApplicationsTable(DerivedTables.of(morning)).scan());
        for (var at : List.of(noon, noon.plusSeconds(60), noon.plus(1, ChronoUnit.DAYS))) {
            var tables = DerivedTables.of(morning.with(List.of(), Set.of(), at));
            var rows = lines(new VmApplicationsTable(tables).scan());
            assertThat(rows).as("%s", at).isNotEqualTo(before);
            assertThat(rows).as("%s", at).containsExactlyInAnyOrderElementsOf(oneByOne(tables));
        }
    }

    private static Dynamic endingAt(Dynamic version, Instant end) {
        var properties = version.get("properties");
        return version.with(
                "properties",
                properties.with(
                        "publishingProfile",
                        properties
                                .get("publishingProfile")
                                .with("endOfLifeDate", Dynamic.of(end.toString()))));
    }

    @Test
    void namesInTwoSpellingsAreReadMachineByMachine() {
        var chance = new Random(9);
        var snapshot = snapshot(9, chance);
        var segment = snapshot.segmentsOf(Machine.VM_TYPE).getFirst();
        int[] with = segment.root().at("properties").at("applicationProfile").present().toArray();
        var machine = segment.resource(with[0]);
        var profile =
                machine.get("properties").get("applicationProfile").get("galleryApplications");
        var other =
                machine.with(
                        "properties",
                        machine.get("properties")
                                .with(
                                        "applicationProfile",
                                        Dynamic.bag().put("GALLERYAPPLICATIONS", profile).build()));
        var tables =
                DerivedTables.of(
                        snapshot.with(List.of(other, segment.resource(with[1])), Set.of(), NOW));
        assertThat(lines(new VmApplicationsTable(tables).scan()))
                .containsExactlyInAnyOrderElementsOf(oneByOne(tables));
    }
}
