package io.muster.simulator.guest;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.GuestResult;
import io.muster.inventory.vm.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One run of VMAppExtension: brings a guest's registry to a goal state by the extension's rules.
///
/// Applications that are no longer wanted are removed first; ordered ones follow by ascending order, where a failure skips all of higher order;
/// unordered ones run last, each for itself. What was tried at a version is not tried again at that version: a failed or skipped application must
/// leave the profile and come back.
public final class GuestRun {
    /// What a run leaves behind.
    ///
    /// @param actions what was done, in order; empty when the registry already was as wanted
    /// @param deploymentFailures names of failed applications whose failure fails the deployment
    public record Result(
            GuestRegistry registry, List<Action> actions, List<String> deploymentFailures) {
        public Result {
            actions = List.copyOf(actions);
            deploymentFailures = List.copyOf(deploymentFailures);
        }

        public boolean isFailure() {
            return !deploymentFailures.isEmpty();
        }

        /// The status message, prefix included, in the extension's form A.
        public String message() {
            var json =
                    Dynamic.bag()
                            .put("CurrentState", state(registry))
                            .put(
                                    "ActionsPerformed",
                                    Dynamic.array(actions.stream().map(Action::json).toList()))
                            .put("Errors", errors())
                            .build();
            return (isFailure() ? "Enable failed: " : "Enable succeeded: ") + pretty(json);
        }

        private String errors() {
            return deploymentFailures.isEmpty()
                    ? ""
                    : "Install/Update failed for VMApps with 'TreatFailureAsDeploymentFailure' set"
                            + " to true:\n"
                            + String.join("\n", deploymentFailures)
                            + "\nAdditional errors:\n";
        }
    }

    /// The status message of a run that could not start, in the extension's form B.
    public static String criticalMessage(GuestRegistry registry, String error) {
        return "Enable failed: "
                + pretty(
                        Dynamic.bag()
                                .put("CurrentState", state(registry))
                                .put("CriticalError", error)
                                .build());
    }

    /// Indented by one space, as the extension does it.
    private static String pretty(Dynamic json) {
        return Json.writePretty(json, 1);
    }

    private static Dynamic state(GuestRegistry registry) {
        var state = new ArrayList<Dynamic>();
        registry.entries()
                .forEach((name, entry) ->
                        state.add(
                                Dynamic.bag()
                                        .put("applicationName", name)
                                        .put("version", entry.version())
                                        .put("result", entry.result().text())
                                        .build()));
        return Dynamic.array(state);
    }

    /// @param result `SUCCESS`, an error's text, or that it was skipped
    public record Action(
            String application,
            String version,
            String operation,
            String result,
            boolean failsDeployment) {
        Dynamic json() {
            return Dynamic.bag()
                    .put("package", application)
                    .put("version", version)
                    .put("operation", operation)
                    .put("result", result)
                    .put("treatFailureAsDeploymentFailure", failsDeployment)
                    .put("timestamp", "")
                    .build();
        }
    }

    private static final String SKIPPED_ACTION = "Skipped, lower order operation failed";

    private final String machine;
    private final GuestFaults faults;
    private final int maxReboots;
    private final Map<String, GuestRegistry.Entry> registry = new LinkedHashMap<>();
    private final List<Action> actions = new ArrayList<>();
    private final List<String> deploymentFailures = new ArrayList<>();

    private GuestRun(String machine, GuestRegistry before, GuestFaults faults, int maxReboots) {
        this.machine = machine;
        this.faults = faults;
        this.maxReboots = maxReboots;
        registry.putAll(before.entries());
    }

    /// @param machine its id in lower case
    /// @param maxReboots of one operation whose version asks to be rerun
    public static Result run(
            String machine,
            GuestRegistry before,
            List<DesiredApplication> desired,
            GuestFaults faults,
            int maxReboots) {
        var run = new GuestRun(machine, before, faults, maxReboots);
        run.removeUnwanted(desired);
        run.runOrdered(desired);
        desired.stream().filter(d -> d.order().isEmpty()).forEach(run::bringTo);
        return new Result(new GuestRegistry(run.registry), run.actions, run.deploymentFailures);
    }

    private void removeUnwanted(List<DesiredApplication> desired) {
        var wanted = desired.stream().map(DesiredApplication::name).toList();
        for (String name : List.copyOf(registry.keySet())) {
            if (wanted.contains(name)) {
                continue;
            }
            var entry = registry.remove(name);
            if (entry == null) {
                continue;
            }
            // Nothing of a skipped application was ever there to be removed.
            if (entry.result() instanceof GuestResult.Skipped) {
                actions.add(new Action(name, entry.version(), "Cleanup", "SUCCESS", false));
                continue;
            }
            // A failing remove is reported; the entry leaves the registry all the same.
            var outcome = command(name, entry.version(), Operation.Kind.REMOVE, false, 0);
            actions.add(new Action(name, entry.version(), "Remove", outcome.actionResult(), false));
        }
    }

    private void runOrdered(List<DesiredApplication> desired) {
        var byOrder = new TreeMap<Integer, List<DesiredApplication>>();
        for (var application : desired) {
            var order = application.order();
            if (order.isPresent()) {
                byOrder.computeIfAbsent(order.getAsInt(), _ -> new ArrayList<>()).add(application);
            }
        }
        boolean failed = false;
        for (var sameOrder : byOrder.values()) {
            boolean failedHere = false;
            for (var application : sameOrder) {
                if (failed) {
                    skip(application);
                } else if (!bringTo(application)) {
                    failedHere = true;
                }
            }
            failed |= failedHere;
        }
    }

    private void skip(DesiredApplication application) {
        var known = registry.get(application.name());
        if (known != null && known.version().equals(application.version())) {
            return;
        }
        String operation = known == null ? "Install" : "Update";
        registry.put(
                application.name(),
                new GuestRegistry.Entry(application.version(), new GuestResult.Skipped(), 0));
        actions.add(
                new Action(
                        application.name(),
                        application.version(),
                        operation,
                        SKIPPED_ACTION,
                        application.failsDeployment()));
    }

    /// False when an operation of this run failed.
    private boolean bringTo(DesiredApplication application) {
        var known = registry.get(application.name());
        if (known == null) {
            return perform(application, Operation.Kind.INSTALL, 0);
        }
        if (known.version().equals(application.version())) {
            if (known.result() instanceof GuestResult.Rebooted(var operation, boolean rerun)
                    && rerun) {
                return switch (operation.kind()) {
                    // Half of what brings a wanted application: the other half follows.
                    case REMOVE, REMOVE_FOR_UPDATE ->
                            application.resource() == null
                                    ? perform(application, Operation.Kind.INSTALL, 0)
                                    : replace(application, known.version());
                    case INSTALL, UPDATE, CLEANUP, NO_ACTION, FAILED, SKIPPED, CUSTOM ->
                            perform(application, operation.kind(), known.reboots());
                };
            }
            return true;
        }
        var version = application.resource();
        // What cannot be had fails before anything that runs is removed for it.
        if (version == null || version.actions().hasUpdate()) {
            return perform(application, Operation.Kind.UPDATE, 0);
        }
        return replace(application, known.version());
    }

    private boolean replace(DesiredApplication application, String oldVersion) {
        var removed =
                command(application.name(), oldVersion, Operation.Kind.REMOVE_FOR_UPDATE, false, 0);
        actions.add(
                new Action(
                        application.name(),
                        oldVersion,
                        "RemoveForUpdate",
                        removed.actionResult(),
                        application.failsDeployment()));
        if (removed instanceof Ended.Failed(var text)) {
            // The remove half never fails the deployment, and its install is not tried.
            registry.put(
                    application.name(),
                    new GuestRegistry.Entry(
                            application.version(),
                            new GuestResult.Failure(
                                    Operation.of(Operation.Kind.REMOVE_FOR_UPDATE), text),
                            0));
            return false;
        }
        registry.remove(application.name());
        return perform(application, Operation.Kind.INSTALL, 0);
    }

    private boolean perform(DesiredApplication application, Operation.Kind kind, int reboots) {
        var operation = Operation.of(kind);
        GalleryApplicationVersion version = application.resource();
        if (version == null) {
            return fail(
                    application,
                    operation,
                    "The application "
                            + application.name()
                            + ", version "
                            + application.version()
                            + " has been removed from the repository and cannot be installed."
                            + " Please install a newer version of the application.");
        }
        boolean rerun = version.settings().rerunAfterReboot();
        var ended = command(application.name(), application.version(), kind, rerun, reboots);
        return switch (ended) {
            case Ended.Succeeded _ -> {
                registry.put(
                        application.name(),
                        new GuestRegistry.Entry(
                                application.version(), new GuestResult.Success(operation), 0));
                actions.add(
                        new Action(
                                application.name(),
                                application.version(),
                                operation.toString(),
                                "SUCCESS",
                                application.failsDeployment()));
                yield true;
            }
            case Ended.Failed(var text) -> fail(application, operation, text);
            case Ended.Cut _ -> {
                registry.put(
                        application.name(),
                        new GuestRegistry.Entry(
                                application.version(),
                                new GuestResult.Rebooted(operation, false),
                                0));
                actions.add(
                        new Action(
                                application.name(),
                                application.version(),
                                operation.toString(),
                                new GuestResult.Rebooted(operation, false).text(),
                                application.failsDeployment()));
                yield true;
            }
        };
    }

    private boolean fail(DesiredApplication application, Operation operation, String text) {
        registry.put(
                application.name(),
                new GuestRegistry.Entry(
                        application.version(), new GuestResult.Failure(operation, text), 0));
        actions.add(
                new Action(
                        application.name(),
                        application.version(),
                        operation.toString(),
                        text,
                        application.failsDeployment()));
        if (application.failsDeployment()) {
            deploymentFailures.add(application.name());
        }
        return false;
    }

    /// How a command ended, reboots and their reruns included.
    private sealed interface Ended {
        record Succeeded() implements Ended {}

        record Failed(String text) implements Ended {}

        /// A reboot cut it off and it is not run again.
        record Cut(Operation.Kind kind) implements Ended {}

        default String actionResult() {
            return switch (this) {
                case Succeeded() -> "SUCCESS";
                case Failed(var text) -> text;
                case Cut(var kind) -> new GuestResult.Rebooted(Operation.of(kind), false).text();
            };
        }
    }

    private Ended command(
            String application,
            String version,
            Operation.Kind kind,
            boolean rerun,
            int rebootsBefore) {
        int reboots = rebootsBefore;
        while (true) {
            var outcome = faults.outcome(machine, application, version, kind, reboots + 1);
            switch (outcome) {
                case GuestFaults.Outcome.Success() -> {
                    return new Ended.Succeeded();
                }
                case GuestFaults.Outcome.Failure(var text) -> {
                    return new Ended.Failed(text);
                }
                case GuestFaults.Outcome.Reboot() -> {
                    if (!rerun) {
                        return new Ended.Cut(kind);
                    }
                    reboots++;
                    if (reboots >= maxReboots) {
                        return new Ended.Failed(
                                "The "
                                        + Operation.of(kind)
                                        + " operation on application "
                                        + application
                                        + " has resulted in "
                                        + maxReboots
                                        + " reboots. Cannot complete command.");
                    }
                }
            }
        }
    }
}
