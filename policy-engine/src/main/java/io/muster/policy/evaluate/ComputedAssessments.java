package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationState.Condition;
import io.muster.inventory.vm.ApplicationWarning;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.CommandAdvice;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.ProfileAdvice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// `Muster.VmApplications/assessments`: the one related resource that no source has. It says of a virtual machine or scale set how its gallery applications
/// stand, so that a rule can ask what Azure Policy cannot: what failed in the guest, and what is behind the newest version. The shape is told in the policy
/// library's README. Safe for several threads.
final class ComputedAssessments {
    static final String TYPE = RelatedResources.ASSESSMENTS;

    private record Commands(ResourceId version, @Nullable OperatingSystem system) {}

    private final Snapshot snapshot;
    private final Map<Commands, Dynamic> findings = new ConcurrentHashMap<>();
    private volatile @Nullable DerivedTables tables;

    ComputedAssessments(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /// The assessment of a machine's document as it is given; empty for every other resource.
    Optional<Dynamic> of(Dynamic resource) {
        return Machine.read(resource).map(machine -> assessment(machine, resource));
    }

    /// One for all machines of a scan: each would read the galleries again.
    private DerivedTables tables() {
        var known = tables;
        if (known == null) {
            // Two threads may both make one; they answer the same.
            known = DerivedTables.of(snapshot);
            tables = known;
        }
        return known;
    }

    private Dynamic assessment(Machine machine, Dynamic resource) {
        var tables = tables();
        var resolver = tables.resolver();
        var warnings = new ProfileAdvice(resolver, tables.limits(), tables.now()).warnings(machine);
        Map<ResourceId, ApplicationState> worst = new LinkedHashMap<>();
        add(MachineAssessment.of(machine, resolver), worst);
        if (machine.kind() == Machine.Kind.SCALE_SET) {
            for (var instance : instances(machine.id())) {
                Machine.ofInstance(instance, resource)
                        .ifPresent(found -> add(MachineAssessment.of(found, resolver), worst));
            }
        }
        List<Dynamic> applications = new ArrayList<>();
        worst.forEach((id, state) -> applications.add(application(id, state, machine, warnings)));
        String name = machine.id().name();
        return Dynamic.bag()
                .put("id", machine.id().text() + "/providers/" + TYPE + "/" + name)
                .put("name", name)
                .put("type", TYPE)
                .put("location", machine.location())
                .put(
                        "properties",
                        Dynamic.bag().put("applications", Dynamic.array(applications)).build())
                .build();
    }

    private List<Dynamic> instances(ResourceId scaleSet) {
        var ordinal = snapshot.ordinal(scaleSet.text());
        List<Dynamic> found = new ArrayList<>();
        if (ordinal.isPresent()) {
            for (int child : snapshot.childrenOf(ordinal.getAsInt(), Machine.INSTANCE_TYPE)) {
                snapshot.resource(child).ifPresent(found::add);
            }
        }
        return found;
    }

    private static void add(MachineAssessment assessment, Map<ResourceId, ApplicationState> worst) {
        for (var state : assessment.applications()) {
            state.reference()
                    .map(ApplicationReference::applicationId)
                    .ifPresent(id ->
                            worst.merge(id, state, (a, b) -> badness(b) > badness(a) ? b : a));
        }
    }

    private static int badness(ApplicationState state) {
        int condition =
                switch (state.condition()) {
                    case MODEL -> 0;
                    case RUNNING -> 1;
                    case AHEAD, LEFT_OVER -> 2;
                    case UNKNOWN -> 3;
                    case PENDING, APPLYING, REBOOTING -> 4;
                    case BEHIND -> 5;
                    case SKIPPED -> 7;
                    case STOPPED_BY_REBOOT -> 8;
                    case FAILED -> 9;
                };
        // A machine that pins an old version runs what it wants, and is behind all the same.
        return state.isBehind() && state.condition() != Condition.MODEL
                ? Math.max(condition, 6)
                : condition;
    }

    private Dynamic application(
            ResourceId id,
            ApplicationState state,
            Machine machine,
            List<ApplicationWarning> warnings) {
        var refusal = state.refusal();
        var wanted = state.wanted();
        return Dynamic.bag()
                .put("applicationId", id.text())
                .put("applicationName", id.name())
                .put(
                        "packageReferenceId",
                        state.reference().map(ApplicationReference::text).orElse(""))
                .put("wantedVersion", state.wanted().map(v -> v.name()).orElse(null))
                .put("runningVersion", state.running().map(Object::toString).orElse(null))
                .put("newestVersion", state.newest() == null ? null : state.newest().name())
                .put("behindLatest", state.isBehind())
                .put("state", state.condition().wireName())
                .put("message", state.because())
                .put("failed", state.isFailed())
                .put("skipped", state.isSkipped())
                .put(
                        "skippedBecauseOf",
                        Dynamic.array(state.skippedBecauseOf().stream().map(Dynamic::of).toList()))
                .put("stuck", state.isStuck())
                .put("needsRemoveThenAdd", state.needsRemoveThenAdd())
                .put("behindReason", state.behind().wireName())
                .put("deployable", state.isDeployable())
                .put("errorCode", refusal.map(AzureError::code).orElse(""))
                .put("errorMessage", refusal.map(AzureError::message).orElse(""))
                .put("warnings", warnings(id.name(), warnings))
                .put(
                        "findings",
                        wanted.map(version -> findings(version, machine.system()))
                                .orElse(Dynamic.EMPTY_ARRAY))
                .put("storedBytes", wanted.map(v -> v.storageCost().storedBytes()).orElse(0L))
                .put("egressBytes", wanted.map(v -> v.storageCost().egressBytes()).orElse(0L))
                .build();
    }

    /// The kinds of those of the application and of those of the profile as a whole.
    private static Dynamic warnings(String application, List<ApplicationWarning> warnings) {
        return Dynamic.array(
                warnings.stream()
                        .filter(w ->
                                w.application().isEmpty()
                                        || w.application().equalsIgnoreCase(application))
                        .map(w -> Dynamic.of(w.kind().name()))
                        .distinct()
                        .toList());
    }

    /// The kinds of what is wrong with a version's commands: looked for once a version.
    private Dynamic findings(GalleryApplicationVersion version, @Nullable OperatingSystem system) {
        return findings.computeIfAbsent(
                new Commands(version.id(), system),
                _ ->
                        Dynamic.array(
                                CommandAdvice.findings(version, system, tables().limits()).stream()
                                        .map(finding -> Dynamic.of(finding.kind().name()))
                                        .distinct()
                                        .toList()));
    }
}
