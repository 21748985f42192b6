package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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

    private final Snapshot snapshot;
    private final Map<ResourceId, Dynamic> scaleSets = new ConcurrentHashMap<>();

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
        return new Reader(segment);
    }

    final class Reader {
        private final ResourceSegment segment;
        private final Column ids;
        private final Column locations;
        private final Map<String, Column> properties = new LinkedHashMap<>();

        private Reader(ResourceSegment segment) {
            this.segment = segment;
            this.ids = segment.root().at("id");
            this.locations = segment.root().at("location");
            var all = segment.root().at("properties");
            PROPERTIES.forEach(name -> properties.put(name, all.at(name)));
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
            var set =
                    ResourceId.tryParse(resource.get("id").textOr(""))
                            .flatMap(ResourceId::parent)
                            .map(id -> scaleSets.computeIfAbsent(id, this::scaleSet));
            return Machine.ofInstance(resource, set.orElse(Dynamic.NULL));
        }

        private Dynamic scaleSet(ResourceId id) {
            return snapshot.resource(id.text()).orElse(Dynamic.NULL);
        }
    }
}
