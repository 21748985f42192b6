package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ApplicationWarning;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GuestApplication;
import io.muster.inventory.vm.GuestReport;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.inventory.vm.MachineFacts;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.ProfileAdvice;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.ResolvedEntry;
import io.muster.inventory.vm.VmApplicationLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Puts the rows of `vmapplications` together, machine by machine. A fleet has few kinds of rows: what is the same of many machines (an entry in a
/// region, a profile's warnings, a guest's report, the state that follows) is found out once and then known by its number. Confined to one thread.
final class ApplicationRows {
    private final LatestResolver resolver;
    private final ProfileAdvice advice;
    private final ApplicationColumns columns;

    private final Numbers<MachineFacts> facts = new Numbers<>();
    private final List<ProfileEntry> entries = new ArrayList<>();
    private final Numbers<Dynamic> entryNumbers = new Numbers<>();
    private final List<GuestReport> reports = new ArrayList<>();
    private final Numbers<Object> reportNumbers = new Numbers<>();

    private final Numbers<Place> places = new Numbers<>();
    private final KeyTable resolvedKeys = new KeyTable();
    private final List<ResolvedEntry> resolved = new ArrayList<>();
    private final Numbers<String> references = new Numbers<>();
    private final KeyTable meaningKeys = new KeyTable();

    /// The first entry of each reference and place.
    private final List<ResolvedEntry> meanings = new ArrayList<>();

    private final KeyTable profileKeys = new KeyTable();
    private final List<Profile> profiles = new ArrayList<>();
    private final Numbers<ApplicationWarning> singleWarnings = new Numbers<>();
    private final KeyTable warningKeys = new KeyTable();
    private final List<List<ApplicationWarning>> warnings = new ArrayList<>();
    private final Numbers<GuestApplication> guests = new Numbers<>();
    private final Numbers<String> operations = new Numbers<>();
    private final Numbers<List<String>> skips = new Numbers<>();
    private final KeyTable stateKeys = new KeyTable();

    private final IntList sources = new IntList();
    private final IntList rowMachines = new IntList();
    private final IntList rowStates = new IntList();
    private final MachineTexts machines = new MachineTexts();

    /// What decides the meaning of a reference.
    private record Place(String location, @Nullable OperatingSystem system) {}

    /// @param numbers of the resolved entries
    /// @param warnings number of the warnings of each entry's application
    @SuppressWarnings("ArrayRecordComponent") // not compared; not to be written
    private record Profile(
            List<ResolvedEntry> entries,
            int[] numbers,
            List<ApplicationWarning> all,
            int[] warnings) {}

    ApplicationRows(LatestResolver resolver, ProfileAdvice advice, VmApplicationLimits limits) {
        this.resolver = resolver;
        this.advice = advice;
        this.columns = new ApplicationColumns(resolver, limits);
    }

    int facts(MachineFacts known) {
        return facts.of(known);
    }

    /// The number of a profile's entry.
    int entry(Dynamic json) {
        int known = entryNumbers.size();
        int number = entryNumbers.of(json);
        if (number == known) {
            entries.add(new ProfileEntry(json));
        }
        return number;
    }

    /// The number of what a guest reported.
    ///
    /// @param key the same for the same report
    int report(Object key, Supplier<GuestReport> read) {
        int known = reportNumbers.size();
        int number = reportNumbers.of(key);
        if (number == known) {
            reports.add(read.get());
        }
        return number;
    }

    /// Whether a machine without a profile has no rows.
    boolean isEmpty(int report) {
        return reports.get(report).leftOver(List.of()).isEmpty();
    }

    /// What rows say of a machine besides its applications.
    record Heading(MachineIds.Id id, String scaleSet, String powerState, String agentVersion) {}

    /// Adds the rows of a machine.
    ///
    /// @param profile numbers of its entries
    void machine(int source, Heading heading, int factsNumber, int[] profile, int reportNumber) {
        var known = facts.get(factsNumber);
        var report = reports.get(reportNumber);
        var wanted = profile(factsNumber, known, profile);
        var left = MachineAssessment.leftOver(known, report, wanted.entries());
        if (profile.length + left.size() == 0) {
            return;
        }
        int machine = machines.add(source, heading, factsNumber);
        boolean registryKnown = known.instanceViewKnown() && report.isRegistryKnown();
        int context = context(known, report, registryKnown);
        for (int i = 0; i < profile.length; i++) {
            var entry = wanted.entries().get(i);
            var skipped =
                    MachineAssessment.skippedBecauseOf(known, report, entry, wanted.entries());
            var guest = registryKnown ? report.find(entry.name()) : null;
            int states = stateKeys.size();
            int state =
                    stateKeys
                            .add(wanted.numbers()[i])
                            .add(wanted.warnings()[i])
                            .add(context)
                            .add(guest == null ? -1 : guests.of(guest))
                            .add(operation(report, entry.name()))
                            .add(skips.of(skipped))
                            .number();
            if (state == states) {
                columns.add(
                        MachineAssessment.wanted(known, report, entry, skipped),
                        entry.reference(),
                        known,
                        warnings.get(wanted.warnings()[i]));
            }
            row(source, machine, state);
        }
        for (var guest : left) {
            int about = warnings(warningsOf(guest.name(), wanted.all()));
            int states = stateKeys.size();
            int state =
                    stateKeys
                            .add(-1)
                            .add(about)
                            .add(guests.of(guest))
                            .add(operation(report, guest.name()))
                            .number();
            if (state == states) {
                columns.add(
                        MachineAssessment.leftOver(report, guest),
                        Optional.empty(),
                        known,
                        warnings.get(about));
            }
            row(source, machine, state);
        }
    }

    private void row(int source, int machine, int state) {
        sources.add(source);
        rowMachines.add(machine);
        rowStates.add(state);
    }

    /// What a state depends on besides its entry and what the guest says of it.
    private static int context(MachineFacts known, GuestReport report, boolean registryKnown) {
        int form =
                switch (report.message()) {
                    case ExtensionMessage.Absent _ -> 0;
                    case ExtensionMessage.InProgress _ -> 1;
                    case ExtensionMessage.Report _ -> 2;
                    case ExtensionMessage.Critical _ -> 3;
                    case ExtensionMessage.Transient _ -> 4;
                    case ExtensionMessage.Unreadable _ -> 5;
                };
        return form * 8
                + (known.kind() == Machine.Kind.SCALE_SET ? 4 : 0)
                + (known.instanceViewKnown() ? 2 : 0)
                + (registryKnown ? 1 : 0);
    }

    private int operation(GuestReport report, String application) {
        var action = report.lastAction(application);
        return action == null ? -1 : operations.of(action.operation().name());
    }

    private Profile profile(int factsNumber, MachineFacts known, int[] numbers) {
        profileKeys.add(factsNumber);
        for (int number : numbers) {
            profileKeys.add(number);
        }
        int profile = profileKeys.number();
        if (profile == profiles.size()) {
            profiles.add(read(known, numbers));
        }
        return profiles.get(profile);
    }

    private Profile read(MachineFacts known, int[] numbers) {
        int place = places.of(new Place(known.location(), known.system()));
        var found = new ArrayList<ResolvedEntry>(numbers.length);
        int[] resolvedNumbers = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            resolvedNumbers[i] = resolvedKeys.add(numbers[i]).add(place).number();
            if (resolvedNumbers[i] == resolved.size()) {
                resolved.add(resolve(entries.get(numbers[i]), place, known));
            }
            found.add(resolved.get(resolvedNumbers[i]));
        }
        var all = advice.warnings(known, found);
        int[] own = new int[numbers.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = warnings(warningsOf(found.get(i).name(), all));
        }
        return new Profile(found, resolvedNumbers, all, own);
    }

    private ResolvedEntry resolve(ProfileEntry entry, int place, MachineFacts known) {
        int text = references.of(entry.packageReferenceId());
        int meaning = meaningKeys.add(text).add(place).number();
        if (meaning < meanings.size()) {
            return meanings.get(meaning).of(entry);
        }
        var found = ResolvedEntry.of(entry, resolver, known.location(), known.system());
        meanings.add(found);
        return found;
    }

    /// Those of the application and those of the profile as a whole.
    private static List<ApplicationWarning> warningsOf(
            String application, List<ApplicationWarning> all) {
        if (all.isEmpty()) {
            return all;
        }
        var about = new ArrayList<ApplicationWarning>();
        for (var warning : all) {
            if (warning.application().isEmpty()
                    || warning.application().equalsIgnoreCase(application)) {
                about.add(warning);
            }
        }
        return about;
    }

    private int warnings(List<ApplicationWarning> about) {
        for (var warning : about) {
            warningKeys.add(singleWarnings.of(warning));
        }
        int number = warningKeys.number();
        if (number == warnings.size()) {
            warnings.add(about);
        }
        return number;
    }

    /// @param ids of the segment's resources, by source
    SegmentRows build(Column ids) {
        int size = sources.size();
        if (size == 0) {
            return new SegmentRows(new Rows(VmApplicationsTable.SCHEMA).toSegment(), new int[0]);
        }
        int[] ofMachine = rowMachines.toArray();
        int[] ofState = rowStates.toArray();
        Map<String, Column> byName = new HashMap<>();
        var states = columns.build();
        states.forEach((name, column) -> byName.put(name, column.gather(ofState)));
        machines.build(facts).forEach((name, column) -> byName.put(name, column.gather(ofMachine)));
        var ofMachines = machines.ids(ids);
        byName.put("machineId", ofMachines.gather(ofMachine));
        byName.put(
                "id",
                ApplicationIds.of(
                        ofMachines,
                        ofMachine,
                        (StringColumn) Objects.requireNonNull(byName.get("name"))));
        var out = new ArrayList<Column>();
        for (var field : VmApplicationsTable.SCHEMA.fields()) {
            out.add(Objects.requireNonNull(byName.get(field.name()), field.name()));
        }
        return new SegmentRows(new Segment(size, out), sources.toArray());
    }
}
