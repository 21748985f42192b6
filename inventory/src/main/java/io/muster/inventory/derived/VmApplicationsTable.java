package io.muster.inventory.derived;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.inventory.snapshot.ResourceSegment;
import java.util.List;

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
                .map(segment -> rows(machines, segment).live(segment))
                .filter(rows -> rows.size() > 0)
                .toList();
    }

    private SegmentRows rows(Machines machines, ResourceSegment segment) {
        RowsByState known = segment.rows().derived(new Key(), RowsByState::new);
        return known.of(tables.stateOf(segment.type()), () -> compute(machines, segment));
    }

    private SegmentRows compute(Machines machines, ResourceSegment segment) {
        var rows = new ApplicationRows(tables.resolver(), tables.advice(), tables.limits());
        var columns = MachineColumns.of(machines, segment);
        if (columns.isPresent()) {
            columns.get().read(rows);
        } else {
            machines.reader(segment).read(rows);
        }
        return rows.build(segment.root().at("id"));
    }
}
