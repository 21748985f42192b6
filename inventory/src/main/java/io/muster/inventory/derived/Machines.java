package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.GuestReport;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.ProfileEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/// Reads machines out of segments, only the members that the domain looks at.
final class Machines {
    /// In the order of the derived tables' rows.
    static final List<String> TYPES =
            List.of(Machine.VM_TYPE, Machine.INSTANCE_TYPE, Machine.SCALE_SET_TYPE);

    private static final List<String> PROPERTIES =
            List.of(
                    "applicationProfile",
                    "virtualMachineScaleSet",
                    "storageProfile",
                    "osProfile",
                    "virtualMachineProfile",
                    "latestModelApplied",
                    "instanceView",
                    "extended");

    /// What extensions are read from.
    static final List<String> VIEW = List.of("virtualMachineScaleSet", "instanceView", "extended");

    private final Snapshot snapshot;
    private final Map<ResourceId, Dynamic> scaleSets = new ConcurrentHashMap<>();
    private final Map<ResourceId, Optional<Machine>> models = new ConcurrentHashMap<>();

    Machines(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /// The segments that hold machines.
    List<ResourceSegment> segments() {
        var segments = new ArrayList<ResourceSegment>();
        TYPES.forEach(type -> segments.addAll(snapshot.segmentsOf(type)));
        return segments;
    }

    /// A reader of one segment's machines.
    Reader reader(ResourceSegment segment) {
        return new Reader(segment, PROPERTIES);
    }

    /// A reader that leaves all but some members out.
    Reader reader(ResourceSegment segment, List<String> members) {
        return new Reader(segment, members);
    }

    /// The model of a scale set; empty when it is not here.
    Optional<Machine> scaleSetModel(ResourceId id) {
        return models.computeIfAbsent(
                id, known -> snapshot.resource(known.text()).flatMap(Machine::read));
    }

    final class Reader {
        private final ResourceSegment segment;
        private final MachineIds machineIds = new MachineIds();
        private final Column ids;
        private final Column locations;
        private final Map<String, Column> properties = new LinkedHashMap<>();

        private Reader(ResourceSegment segment, List<String> members) {
            this.segment = segment;
            this.ids = segment.root().at("id");
            this.locations = segment.root().at("location");
            var all = segment.root().at("properties");
            members.forEach(name -> properties.put(name, all.at(name)));
        }

        /// The machine of a row; empty when its id is no resource id.
        Optional<Machine> machine(int row) {
            var picked = Dynamic.bag();
            properties.forEach((name, column) -> {
                if (!column.isNull(row)) {
                    picked.put(name, column.dynamic(row));
                }
            });
            var resource =
                    Dynamic.bag()
                            .put("id", ids.dynamic(row))
                            .put("location", locations.dynamic(row))
                            .put("properties", picked.build())
                            .build();
            if (!segment.type().equals(Machine.INSTANCE_TYPE)) {
                return Machine.read(resource);
            }
            if (!properties.containsKey("applicationProfile")) {
                return Machine.ofInstance(resource, Dynamic.NULL);
            }
            var set =
                    ResourceId.tryParse(resource.get("id").textOr(""))
                            .flatMap(ResourceId::parent)
                            .map(id -> scaleSets.computeIfAbsent(id, this::scaleSet));
            return Machine.ofInstance(resource, set.orElse(Dynamic.NULL));
        }

        /// Adds the rows of machines, one whole machine after the other.
        void read(ApplicationRows rows, IntPredicate wanted) {
            for (int row = 0; row < segment.size(); row++) {
                if (!wanted.test(row)) {
                    continue;
                }
                int source = row;
                machine(row).ifPresent(machine -> add(source, machine, rows));
            }
        }

        /// Adds the rows of one machine.
        void add(int row, Machine machine, ApplicationRows rows) {
            var set = machine.scaleSet();
            rows.machine(
                    row,
                    new ApplicationRows.Heading(
                            machineIds.read(ids.dynamic(row).textOr("")).orElseThrow(),
                            set == null ? "" : set.text(),
                            machine.powerState(),
                            machine.agentVersion()),
                    rows.facts(machine.facts()),
                    machine.profile().entries().stream()
                            .map(ProfileEntry::json)
                            .mapToInt(rows::entry)
                            .toArray(),
                    rows.report(machine.message(), () -> GuestReport.of(machine.message())));
        }

        private Dynamic scaleSet(ResourceId id) {
            return snapshot.resource(id.text()).orElse(Dynamic.NULL);
        }
    }
}
