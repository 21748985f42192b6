package io.muster.service.fleet;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Gallery;
import io.muster.inventory.vm.GalleryApplication;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.service.query.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What policies cannot see for themselves, put where they look: beneath each virtual machine and scale set one resource
/// `Muster.VmApplications/assessments` that says which version of each application runs, whether a newer one is to be had, and what
/// failed. See `policies/README.md`.
final class Assessments {
    private static final String TYPE = "muster.vmapplications/assessments";
    private static final List<String> MACHINE_TYPES =
            List.of(
                    "microsoft.compute/virtualmachines",
                    "microsoft.compute/virtualmachinescalesets");

    private static final Set<String> GALLERY_TYPES =
            Set.of(Gallery.TYPE, GalleryApplication.TYPE, GalleryApplicationVersion.TYPE);

    /// Of a scale set's instances the worst state counts: the first in this list.
    private static final List<String> WORST_FIRST =
            List.of(
                    "failed",
                    "stoppedbyreboot",
                    "skipped",
                    "unknown",
                    "applying",
                    "pending",
                    "behind");

    private Assessments() {}

    /// The snapshot with the assessments that follow from it, in place of those that it has.
    static Snapshot in(Snapshot snapshot, Instant now) {
        return in(snapshot, _ -> true, now);
    }

    /// The same after some resources were read again: machines that they do not bear upon keep their assessments.
    static Snapshot after(Snapshot snapshot, Set<ResourceId> read) {
        var machines = new HashSet<String>();
        for (var id : read) {
            String type = id.type().lower();
            if (GALLERY_TYPES.contains(type)) {
                return in(snapshot, snapshot.takenAt());
            }
            machines.add(id.key());
            // Instances and extensions: their machine is what is assessed.
            id.parent().ifPresent(parent -> machines.add(parent.key()));
            snapshot.resource(id.text())
                    .map(vm -> vm.path("properties", "virtualMachineScaleSet", "id").textOr(""))
                    .ifPresent(set -> machines.add(set.toLowerCase(Locale.ROOT)));
        }
        return in(snapshot, machines::contains, snapshot.takenAt());
    }

    /// @param concerns whether a machine, by its id in lower case, is to be assessed
    private static Snapshot in(Snapshot snapshot, Predicate<String> concerns, Instant now) {
        var byMachine = new LinkedHashMap<String, Map<String, Dynamic>>();
        for (var row : rows(snapshot, concerns)) {
            String scaleSet = row.get("scaleSetId").textOr("");
            boolean uniform = row.get("machineKind").textOr("").equals("uniform");
            String machine = uniform ? scaleSet : row.get("machineId").textOr("");
            var applications =
                    byMachine.computeIfAbsent(
                            machine.toLowerCase(Locale.ROOT), _ -> new LinkedHashMap<>());
            applications.merge(
                    row.get("application").textOr("").toLowerCase(Locale.ROOT),
                    application(row),
                    Assessments::worse);
        }
        var upserts = new ArrayList<Dynamic>();
        var gone = new HashSet<String>();
        for (var segment : snapshot.segmentsOf(TYPE)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        String id = segment.resourceId(row);
                        if (concerns.test(machineOf(id))) {
                            gone.add(id);
                        }
                    });
        }
        for (String type : MACHINE_TYPES) {
            for (var segment : snapshot.segmentsOf(type)) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            String id = segment.resourceId(row);
                            if (!concerns.test(id.toLowerCase(Locale.ROOT))) {
                                return;
                            }
                            var found = byMachine.get(id.toLowerCase(Locale.ROOT));
                            var assessment =
                                    assessment(
                                            segment.resource(row),
                                            id,
                                            found == null ? List.of() : found.values());
                            String name = assessment.get("id").textOr("");
                            gone.remove(name);
                            // What says the same stays where it is.
                            if (!snapshot.resource(name).equals(Optional.of(assessment))) {
                                upserts.add(assessment);
                            }
                        });
            }
        }
        return upserts.isEmpty() && gone.isEmpty() ? snapshot : snapshot.with(upserts, gone, now);
    }

    private static String machineOf(String assessment) {
        int end = assessment.toLowerCase(Locale.ROOT).lastIndexOf("/providers/muster.");
        return assessment.substring(0, Math.max(0, end)).toLowerCase(Locale.ROOT);
    }

    private static List<Dynamic> rows(Snapshot snapshot, Predicate<String> concerns) {
        var table = InventoryCatalog.of(snapshot).table("vmapplications").orElseThrow();
        int machine = table.schema().indexOf("machineId");
        int set = table.schema().indexOf("scaleSetId");
        var segments = new ArrayList<Segment>();
        for (var segment : table.scan()) {
            var others = new Bits.Builder(segment.size());
            boolean any = false;
            var concerned = new HashMap<String, Boolean>();
            var machines = segment.column(machine).dense();
            var sets = segment.column(set).dense();
            for (int row = 0; row < segment.size(); row++) {
                boolean wanted =
                        segment.isLive(row)
                                && (concerns(concerns, concerned, machines, row)
                                        || concerns(concerns, concerned, sets, row));
                if (wanted) {
                    any = true;
                } else {
                    others.set(row);
                }
            }
            if (any) {
                segments.add(segment.without(others.build(segment.size())));
            }
        }
        return Rows.objects(new Table(table.name(), table.schema(), segments), 0, Long.MAX_VALUE);
    }

    private static boolean concerns(
            Predicate<String> concerns, Map<String, Boolean> known, Column ids, int row) {
        String id =
                ids instanceof StringColumn texts ? texts.get(row) : ids.dynamic(row).textOr("");
        return known.computeIfAbsent(id, text -> concerns.test(text.toLowerCase(Locale.ROOT)));
    }

    private static Dynamic application(Dynamic row) {
        return Dynamic.bag()
                .put("applicationId", row.get("applicationId"))
                .put("applicationName", row.get("application"))
                .put("packageReferenceId", row.get("packageReferenceId"))
                .put("wantedVersion", row.get("resolvedVersion"))
                .put("runningVersion", row.get("runningVersion"))
                .put("newestVersion", row.get("latestVersion"))
                .put("behindLatest", row.get("behind").boolOr(false))
                .put("state", row.get("state"))
                .put("message", row.get("because"))
                .build();
    }

    private static Dynamic worse(Dynamic one, Dynamic other) {
        var worst = rank(one) <= rank(other) ? one : other;
        boolean behind =
                one.get("behindLatest").boolOr(false) || other.get("behindLatest").boolOr(false);
        return worst.with("behindLatest", Dynamic.of(behind));
    }

    private static int rank(Dynamic application) {
        int rank =
                WORST_FIRST.indexOf(application.get("state").textOr("").toLowerCase(Locale.ROOT));
        return rank < 0 ? WORST_FIRST.size() : rank;
    }

    private static Dynamic assessment(
            Dynamic machine, String id, Collection<Dynamic> applications) {
        String name = machine.get("name").textOr(id.substring(id.lastIndexOf('/') + 1));
        return Dynamic.bag()
                .put("id", id + "/providers/Muster.VmApplications/assessments/" + name)
                .put("name", name)
                .put("type", "Muster.VmApplications/assessments")
                .put("location", machine.get("location"))
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("applications", Dynamic.array(List.copyOf(applications)))
                                .build())
                .build();
    }
}
