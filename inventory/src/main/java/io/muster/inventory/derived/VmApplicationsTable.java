package io.muster.inventory.derived;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationWarning;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.CommandAdvice;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.ProfileAdvice;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.VersionNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        var out = new ArrayList<Segment>();
        for (var segment : machines.segments()) {
            var rows =
                    segment.rows()
                            .derived(new Key(), RowsByState::new)
                            .of(tables.state(), () -> compute(machines, segment));
            if (rows.sources().length > 0) {
                out.add(rows.live(segment));
            }
        }
        return out;
    }

    private SegmentRows compute(Machines machines, ResourceSegment segment) {
        var rows = new Rows(SCHEMA);
        var sources = new ArrayList<Integer>();
        var reader = machines.reader(segment);
        var atUpdate = new HashMap<Update, Dynamic>();
        var advice = new ProfileAdvice(tables.resolver(), tables.limits(), tables.now());
        for (int row = 0; row < segment.size(); row++) {
            var machine = reader.machine(row);
            if (machine.isEmpty()) {
                continue;
            }
            var assessment = MachineAssessment.of(machine.get(), tables.resolver());
            if (assessment.applications().isEmpty()) {
                continue;
            }
            var warnings = advice.warnings(machine.get());
            for (var application : assessment.applications()) {
                var findings =
                        update(machine.get(), application)
                                .map(u -> atUpdate.computeIfAbsent(u, this::findings))
                                .orElse(Dynamic.EMPTY_ARRAY);
                add(rows, machine.get(), application, warnings, findings);
                sources.add(row);
            }
        }
        return new SegmentRows(
                rows.toSegment(), sources.stream().mapToInt(Integer::intValue).toArray());
    }

    /// From what runs to what the profile means, or to the newest when that already runs.
    private record Update(
            @Nullable GalleryApplicationVersion from,
            GalleryApplicationVersion to,
            @Nullable OperatingSystem system) {}

    /// Empty where nothing runs or nothing else is to be had.
    private Optional<Update> update(Machine machine, ApplicationState application) {
        var running = application.running();
        var reference = application.reference();
        if (running.isEmpty() || reference.isEmpty()) {
            return Optional.empty();
        }
        var wanted = application.wanted().orElse(null);
        var newest = application.newest();
        var to = wanted == null || running.get().equals(wanted.number()) ? newest : wanted;
        if (to == null || running.get().equals(to.number())) {
            return Optional.empty();
        }
        var from =
                tables.resolver()
                        .catalog()
                        .version(reference.get().at(running.get().toString()).versionId())
                        .orElse(null);
        return Optional.of(new Update(from, to, machine.system()));
    }

    private Dynamic findings(Update update) {
        return Dynamic.array(
                CommandAdvice.atUpdate(update.from(), update.to(), update.system(), tables.limits())
                        .stream()
                        .map(found ->
                                Dynamic.bag()
                                        .put("version", found.version().name())
                                        .put("command", found.finding().command())
                                        .put("kind", found.finding().kind().name())
                                        .put("message", found.finding().message())
                                        .build())
                        .toList());
    }

    private static void add(
            Rows rows,
            Machine machine,
            ApplicationState application,
            List<ApplicationWarning> warnings,
            Dynamic updateFindings) {
        var id = machine.id();
        var entry = application.entry();
        var reference = application.reference();
        var guest = application.guest();
        var action = application.lastAction();
        var newest = application.newest();
        rows.text(id.text() + "/VMapplications/" + application.name())
                .text(application.name())
                .text(id.type().lower() + "/vmapplications")
                .text(machine.location())
                .text(id.resourceGroup().orElse("").toLowerCase(Locale.ROOT))
                .text(id.subscriptionId().orElse(""))
                .text(id.text())
                .text(id.fullName())
                .text(machine.kind().wireName())
                .text(machine.scaleSet() == null ? "" : machine.scaleSet().text())
                .text(systemName(machine.system()))
                .text(machine.powerState())
                .text(machine.agentVersion())
                .bool(machine.latestModelApplied())
                .text(application.name())
                .text(reference.map(r -> r.applicationId().text()).orElse(""))
                .text(reference.map(r -> r.gallery()).orElse(""))
                .text(entry == null ? "" : entry.packageReferenceId())
                .bool(application.isWanted())
                .text(reference.map(r -> r.version()).orElse(""))
                .text(application.wanted().map(v -> v.name()).orElse(""))
                .text(newest == null ? "" : newest.name())
                .text(application.running().map(VersionNumber::toString).orElse(""))
                .text(guest == null ? "" : guest.version())
                .text(application.condition().wireName())
                .text(application.because())
                .text(guest == null ? "" : guest.result().text())
                .text(action == null ? "" : action.operation().name())
                .whole(order(entry))
                .text(entry == null ? "" : entry.configurationReference())
                .bool(entry != null && entry.treatFailureAsDeploymentFailure())
                .bool(entry != null && entry.enableAutomaticUpgrade())
                .bool(application.isBehind())
                .text(application.behind().wireName())
                .bool(application.isStuck())
                .bool(application.needsRemoveThenAdd())
                .dynamic(
                        Dynamic.array(
                                application.skippedBecauseOf().stream().map(Dynamic::of).toList()))
                .bool(application.isDeployable())
                .text(application.refusal().map(AzureError::code).orElse(""))
                .text(application.refusal().map(AzureError::message).orElse(""))
                .dynamic(passedOver(application))
                .dynamic(warnings(application.name(), warnings))
                .dynamic(updateFindings)
                .end();
    }

    private static String systemName(@Nullable OperatingSystem system) {
        return system == null ? "" : system.wireName();
    }

    private static @Nullable Long order(@Nullable ProfileEntry entry) {
        return entry == null || entry.order().isEmpty() ? null : (long) entry.order().getAsInt();
    }

    private static Dynamic passedOver(ApplicationState application) {
        var resolution = application.resolution();
        if (resolution == null || resolution.passedOver().isEmpty()) {
            return Dynamic.EMPTY_ARRAY;
        }
        return Dynamic.array(
                resolution.passedOver().stream()
                        .map(passed ->
                                Dynamic.bag()
                                        .put("version", passed.version().name())
                                        .put("reason", passed.reason().name())
                                        .put("because", passed.because())
                                        .build())
                        .toList());
    }

    /// Those of the application and those of the profile as a whole.
    private static Dynamic warnings(String application, List<ApplicationWarning> warnings) {
        return Dynamic.array(
                warnings.stream()
                        .filter(w ->
                                w.application().isEmpty()
                                        || w.application().equalsIgnoreCase(application))
                        .map(w ->
                                Dynamic.bag()
                                        .put("kind", w.kind().name())
                                        .put("message", w.message())
                                        .build())
                        .toList());
    }
}
