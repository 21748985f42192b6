package io.muster.inventory.derived;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/// `vmapplications`: a row per machine (VM, flexible or uniform instance, scale-set model) and application that its profile asks for or its
/// guest has.
final class VmApplicationsTable implements TableSource {
    static final Schema SCHEMA =
            Columns.of(
                    "id",
                    "name",
                    "type",
                    "location",
                    "resourceGroup",
                    "subscriptionId",
                    "machineId",
                    "machineName",
                    // vm, flexible, uniform or scaleset
                    "machineKind",
                    "scaleSetId",
                    "osType",
                    "powerState",
                    "agentVersion",
                    "latestModelApplied:bool",
                    "application",
                    "applicationId",
                    "gallery",
                    "packageReferenceId",
                    "wanted:bool",
                    // as the profile says: a number or latest
                    "wantedVersion",
                    // what that means here
                    "resolvedVersion",
                    // what latest of the application means here
                    "latestVersion",
                    "runningVersion",
                    "registryVersion",
                    "state",
                    "because",
                    "result",
                    "operation",
                    "order:long",
                    "configurationReference",
                    "treatFailureAsDeploymentFailure:bool",
                    "enableAutomaticUpgrade:bool",
                    "behind:bool",
                    "behindReason",
                    "stuck:bool",
                    "needsRemoveThenAdd:bool",
                    "skippedBecauseOf:dynamic",
                    "deployable:bool",
                    "errorCode",
                    "errorMessage",
                    "passedOver:dynamic",
                    "warnings:dynamic",
                    // of the commands that bringing it to what it should have runs: [{version,
                    // command, kind, message}]
                    "updateFindings:dynamic");

    /// Of more the segment's rows are made anew as a whole.
    private static final int MOST_PARTS = 8;

    private final DerivedTables tables;

    VmApplicationsTable(DerivedTables tables) {
        this.tables = tables;
    }

    private record Key() {}

    @Override
    public String name() {
        return "vmapplications";
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        var machines = new Machines(tables.snapshot());
        // Segments are independent of each other: all cores work at what is not known yet.
        return machines.segments().parallelStream()
                .flatMap(
                        segment -> rows(machines, segment).stream().map(rows -> rows.live(segment)))
                .filter(rows -> rows.liveSize() > 0)
                .toList();
    }

    private List<SegmentRows> rows(Machines machines, ResourceSegment segment) {
        RowsByState known = segment.rows().derived(new Key(), RowsByState::new);
        var state = tables.stateOf(segment.type());
        return known.of(
                state,
                latest ->
                        latest.flatMap(before -> again(before, state, machines, segment))
                                .orElseGet(() -> List.of(compute(machines, segment, _ -> true))));
    }

    /// The rows of before, but for those of machines that refer to an application that means something else now.
    ///
    /// @return empty when there is more to it, or when nearly all would be read again
    private Optional<List<SegmentRows>> again(
            RowsByState.Known before,
            DerivedTables.SharedState now,
            Machines machines,
            ResourceSegment segment) {
        if (!(before.state() instanceof DerivedTables.SharedState then)
                || !now.differsInGalleriesOnly(then)
                || before.rows().size() >= MOST_PARTS) {
            return Optional.empty();
        }
        var changed = now.changedSince(then);
        var touched = new BitSet(segment.size());
        before.rows().forEach(part -> touch(part, changed, touched));
        if (touched.isEmpty()) {
            return Optional.of(before.rows());
        }
        if (touched.cardinality() > segment.rows().liveSize() / 2 || isMostlyGone(before.rows())) {
            return Optional.empty();
        }
        var parts = new ArrayList<SegmentRows>();
        for (var part : before.rows()) {
            parts.add(part.without(touched));
        }
        parts.add(compute(machines, segment, touched::get));
        return Optional.of(parts);
    }

    /// Rows that are gone take room as long as others of their part are there.
    private static boolean isMostlyGone(List<SegmentRows> parts) {
        return parts.stream().mapToInt(part -> part.rows().liveSize()).sum()
                < parts.stream().mapToInt(part -> part.rows().size()).sum() / 2;
    }

    private static void touch(SegmentRows part, Set<ResourceId> changed, BitSet touched) {
        var rows = part.rows();
        var refers =
                new PerText<>(
                        rows.column(SCHEMA.indexOf("applicationId")),
                        text -> ResourceId.tryParse(text).filter(changed::contains).isPresent());
        rows.live()
                .forEach(row -> {
                    if (refers.at(row)) {
                        touched.set(part.sources()[row]);
                    }
                });
    }

    /// @param wanted which of the segment's resources
    private SegmentRows compute(Machines machines, ResourceSegment segment, IntPredicate wanted) {
        var rows = new ApplicationRows(tables.resolver(), tables.advice(), tables.limits());
        var columns = MachineColumns.of(machines, segment);
        if (columns.isPresent()) {
            columns.get().read(rows, wanted);
        } else {
            machines.reader(segment).read(rows, wanted);
        }
        return rows.build(segment.root().at("id"));
    }
}
