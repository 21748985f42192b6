package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.PowerAction;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns machines and uniform instances on and off. What a guest was to apply while its machine was off it applies when it comes on. Guarded by the simulator's lock.
///
/// Source: compute-virtualMachine-2024-07-01, compute-virtualMachineScaleSet-2024-07-01.
final class Power {
    private static final String CODE = "PowerState/";
    private static final String HIBERNATION = "HibernationState/";
    private static final String GENERALIZED = "OSState/generalized";
    private static final String NOT_READY = "Not Ready";

    private final Cloud cloud;
    private final GoalStates goals;

    Power(Cloud cloud, GoalStates goals) {
        this.cloud = cloud;
        this.goals = goals;
    }

    /// Whether a guest is there to apply anything. A machine whose power state nobody reported counts as on.
    static boolean isOn(Dynamic machine) {
        String state = state(machine);
        return state.isEmpty() || state.equals("running");
    }

    /// `running`, `deallocated`, ...; empty when nothing tells.
    static String state(Dynamic machine) {
        for (var status : machine.path("properties", "instanceView", "statuses").items()) {
            String code = status.get("code").textOr("");
            if (code.startsWith(CODE)) {
                return code.substring(CODE.length());
            }
        }
        return "";
    }

    /// Refuses what only a running machine takes: its extensions are written through its agent.
    void requireOn(ResourceId extension) {
        var machine = extension.parent().flatMap(cloud.estate()::find);
        if (machine.isPresent() && !isOn(machine.get().json())) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "Cannot modify extensions in the VM when the VM is not running.");
        }
    }

    /// POST `{machine}/start` and the like; also of a uniform instance.
    ArmResponse act(ArmRequest request, ResourceId id, PowerAction action) {
        var stored = cloud.get(id);
        requirePossible(stored, action);
        var operation = cloud.operations().startBeside(id);
        begin(stored, action, operation.name);
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, stored);
    }

    /// The same of chosen machines of a set, by one operation.
    ArmResponse act(
            ArmRequest request,
            StoredResource set,
            List<StoredResource> chosen,
            PowerAction action) {
        chosen.forEach(machine -> requirePossible(machine, action));
        var operation = cloud.operations().start();
        chosen.forEach(machine ->
                begin(machine, action, cloud.operations().startPartBeside(machine.id())));
        cloud.agenda()
                .at(
                        cloud.now()
                                .plus(cloud.settings().operationTime())
                                .plus(cloud.settings().guestTime()),
                        new Task.Finish(operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, set);
    }

    /// POST `{machine}/generalize`: its disks are those of an image from now on, and it is never started again.
    ArmResponse generalize(ResourceId id) {
        var stored = cloud.get(id);
        if (isOn(stored.json())) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "Operation 'generalize' is not allowed on VM '"
                            + id.name()
                            + "' since the VM is running. Stop or deallocate it first.");
        }
        if (!isGeneralized(stored.json())) {
            var view = stored.json().path("properties", "instanceView");
            var statuses = new ArrayList<>(view.get("statuses").items());
            statuses.add(status(GENERALIZED, "Info", "VM generalized"));
            cloud.estate()
                    .put(
                            stored.json()
                                    .with(
                                            "properties",
                                            stored.properties()
                                                    .with(
                                                            "instanceView",
                                                            view.with(
                                                                    "statuses",
                                                                    Dynamic.array(statuses)))));
        }
        return ArmResponse.empty(200);
    }

    /// Whether a machine's disks can make a generalized image.
    static boolean isGeneralized(Dynamic machine) {
        return machine.path("properties", "instanceView", "statuses").items().stream()
                .anyMatch(s -> s.get("code").textOr("").equalsIgnoreCase(GENERALIZED));
    }

    /// What has no hardware cannot be restarted on it; `start` gives it some, unless the machine was generalized. What is to be hibernated must run, and be made for it.
    private static void requirePossible(StoredResource machine, PowerAction action) {
        if (action.turnsOn() && isGeneralized(machine.json())) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "Operation '"
                            + action.wireName()
                            + "' is not allowed on VM '"
                            + machine.id().name()
                            + "' since the VM is generalized.");
        }
        if (action == PowerAction.HIBERNATE) {
            requireHibernation(machine);
        }
        if (action == PowerAction.RESTART && state(machine.json()).startsWith("dealloc")) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "The operation requires the VM '"
                            + machine.id().name()
                            + "' to be running (or set to run).");
        }
    }

    private static void requireHibernation(StoredResource machine) {
        boolean enabled =
                machine.type().equals(Machine.VM_TYPE)
                        && machine.properties()
                                .path("additionalCapabilities", "hibernationEnabled")
                                .boolOr(false);
        if (!enabled || !isOn(machine.json())) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "The Hibernate-Deallocate Operation cannot be performed on the VM '"
                            + machine.id().name()
                            + (enabled
                                    ? "' that is not running."
                                    : "' that does not have Hibernation enabled."));
        }
    }

    private void begin(StoredResource machine, PowerAction action, String operation) {
        cloud.estate()
                .put(
                        with(
                                GoalStates.provisioning(machine.json(), "Updating"),
                                isSettled(machine, action)
                                        ? state(machine.json())
                                        : action.meanwhile()));
        cloud.agenda()
                .at(
                        cloud.now()
                                .plus(cloud.settings().operationTime())
                                .plus(cloud.settings().guestTime()),
                        new Task.Power(machine.id(), action, operation));
    }

    /// Starting what runs and stopping what has no hardware change nothing.
    private static boolean isSettled(StoredResource machine, PowerAction action) {
        String state = state(machine.json());
        return action == PowerAction.START && state.equals("running")
                || action == PowerAction.POWER_OFF && state.equals("deallocated");
    }

    /// The action has had its time.
    void finish(Task.Power task) {
        var stored = cloud.estate().find(task.machine());
        if (!cloud.operations().ends(task.machine(), task.operation()) || stored.isEmpty()) {
            return;
        }
        String before = state(stored.get().json());
        boolean stays = task.action() == PowerAction.POWER_OFF && before.equals("deallocated");
        var json =
                GoalStates.provisioning(
                        with(stored.get().json(), stays ? before : task.action().afterwards()),
                        "Succeeded");
        if (task.action() == PowerAction.HIBERNATE) {
            json = hibernated(json);
        }
        if (task.action().turnsOn()) {
            json = caughtUp(json);
        }
        cloud.estate()
                .put(
                        cloud.operations().isBusy(task.machine())
                                ? GoalStates.provisioning(json, "Updating")
                                : json);
        cloud.operations().finish(task.operation(), GoalStates.failure(json).orElse(null));
    }

    private Dynamic caughtUp(Dynamic json) {
        return machine(json).map(machine -> goals.catchUp(machine, json)).orElse(json);
    }

    private Optional<Machine> machine(Dynamic json) {
        var id = ResourceId.parse(json.get("id").textOr(""));
        if (!id.isOfType(Machine.INSTANCE_TYPE)) {
            return Machine.read(json);
        }
        return id.parent()
                .flatMap(cloud.estate()::find)
                .flatMap(set -> Machine.ofInstance(json, set.json()));
    }

    private static Dynamic hibernated(Dynamic machine) {
        var view = machine.path("properties", "instanceView");
        var statuses = new ArrayList<>(view.get("statuses").items());
        statuses.add(status(HIBERNATION + "Hibernated", "Info", "VM hibernated"));
        return machine.with(
                "properties",
                machine.get("properties")
                        .with("instanceView", view.with("statuses", Dynamic.array(statuses))));
    }

    /// The machine in that power state, no longer hibernated; its agent answers when it runs.
    private static Dynamic with(Dynamic machine, String state) {
        var view = machine.path("properties", "instanceView");
        var statuses = new ArrayList<Dynamic>();
        for (var status : view.get("statuses").items()) {
            String code = status.get("code").textOr("");
            if (!code.startsWith(CODE) && !code.startsWith(HIBERNATION)) {
                statuses.add(status);
            }
        }
        statuses.add(status(CODE + state, "Info", "VM " + state));
        // One that was never read is there all the same, and has an agent.
        var known =
                view.isNull()
                        ? MachineWrites.freshView(
                                machine.get("name").textOr(""),
                                machine.path("properties", "osProfile"))
                        : view;
        var changed = known.with("statuses", Dynamic.array(statuses));
        var agent = known.get("vmAgent");
        if (agent instanceof Dynamic.Bag) {
            changed = changed.with("vmAgent", agent(agent, state.equals("running")));
        }
        return machine.with("properties", machine.get("properties").with("instanceView", changed));
    }

    private static Dynamic agent(Dynamic agent, boolean on) {
        boolean silenced =
                agent.get("statuses").get(0).get("displayStatus").textOr("").equals(NOT_READY);
        if (on == !silenced) {
            return agent;
        }
        return agent.with(
                "statuses",
                Dynamic.array(
                        on
                                ? status("ProvisioningState/succeeded", "Info", "Ready")
                                : status("ProvisioningState/Unavailable", "Warning", NOT_READY)
                                        .with(
                                                "message",
                                                Dynamic.of(
                                                        "VM status blob is found but not yet"
                                                                + " populated."))));
    }

    private static Dynamic status(String code, String level, String display) {
        return Dynamic.bag()
                .put("code", code)
                .put("level", level)
                .put("displayStatus", display)
                .build();
    }
}
