package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.NullColumn;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.ExtensionView;
import io.muster.inventory.vm.ExtensionView.ExtensionStatus;
import io.muster.inventory.vm.Machine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// `vmextensions`: a row per VM, flexible or uniform instance and extension: what the instance view reports, and the extension resources
/// that no view reports (with their provisioning state alone).
final class VmExtensionsTable implements TableSource {
    /// Of each change kept, newest first: `[{time, changes: {path below the extension: {previousValue, newValue, ...}}}]`.
    private static final String HISTORY = "history";

    /// Without the history, which depends on more than the machine.
    private static final Schema OF_MACHINES =
            Columns.of(
                    "id",
                    "name",
                    "type",
                    "location",
                    "resourceGroup",
                    "subscriptionId",
                    "machineId",
                    "machineName",
                    "machineKind",
                    "publisher",
                    "extensionType",
                    "typeHandlerVersion",
                    // the part of the code that matters: succeeded, failed, transitioning ...
                    "provisioningState",
                    "statusCode",
                    "level",
                    "displayStatus",
                    "message",
                    "time:datetime",
                    "substatuses:dynamic",
                    "agentVersion",
                    "reported:bool");

    static final Schema SCHEMA = withHistory();

    private static Schema withHistory() {
        var fields = new ArrayList<>(OF_MACHINES.fields());
        fields.add(new Field(HISTORY, KqlType.DYNAMIC));
        return new Schema(fields);
    }

    private static final List<String> EXTENSION_TYPES =
            List.of(Machine.VM_TYPE + "/extensions", Machine.INSTANCE_TYPE + "/extensions");

    private final DerivedTables tables;

    VmExtensionsTable(DerivedTables tables) {
        this.tables = tables;
    }

    private record Key() {}

    @Override
    public String name() {
        return "vmextensions";
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        var machines = new Machines(tables.snapshot());
        var out = new ArrayList<Segment>();
        for (var segment : machines.segments()) {
            if (segment.type().equals(Machine.SCALE_SET_TYPE)) {
                continue;
            }
            var rows = segment.rows().derived(new Key(), () -> compute(machines, segment));
            if (rows.sources().length > 0) {
                out.add(
                        with(
                                rows.live(segment),
                                request.wants(HISTORY)
                                        ? historyOf(rows)
                                        : new NullColumn(rows.sources().length)));
            }
        }
        var unreported = unreported(out);
        if (unreported.liveSize() > 0) {
            out.add(with(unreported, new NullColumn(unreported.size())));
        }
        return out;
    }

    private static Segment with(Segment rows, Column history) {
        var columns = new ArrayList<>(rows.columns());
        columns.add(history);
        var wider = new Segment(rows.size(), columns);
        var deleted = rows.deleted();
        return deleted == null ? wider : wider.without(deleted);
    }

    /// Rows of one machine stand together, in the order of its view.
    private Column historyOf(SegmentRows rows) {
        var history = new ExtensionHistory(tables.snapshot());
        var machines = rows.rows().column(OF_MACHINES.indexOf("machineId"));
        var values = new Dynamic[rows.sources().length];
        int place = 0;
        for (int row = 0; row < values.length; row++) {
            place = row > 0 && rows.sources()[row] == rows.sources()[row - 1] ? place + 1 : 0;
            values[row] = history.of(machines.dynamic(row).textOr(""), place);
        }
        return new DynamicColumn(values);
    }

    private static SegmentRows compute(Machines machines, ResourceSegment segment) {
        var rows = new Rows(OF_MACHINES);
        var sources = new ArrayList<Integer>();
        var reader = machines.reader(segment);
        for (int row = 0; row < segment.size(); row++) {
            var machine = reader.machine(row);
            if (machine.isEmpty()) {
                continue;
            }
            for (var extension : machine.get().extensions()) {
                add(rows, machine.get(), extension);
                sources.add(row);
            }
        }
        return new SegmentRows(
                rows.toSegment(), sources.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void add(Rows rows, Machine machine, ExtensionView extension) {
        var id = machine.id();
        var status =
                extension.statuses().isEmpty()
                        ? new ExtensionStatus("", "", "", "", Dynamic.NULL)
                        : extension.statuses().getFirst();
        int dot = extension.type().lastIndexOf('.');
        rows.text(id.text() + "/extensions/" + extension.name())
                .text(extension.name())
                .text(id.type().lower() + "/extensions")
                .text(machine.location())
                .text(id.resourceGroup().orElse("").toLowerCase(Locale.ROOT))
                .text(id.subscriptionId().orElse(""))
                .text(id.text())
                .text(id.fullName())
                .text(machine.kind().wireName())
                .text(dot < 0 ? "" : extension.type().substring(0, dot))
                .text(extension.type().substring(dot + 1))
                .text(extension.typeHandlerVersion())
                .text(status.provisioningState())
                .text(status.code())
                .text(status.level())
                .text(status.displayStatus())
                .text(status.message())
                .time(status.time())
                .dynamic(extension.json().getIgnoreCase("substatuses"))
                .text(machine.agentVersion())
                .bool(true)
                .end();
    }

    private Segment unreported(List<Segment> reported) {
        Set<String> known = new HashSet<>();
        for (var segment : reported) {
            var ids = segment.column(0);
            segment.live()
                    .forEach(
                            row -> known.add(ids.dynamic(row).textOr("").toLowerCase(Locale.ROOT)));
        }
        var rows = new Rows(OF_MACHINES);
        for (String type : EXTENSION_TYPES) {
            for (var segment : tables.snapshot().segmentsOf(type)) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            String text = segment.resourceId(row);
                            if (!known.contains(text.toLowerCase(Locale.ROOT))) {
                                ResourceId.tryParse(text)
                                        .ifPresent(
                                                id -> unreported(rows, id, segment.resource(row)));
                            }
                        });
            }
        }
        return rows.toSegment();
    }

    private void unreported(Rows rows, ResourceId id, Dynamic extension) {
        var properties = extension.getIgnoreCase("properties");
        String state = properties.getIgnoreCase("provisioningState").textOr("");
        var machine = id.parent().orElse(id);
        rows.text(id.text())
                .text(id.name())
                .text(id.type().lower())
                .text(Location.normalise(extension.getIgnoreCase("location").textOr("")))
                .text(id.resourceGroup().orElse("").toLowerCase(Locale.ROOT))
                .text(id.subscriptionId().orElse(""))
                .text(machine.text())
                .text(machine.fullName())
                .text(kindOf(machine).wireName())
                .text(properties.getIgnoreCase("publisher").textOr(""))
                .text(properties.getIgnoreCase("type").textOr(""))
                .text(properties.getIgnoreCase("typeHandlerVersion").textOr(""))
                .text(state.toLowerCase(Locale.ROOT))
                .text("")
                .text("")
                .text("")
                .text("")
                .time(Dynamic.NULL)
                .dynamic(Dynamic.NULL)
                .text("")
                .bool(false)
                .end();
    }

    private Machine.Kind kindOf(ResourceId machine) {
        if (machine.isOfType(Machine.INSTANCE_TYPE)) {
            return Machine.Kind.UNIFORM_INSTANCE;
        }
        var ordinal = tables.snapshot().ordinal(machine.text());
        return ordinal.isPresent()
                        && tables.snapshot().place(ordinal.getAsInt()).stream()
                                .anyMatch(VmExtensionsTable::isOfScaleSet)
                ? Machine.Kind.FLEXIBLE_INSTANCE
                : Machine.Kind.VIRTUAL_MACHINE;
    }

    private static boolean isOfScaleSet(Snapshot.Place machine) {
        return !machine.segment()
                .root()
                .at("properties")
                .at("virtualMachineScaleSet")
                .isNull(machine.row());
    }
}
