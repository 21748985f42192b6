package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.NullColumn;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.resource.IdHash;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.vm.ExtensionView;
import io.muster.inventory.vm.ExtensionView.ExtensionStatus;
import io.muster.inventory.vm.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// `vmextensions`: a row per VM, flexible or uniform instance and extension: what the instance view reports, and the extension resources
/// that no view reports (with their provisioning state alone).
final class VmExtensionsTable implements TableSource {
    /// Of each change kept, newest first: `[{time, changes: {path below the extension: {previousValue, newValue, ...}}}]`.
    private static final String HISTORY = "history";

    private static final String KIND = "machineKind";

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
        addUnreported(machines, request, out);
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
        var reader = machines.reader(segment, Machines.VIEW);
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
                extension
                        .provisioningStatus()
                        .orElseGet(() -> new ExtensionStatus("", "", "", "", Dynamic.NULL));
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

    private record ReportedKey() {}

    private record FlexibleKey() {}

    private record ResourcesKey() {}

    /// The rows of a segment's extension resources as if no view reported any.
    ///
    /// @param sources row of the resource, one a row
    /// @param ids hash of the extension's id
    /// @param machines hash of its machine's
    @SuppressWarnings("ArrayRecordComponent") // not compared; not to be written
    private record Resources(Segment rows, int[] sources, long[] ids, long[] machines) {}

    /// A segment of machines with what is known of it, whatever the snapshot.
    private record Reporting(Segment machines, IdRows extensions, IdRows flexible) {}

    /// Costs a look at each extension resource and nothing of what did not change.
    private void addUnreported(Machines machines, ScanRequest request, List<Segment> out) {
        var reporting = new ArrayList<Reporting>();
        for (var segment : machines.segments()) {
            if (!segment.type().equals(Machine.SCALE_SET_TYPE)) {
                SegmentRows rows =
                        segment.rows().derived(new Key(), () -> compute(machines, segment));
                reporting.add(
                        new Reporting(
                                segment.rows(),
                                segment.rows().derived(new ReportedKey(), () -> reported(rows)),
                                segment.rows()
                                        .derived(new FlexibleKey(), () -> flexible(segment))));
            }
        }
        for (String type : EXTENSION_TYPES) {
            for (var segment : tables.snapshot().segmentsOf(type)) {
                Resources resources =
                        segment.rows().derived(new ResourcesKey(), () -> resources(segment));
                var rows = unreported(segment, resources, reporting, request);
                if (rows.liveSize() > 0) {
                    out.add(with(rows, new NullColumn(rows.size())));
                }
            }
        }
    }

    private static IdRows reported(SegmentRows rows) {
        var ids = rows.rows().column(0);
        long[] hashes = new long[rows.sources().length];
        for (int row = 0; row < hashes.length; row++) {
            hashes[row] = IdHash.of(ids.dynamic(row).textOr(""));
        }
        return new IdRows(hashes, rows.sources());
    }

    /// The machines of flexible scale sets.
    private static IdRows flexible(ResourceSegment segment) {
        int[] rows =
                segment.root().at("properties").at("virtualMachineScaleSet").present().toArray();
        long[] hashes = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            hashes[i] = IdHash.of(segment.resourceId(rows[i]));
        }
        return new IdRows(hashes, rows);
    }

    private static Resources resources(ResourceSegment segment) {
        var rows = new Rows(OF_MACHINES);
        var sources = new IntList();
        long[] ids = new long[segment.size()];
        long[] machines = new long[segment.size()];
        for (int row = 0; row < segment.size(); row++) {
            var id = ResourceId.tryParse(segment.resourceId(row));
            if (id.isPresent()) {
                ids[sources.size()] = IdHash.of(id.get().text());
                machines[sources.size()] = IdHash.of(id.get().parent().orElse(id.get()).text());
                sources.add(row);
                add(rows, id.get(), segment.resource(row));
            }
        }
        return new Resources(
                rows.toSegment(),
                sources.toArray(),
                Arrays.copyOf(ids, sources.size()),
                Arrays.copyOf(machines, sources.size()));
    }

    private static Segment unreported(
            ResourceSegment segment,
            Resources resources,
            List<Reporting> reporting,
            ScanRequest request) {
        int size = resources.sources().length;
        var gone = new Bits.Builder(size);
        int[] kinds = new int[size];
        boolean kindWanted =
                request.wants(KIND) && segment.type().equals(EXTENSION_TYPES.getFirst());
        for (int row = 0; row < size; row++) {
            boolean left = segment.rows().isLive(resources.sources()[row]);
            for (int i = 0; left && i < reporting.size(); i++) {
                var view = reporting.get(i);
                left = !view.extensions().isLive(resources.ids()[row], view.machines());
            }
            if (!left) {
                gone.set(row);
                continue;
            }
            for (int i = 0; kindWanted && kinds[row] == 0 && i < reporting.size(); i++) {
                var view = reporting.get(i);
                kinds[row] =
                        view.flexible().isLive(resources.machines()[row], view.machines()) ? 1 : 0;
            }
        }
        var columns = new ArrayList<>(resources.rows().columns());
        if (kindWanted) {
            columns.set(
                    OF_MACHINES.indexOf(KIND),
                    new StringColumn(
                            Codes.of(kinds, 2),
                            Dictionary.of(
                                    Machine.Kind.VIRTUAL_MACHINE.wireName(),
                                    Machine.Kind.FLEXIBLE_INSTANCE.wireName())));
        }
        return new Segment(size, columns).without(gone.build(size));
    }

    /// The kind of machine is that of an instance or else found out later.
    private static void add(Rows rows, ResourceId id, Dynamic extension) {
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
                .text(
                        machine.isOfType(Machine.INSTANCE_TYPE)
                                ? Machine.Kind.UNIFORM_INSTANCE.wireName()
                                : Machine.Kind.VIRTUAL_MACHINE.wireName())
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
}
