package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;

/// Tasks as JSON: `{"kind": ..., ...}`.
final class TaskJson {
    private TaskJson() {}

    static Dynamic write(Task task) {
        return switch (task) {
            case Task.ApplyMachine(var machine, var operation) ->
                    kind("applyMachine")
                            .put("machine", machine.text())
                            .put("operation", operation)
                            .build();
            case Task.ApplyInstance(var set, var instance, var latest, var operation) ->
                    kind("applyInstance")
                            .put("set", set.text())
                            .put("instance", instance.text())
                            .put("latest", latest)
                            .put("operation", operation)
                            .build();
            case Task.Power(var machine, var action, var operation) ->
                    kind("power")
                            .put("machine", machine.text())
                            .put("action", action.wireName())
                            .put("operation", operation)
                            .build();
            case Task.SettleInstance(var instance, var operation) ->
                    kind("settleInstance")
                            .put("instance", instance.text())
                            .put("operation", operation)
                            .build();
            case Task.SettleScaleSet(var set, var operation) ->
                    kind("settleScaleSet")
                            .put("set", set.text())
                            .put("operation", operation)
                            .build();
            case Task.StartBatch(var set, var run) ->
                    kind("startBatch").put("set", set.text()).put("run", run).build();
            case Task.FinishBatch(var set, var run, var instances) ->
                    kind("finishBatch")
                            .put("set", set.text())
                            .put("run", run)
                            .put(
                                    "instances",
                                    Dynamic.array(
                                            instances.stream()
                                                    .map(id -> Dynamic.of(id.text()))
                                                    .toList()))
                            .build();
            case Task.ShowReplication(var version, var operation) ->
                    kind("showReplication")
                            .put("version", version.text())
                            .put("operation", operation)
                            .build();
            case Task.SettleGallery(var id, var operation) ->
                    kind("settleGallery").put("id", id.text()).put("operation", operation).build();
            case Task.Publish(var application) ->
                    kind("publish").put("application", application.text()).build();
            case Task.FollowLatest(var follower, var application) ->
                    kind("followLatest")
                            .put("follower", follower.text())
                            .put("application", application.text())
                            .build();
            case Task.Remove(var id, var operation) ->
                    kind("remove").put("id", id.text()).put("operation", operation).build();
            case Task.Finish(var operation) -> kind("finish").put("operation", operation).build();
            case Task.FollowDeployment(var deployment, var run, var step, var operation) ->
                    kind("followDeployment")
                            .put("deployment", deployment)
                            .put("run", run)
                            .put("step", step)
                            .put("operation", operation)
                            .build();
            case Task.DeployMissing(
                            var resource,
                            var method,
                            var origin,
                            var correlationId,
                            var caller) ->
                    kind("deployMissing")
                            .put("resource", resource.text())
                            .put("method", method)
                            .put("origin", origin)
                            .put("correlationId", correlationId)
                            .put("caller", caller)
                            .build();
        };
    }

    static Task read(Dynamic json) {
        String kind = json.get("kind").textOr("");
        return switch (kind) {
            case "applyMachine" -> new Task.ApplyMachine(id(json, "machine"), operation(json));
            case "applyInstance" ->
                    new Task.ApplyInstance(
                            id(json, "set"),
                            id(json, "instance"),
                            json.get("latest").boolOr(true),
                            operation(json));
            case "power" -> new Task.Power(id(json, "machine"), action(json), operation(json));
            case "settleInstance" -> new Task.SettleInstance(id(json, "instance"), operation(json));
            case "settleScaleSet" -> new Task.SettleScaleSet(id(json, "set"), operation(json));
            case "startBatch" -> new Task.StartBatch(id(json, "set"), json.get("run").longOr(0));
            case "finishBatch" ->
                    new Task.FinishBatch(
                            id(json, "set"),
                            json.get("run").longOr(0),
                            json.get("instances").items().stream()
                                    .map(i -> ResourceId.parse(i.textOr("")))
                                    .toList());
            case "showReplication" ->
                    new Task.ShowReplication(id(json, "version"), operation(json));
            case "settleGallery" -> new Task.SettleGallery(id(json, "id"), operation(json));
            case "publish" -> new Task.Publish(id(json, "application"));
            case "followLatest" ->
                    new Task.FollowLatest(id(json, "follower"), id(json, "application"));
            case "remove" -> new Task.Remove(id(json, "id"), operation(json));
            case "finish" -> new Task.Finish(operation(json));
            case "followDeployment" ->
                    new Task.FollowDeployment(
                            json.get("deployment").textOr(""),
                            json.get("run").textOr(""),
                            Math.toIntExact(json.get("step").longOr(0)),
                            operation(json));
            case "deployMissing" ->
                    new Task.DeployMissing(
                            id(json, "resource"),
                            json.get("method").textOr(""),
                            json.get("origin").textOr(""),
                            json.get("correlationId").textOr(""),
                            json.get("caller").textOr(""));
            default -> throw new IllegalArgumentException("'" + kind + "' is no kind of task");
        };
    }

    private static Dynamic.BagBuilder kind(String name) {
        return Dynamic.bag().put("kind", name);
    }

    private static ResourceId id(Dynamic json, String name) {
        return ResourceId.parse(json.get(name).textOr(""));
    }

    private static PowerAction action(Dynamic json) {
        String name = json.get("action").textOr("");
        return PowerAction.named(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + name + "' turns nothing on or off"));
    }

    private static String operation(Dynamic json) {
        return json.get("operation").textOr("");
    }
}
