package io.muster.service.fleet;

import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.service.query.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What policies cannot see for themselves, put where they look: beneath each virtual machine and scale set one resource
/// `Muster.VmApplications/assessments` that says which version of each application runs, whether a newer one is to be had, and what
/// failed. See `policies/README.md`.
final class Assessments {
    private static final String TYPE = "muster.vmapplications/assessments";
    private static final List<String> MACHINE_TYPES =
            List.of(
                    "microsoft.compute/virtualmachines",
                    "microsoft.compute/virtualmachinescalesets");

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
        var byMachine = new LinkedHashMap<String, Map<String, Dynamic>>();
        for (var row : rows(snapshot)) {
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
            segment.rows().live().forEach(row -> gone.add(segment.resourceId(row)));
        }
        for (String type : MACHINE_TYPES) {
            for (var segment : snapshot.segmentsOf(type)) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            String id = segment.resourceId(row);
                            var found = byMachine.get(id.toLowerCase(Locale.ROOT));
                            var assessment =
                                    assessment(
                                            segment.resource(row),
                                            id,
                                            found == null ? List.of() : found.values());
                            gone.remove(assessment.get("id").textOr(""));
                            upserts.add(assessment);
                        });
            }
        }
        return upserts.isEmpty() && gone.isEmpty() ? snapshot : snapshot.with(upserts, gone, now);
    }

    private static List<Dynamic> rows(Snapshot snapshot) {
        var table = InventoryCatalog.of(snapshot).table("vmapplications").orElseThrow();
        return Rows.objects(
                new Table(table.name(), table.schema(), table.scan()), 0, Long.MAX_VALUE);
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
