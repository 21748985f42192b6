package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.Elements;
import io.muster.core.column.NullColumn;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineFacts;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.ProfileEntry;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Reads what `vmapplications` needs of a segment's machines straight from its columns. Confined to one thread.
final class MachineColumns {
    private static final int[] NO_ENTRIES = {};

    private final Machines machines;
    private final ResourceSegment segment;
    private final boolean instances;

    private final MachineIds machineIds = new MachineIds();
    private final Column ids;
    private final PerText<String> locations;
    private final PerText<Optional<ResourceId>> sets;
    private final PerText<Optional<OperatingSystem>> diskSystems;
    private final Column windows;
    private final Column linux;
    private final Column latestModel;
    private final Elements profile;
    private final Column ownView;
    private final ViewColumns own;
    private final ViewColumns extended;

    /// The reader of a segment; empty when its machines must be read one by one: they write names in several ways, or are the models of scale sets.
    static Optional<MachineColumns> of(Machines machines, ResourceSegment segment) {
        if (segment.type().equals(Machine.SCALE_SET_TYPE)) {
            return Optional.empty();
        }
        var members = new Members();
        var columns = new MachineColumns(machines, segment, members);
        return members.isAmbiguous() || !columns.isPlain()
                ? Optional.empty()
                : Optional.of(columns);
    }

    private MachineColumns(Machines machines, ResourceSegment segment, Members members) {
        this.machines = machines;
        this.segment = segment;
        this.instances = segment.type().equals(Machine.INSTANCE_TYPE);
        this.ids = segment.root().at("id");
        this.locations = new PerText<>(segment.root().at("location"), Location::normalise);
        var properties = segment.root().at("properties");
        this.sets =
                new PerText<>(
                        members.at(properties.at("virtualMachineScaleSet"), "id"),
                        ResourceId::tryParse);
        var storage = properties.at("storageProfile");
        this.diskSystems =
                new PerText<>(
                        members.at(members.at(storage, "osDisk"), "osType"),
                        OperatingSystem::parse);
        var os = properties.at("osProfile");
        this.windows = members.at(os, "windowsConfiguration");
        this.linux = members.at(os, "linuxConfiguration");
        this.latestModel = properties.at("latestModelApplied");
        this.profile =
                members.at(properties.at("applicationProfile"), "galleryApplications").elements();
        this.ownView = properties.at("instanceView");
        this.own = new ViewColumns(members, ownView);
        this.extended =
                new ViewColumns(members, members.at(properties.at("extended"), "instanceView"));
    }

    private boolean isPlain() {
        return instances
                || segment.root().at("properties").at("virtualMachineProfile")
                        instanceof NullColumn;
    }

    /// Adds the rows of machines.
    void read(ApplicationRows rows, IntPredicate wanted) {
        int[] entries = entries(rows, wanted);
        own.prepare(rows);
        extended.prepare(rows);
        for (int row = 0; row < segment.size(); row++) {
            if (!wanted.test(row)) {
                continue;
            }
            var view = ownView.isNull(row) ? extended : own;
            int from = profile.offsets()[row];
            int to = profile.offsets()[row + 1];
            int report = view.report(row);
            if (!instances && from == to && rows.isEmpty(report)) {
                continue;
            }
            String text = ids.dynamic(row).textOr("");
            var id = machineIds.read(text);
            if (id.isEmpty() || !id.get().head().type().equals(segment.type())) {
                continue;
            }
            if (instances) {
                instance(row, id.get(), view, report, rows);
            } else {
                machine(row, id.get(), view, report, Arrays.copyOfRange(entries, from, to), rows);
            }
        }
    }

    /// The number of each entry of the machines' profiles.
    private int[] entries(ApplicationRows rows, IntPredicate wanted) {
        if (instances) {
            // A uniform instance has its set's.
            return NO_ENTRIES;
        }
        var values = profile.values().dense();
        var print = ValuePrint.of(values);
        var keys = new KeyTable();
        var numbers = new IntList();
        int[] entries = new int[values.size()];
        int[] known = new int[16];
        int[] offsets = profile.offsets();
        for (int row = 0; row < segment.size(); row++) {
            if (!wanted.test(row)) {
                continue;
            }
            for (int e = offsets[row]; e < offsets[row + 1]; e++) {
                print.print(e, keys);
                int key = keys.number();
                if (key == numbers.size()) {
                    known = key < known.length ? known : Arrays.copyOf(known, key * 2);
                    known[key] = rows.entry(values.dynamic(e));
                    numbers.add(known[key]);
                }
                entries[e] = known[key];
            }
        }
        return entries;
    }

    private void machine(
            int row,
            MachineIds.Id id,
            ViewColumns view,
            int report,
            int[] profile,
            ApplicationRows rows) {
        var set = sets.at(row);
        add(
                row,
                new ApplicationRows.Heading(
                        id,
                        set.map(ResourceId::text).orElse(""),
                        view.powerState(row),
                        view.agentVersion(row)),
                set.isPresent() ? Machine.Kind.FLEXIBLE_INSTANCE : Machine.Kind.VIRTUAL_MACHINE,
                system(row, view),
                view,
                true,
                profile,
                report,
                rows);
    }

    private void instance(
            int row, MachineIds.Id id, ViewColumns view, int report, ApplicationRows rows) {
        var setId = id.head().scaleSet().orElseThrow();
        var set = machines.scaleSetModel(setId);
        var system = system(row, view);
        add(
                row,
                new ApplicationRows.Heading(
                        id, setId.text(), view.powerState(row), view.agentVersion(row)),
                Machine.Kind.UNIFORM_INSTANCE,
                system == null ? set.map(Machine::system).orElse(null) : system,
                view,
                latestModel.dynamic(row).boolOr(true),
                set.map(Machine::profile).stream()
                        .flatMap(wanted -> wanted.entries().stream())
                        .map(ProfileEntry::json)
                        .mapToInt(rows::entry)
                        .toArray(),
                report,
                rows);
    }

    private void add(
            int row,
            ApplicationRows.Heading heading,
            Machine.Kind kind,
            @Nullable OperatingSystem system,
            ViewColumns view,
            boolean latestModelApplied,
            int[] profile,
            int report,
            ApplicationRows rows) {
        String version = heading.agentVersion();
        boolean known = view.isKnown(row);
        int facts =
                rows.facts(
                        new MachineFacts(
                                kind,
                                locations.at(row),
                                system,
                                known,
                                known && (version.isEmpty() || version.equalsIgnoreCase("Unknown")),
                                latestModelApplied));
        rows.machine(row, heading, facts, profile, report);
    }

    private @Nullable OperatingSystem system(int row, ViewColumns view) {
        var disk = diskSystems.at(row);
        if (disk.isPresent()) {
            return disk.get();
        }
        if (!windows.isNull(row)) {
            return OperatingSystem.WINDOWS;
        }
        return linux.isNull(row) ? view.system(row).orElse(null) : OperatingSystem.LINUX;
    }
}
