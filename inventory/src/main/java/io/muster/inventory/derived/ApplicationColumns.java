package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationWarning;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.CommandAdvice;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.MachineFacts;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.VersionNumber;
import io.muster.inventory.vm.VmApplicationLimits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The columns of `vmapplications` that tell of the application, one value a state that differs. Confined to one thread.
final class ApplicationColumns {
    private static final Schema SCHEMA = ofApplications(VmApplicationsTable.SCHEMA.fields());

    private final LatestResolver resolver;
    private final VmApplicationLimits limits;
    private final Rows rows = new Rows(SCHEMA);
    private final Map<UpdateKey, Dynamic> atUpdate = new HashMap<>();
    private final Map<List<ApplicationWarning>, Dynamic> warnings = new HashMap<>();

    ApplicationColumns(LatestResolver resolver, VmApplicationLimits limits) {
        this.resolver = resolver;
        this.limits = limits;
    }

    /// The name, and what stands behind the columns of the machine.
    private static Schema ofApplications(List<Field> all) {
        int first = VmApplicationsTable.SCHEMA.indexOf("application");
        return new Schema(
                Stream.concat(
                                all.stream().filter(field -> field.name().equals("name")),
                                all.stream().skip(first))
                        .toList());
    }

    Map<String, Column> build() {
        var built = rows.toSegment();
        var columns = new HashMap<String, Column>();
        for (int i = 0; i < SCHEMA.size(); i++) {
            columns.put(SCHEMA.field(i).name(), built.column(i));
        }
        return columns;
    }

    /// @param about the warnings of the application and of the profile as a whole
    /// @param reference of its entry; empty when it has none
    void add(
            ApplicationState application,
            Optional<ApplicationReference> reference,
            MachineFacts machine,
            List<ApplicationWarning> about) {
        var entry = application.entry();
        var guest = application.guest();
        var action = application.lastAction();
        var newest = application.newest();
        var findings =
                update(machine.system(), application, reference)
                        .map(u -> atUpdate.computeIfAbsent(u.key(), _ -> findings(u)))
                        .orElse(Dynamic.EMPTY_ARRAY);
        rows.text(application.name())
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
                .dynamic(warnings.computeIfAbsent(about, ApplicationColumns::warnings))
                .dynamic(findings)
                .end();
    }

    /// From what runs to what the profile means, or to the newest when that already runs.
    private record Update(
            @Nullable GalleryApplicationVersion from,
            GalleryApplicationVersion to,
            @Nullable OperatingSystem system) {
        UpdateKey key() {
            return new UpdateKey(from == null ? null : from.id(), to.id(), system);
        }
    }

    private record UpdateKey(
            @Nullable ResourceId from, ResourceId to, @Nullable OperatingSystem system) {}

    /// Empty where nothing runs or nothing else is to be had.
    private Optional<Update> update(
            @Nullable OperatingSystem system,
            ApplicationState application,
            Optional<ApplicationReference> reference) {
        var running = application.running();
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
                resolver.catalog()
                        .version(reference.get().at(running.get().toString()).versionId())
                        .orElse(null);
        return Optional.of(new Update(from, to, system));
    }

    private Dynamic findings(Update update) {
        return Dynamic.array(
                CommandAdvice.atUpdate(update.from(), update.to(), update.system(), limits).stream()
                        .map(found ->
                                Dynamic.bag()
                                        .put("version", found.version().name())
                                        .put("command", found.finding().command())
                                        .put("kind", found.finding().kind().name())
                                        .put("message", found.finding().message())
                                        .build())
                        .toList());
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

    private static Dynamic warnings(List<ApplicationWarning> about) {
        return Dynamic.array(
                about.stream()
                        .map(w ->
                                Dynamic.bag()
                                        .put("kind", w.kind().name())
                                        .put("message", w.message())
                                        .build())
                        .toList());
    }
}
