package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A machine that applications are put on, or the model of a scale set.
///
/// @param location normalised
/// @param system null when nothing says it (an image's machine before it was created)
/// @param profile of a uniform instance: the set's
/// @param instanceView null value when it was not read
/// @param extensions of the instance view
/// @param scaleSet the set of an instance; null for a machine of its own
/// @param latestModelApplied false for a uniform instance that has not got the set's model yet
public record Machine(
        ResourceId id,
        Kind kind,
        String location,
        @Nullable OperatingSystem system,
        ApplicationProfile profile,
        Dynamic instanceView,
        List<ExtensionView> extensions,
        @Nullable ResourceId scaleSet,
        boolean latestModelApplied) {
    public static final String VM_TYPE = "microsoft.compute/virtualmachines";
    public static final String SCALE_SET_TYPE = "microsoft.compute/virtualmachinescalesets";
    public static final String INSTANCE_TYPE =
            "microsoft.compute/virtualmachinescalesets/virtualmachines";

    public Machine {
        extensions = List.copyOf(extensions);
    }

    public enum Kind {
        VIRTUAL_MACHINE("vm"),
        /// A VM of a flexible scale set: a machine of its own with a profile of its own.
        FLEXIBLE_INSTANCE("flexible"),
        /// A VM of a uniform scale set: has the set's model.
        UNIFORM_INSTANCE("uniform"),
        /// The model itself; nothing runs there.
        SCALE_SET("scaleset");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// The machine of a VM resource or the model of a scale set; empty for every other resource.
    /// An instance of a uniform scale set needs its set: see [#ofInstance].
    public static Optional<Machine> read(Dynamic resource) {
        var id = ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""));
        return id.flatMap(known ->
                switch (known.type().lower()) {
                    case VM_TYPE -> Optional.of(ofVirtualMachine(known, resource));
                    case SCALE_SET_TYPE -> Optional.of(ofScaleSet(known, resource));
                    default -> Optional.empty();
                });
    }

    private static Machine ofVirtualMachine(ResourceId id, Dynamic resource) {
        var properties = resource.getIgnoreCase("properties");
        var view = instanceView(properties);
        var set =
                properties
                        .getIgnoreCase("virtualMachineScaleSet")
                        .getIgnoreCase("id")
                        .asText()
                        .flatMap(ResourceId::tryParse);
        return new Machine(
                id,
                set.isPresent() ? Kind.FLEXIBLE_INSTANCE : Kind.VIRTUAL_MACHINE,
                location(resource),
                OperatingSystem.of(properties, view).orElse(null),
                ApplicationProfile.ofResource(resource),
                view,
                extensions(view),
                set.orElse(null),
                true);
    }

    private static Machine ofScaleSet(ResourceId id, Dynamic resource) {
        return new Machine(
                id,
                Kind.SCALE_SET,
                location(resource),
                OperatingSystem.of(
                                resource.getIgnoreCase("properties")
                                        .getIgnoreCase("virtualMachineProfile"),
                                Dynamic.NULL)
                        .orElse(null),
                ApplicationProfile.ofResource(resource),
                Dynamic.NULL,
                List.of(),
                null,
                true);
    }

    /// The machine of a uniform instance with the resource of its set; empty when the first is no
    /// instance.
    public static Optional<Machine> ofInstance(Dynamic instance, Dynamic scaleSet) {
        return ResourceId.tryParse(instance.getIgnoreCase("id").textOr(""))
                .filter(id -> id.isOfType(INSTANCE_TYPE))
                .map(id -> {
                    var properties = instance.getIgnoreCase("properties");
                    var view = instanceView(properties);
                    var own = OperatingSystem.of(properties, view);
                    return new Machine(
                            id,
                            Kind.UNIFORM_INSTANCE,
                            location(instance),
                            own.or(() ->
                                            OperatingSystem.of(
                                                    scaleSet.getIgnoreCase("properties")
                                                            .getIgnoreCase("virtualMachineProfile"),
                                                    Dynamic.NULL))
                                    .orElse(null),
                            ApplicationProfile.ofResource(scaleSet),
                            view,
                            extensions(view),
                            id.parent().orElseThrow(),
                            properties.getIgnoreCase("latestModelApplied").boolOr(true));
                });
    }

    private static String location(Dynamic resource) {
        return Location.normalise(resource.getIgnoreCase("location").textOr(""));
    }

    /// The compute instance view where it was read, else what Resource Graph extends a machine by.
    private static Dynamic instanceView(Dynamic properties) {
        var own = properties.getIgnoreCase("instanceView");
        return own.isNull()
                ? properties.getIgnoreCase("extended").getIgnoreCase("instanceView")
                : own;
    }

    private static List<ExtensionView> extensions(Dynamic view) {
        return view.getIgnoreCase("extensions").items().stream().map(ExtensionView::read).toList();
    }

    /// Whether what the guest reported is known: an instance view with its extensions was read.
    public boolean isInstanceViewKnown() {
        return !instanceView.getIgnoreCase("statuses").isNull()
                || !instanceView.getIgnoreCase("extensions").isNull()
                || !instanceView.getIgnoreCase("vmAgent").isNull();
    }

    /// What the state of its applications depends on besides profile and report.
    public MachineFacts facts() {
        return new MachineFacts(
                kind,
                location,
                system,
                isInstanceViewKnown(),
                isAgentMissing(),
                latestModelApplied);
    }

    /// The extension that applies VM Applications; empty when none was ever applied or no view was
    /// read.
    public Optional<ExtensionView> applicationExtension() {
        return extensions.stream().filter(ExtensionView::isVmApplicationManager).findFirst();
    }

    /// What the guest reported; [ExtensionMessage.Absent] when it never did.
    public ExtensionMessage message() {
        return applicationExtension()
                .map(ExtensionView::message)
                .orElseGet(ExtensionMessage.Absent::new);
    }

    /// The version of the VM agent; empty when none reported.
    public String agentVersion() {
        return instanceView.getIgnoreCase("vmAgent").getIgnoreCase("vmAgentVersion").textOr("");
    }

    /// Whether the instance view was read and shows no VM agent that answers.
    public boolean isAgentMissing() {
        if (!isInstanceViewKnown() || kind == Kind.SCALE_SET) {
            return false;
        }
        String version = agentVersion();
        return version.isEmpty() || version.equalsIgnoreCase("Unknown");
    }

    /// `running`, `deallocated`, ...; empty when not known.
    public String powerState() {
        for (var status : instanceView.getIgnoreCase("statuses").items()) {
            String state = powerStateOfStatus(status.getIgnoreCase("code").textOr(""));
            if (!state.equals(NO_POWER_STATE)) {
                return state;
            }
        }
        return powerStateOfCode(
                instanceView.getIgnoreCase("powerState").getIgnoreCase("code").textOr(""));
    }

    /// What a status' code says that is of another kind.
    public static final String NO_POWER_STATE = "-";

    /// The power state of a status' code: `PowerState/running`.
    public static String powerStateOfStatus(String code) {
        return code.regionMatches(true, 0, "PowerState/", 0, "PowerState/".length())
                ? code.substring("PowerState/".length()).toLowerCase(Locale.ROOT)
                : NO_POWER_STATE;
    }

    /// The power state of the code that Resource Graph extends a machine by.
    public static String powerStateOfCode(String code) {
        return code.substring(code.indexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
