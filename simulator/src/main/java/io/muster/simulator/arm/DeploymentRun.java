package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.template.DeploymentTemplate;
import io.muster.policy.template.PlannedResource;
import io.muster.policy.template.TemplateException;
import io.muster.simulator.estate.Task;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One deployment under way: writes every resource whose dependencies are there, waits for its operation, goes on. Guarded by the simulator's lock.
final class DeploymentRun {
    private enum Step {
        WAITING,
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    private final Cloud cloud;
    private final Function<ArmRequest, ArmResponse> write;
    private final ArmRequest request;
    private final String id;
    private final Dynamic body;
    private final String location;
    private final DeploymentTemplate template;
    private final Operations.Operation operation;
    private final Map<PlannedResource, Step> steps = new LinkedHashMap<>();
    private final Map<PlannedResource, Dynamic> failures = new LinkedHashMap<>();
    private String state = "Accepted";
    private Dynamic outputs = Dynamic.EMPTY_BAG;
    private Dynamic error = Dynamic.NULL;
    private @Nullable Instant end;

    DeploymentRun(
            Cloud cloud,
            Function<ArmRequest, ArmResponse> write,
            ArmRequest request,
            String id,
            Dynamic body,
            String location,
            DeploymentTemplate template,
            List<PlannedResource> resources,
            Operations.Operation operation) {
        this.cloud = cloud;
        this.write = write;
        this.request = request;
        this.id = id;
        this.body = body;
        this.location = location;
        this.template = template;
        this.operation = operation;
        resources.forEach(r -> steps.put(r, r.conditional() ? Step.WAITING : Step.SUCCEEDED));
    }

    Operations.Operation operation() {
        return operation;
    }

    Dynamic template() {
        return body.path("properties", "template");
    }

    boolean isRunning() {
        return end == null;
    }

    String state() {
        return state;
    }

    void start() {
        state = "Running";
        advance();
    }

    void cancel() {
        finish(
                "Canceled",
                Dynamic.bag()
                        .put("code", "DeploymentCanceled")
                        .put("message", "The deployment was canceled.")
                        .build());
    }

    private void advance() {
        if (!isRunning()) {
            return;
        }
        boolean started = true;
        while (started) {
            started = false;
            for (var resource : List.copyOf(steps.keySet())) {
                if (steps.get(resource) == Step.WAITING && isReady(resource)) {
                    started = true;
                    begin(resource);
                }
            }
        }
        if (steps.containsValue(Step.RUNNING)) {
            return;
        }
        if (!failures.isEmpty()) {
            fail();
        } else if (steps.containsValue(Step.WAITING)) {
            finish(
                    "Failed",
                    Dynamic.bag()
                            .put("code", "InvalidTemplate")
                            .put(
                                    "message",
                                    "Deployment template validation failed: 'Circular or missing dependency detected on resource: '"
                                            + steps.entrySet().stream()
                                                    .filter(s -> s.getValue() == Step.WAITING)
                                                    .findFirst()
                                                    .map(s -> s.getKey().name())
                                                    .orElse("")
                                            + "'.'.")
                            .build());
        } else {
            succeed();
        }
    }

    private boolean isReady(PlannedResource resource) {
        // One failure ends the deployment: what runs is waited for, nothing new begins.
        if (!failures.isEmpty()) {
            return false;
        }
        for (String dependency : resource.dependsOn()) {
            boolean there =
                    steps.entrySet().stream()
                            .filter(s -> s.getKey().isNamed(dependency))
                            .allMatch(s -> s.getValue() == Step.SUCCEEDED);
            boolean known = steps.keySet().stream().anyMatch(r -> r.isNamed(dependency));
            if (!there || !known) {
                return false;
            }
        }
        return true;
    }

    private void begin(PlannedResource resource) {
        steps.put(resource, Step.RUNNING);
        try {
            var answer = write.apply(request(resource, template.body(resource)));
            var followed = followed(answer);
            if (answer.status() >= 400) {
                failed(resource, error(answer));
            } else if (followed == null) {
                steps.put(resource, Step.SUCCEEDED);
            } else {
                // Not within the loop that began it: the agenda calls back.
                cloud.operations()
                        .whenFinished(
                                followed,
                                new Task.FollowDeployment(
                                        id,
                                        operation.name,
                                        places().indexOf(resource),
                                        followed.name));
            }
        } catch (ArmFault fault) {
            failed(resource, fault.error());
        } catch (TemplateException fault) {
            failed(
                    resource,
                    Dynamic.bag()
                            .put("code", "InvalidTemplate")
                            .put("message", fault.reason())
                            .build());
        }
    }

    private List<PlannedResource> places() {
        return List.copyOf(steps.keySet());
    }

    /// The operation that writes a resource has ended.
    ///
    /// @param place of the resource in the template
    /// @param fault null when it succeeded
    void follow(int place, @Nullable Dynamic fault) {
        var resource = places().get(place);
        if (fault == null) {
            steps.put(resource, Step.SUCCEEDED);
        } else {
            failed(resource, fault);
        }
        advance();
    }

    /// All that [#resume] needs beside the operations.
    Dynamic kept() {
        var kept =
                Dynamic.bag()
                        .put("id", id)
                        .put("origin", request.origin())
                        .put("caller", Tokens.caller(request))
                        .put(
                                "correlationId",
                                request.header("x-ms-correlation-request-id").orElse(""))
                        .put("body", body)
                        .put("location", location)
                        .put("operation", operation.name)
                        .put("start", operation.start.toString())
                        .put("state", state)
                        .put("outputs", outputs)
                        .put("error", error);
        var ended = end;
        if (ended != null) {
            kept.put("end", ended.toString());
        }
        var each = new ArrayList<Dynamic>();
        steps.forEach((resource, step) ->
                each.add(
                        Dynamic.bag()
                                .put("step", step.name())
                                .put("fault", failures.getOrDefault(resource, Dynamic.NULL))
                                .build()));
        return kept.put("steps", Dynamic.array(each)).build();
    }

    /// Stands where the run stood that gave this.
    void resume(Dynamic kept) {
        state = kept.get("state").textOr("");
        outputs = kept.get("outputs");
        error = kept.get("error");
        end = kept.get("end").asText().map(Instant::parse).orElse(null);
        var each = kept.get("steps").items();
        var resources = places();
        if (each.size() != resources.size()) {
            throw new IllegalArgumentException(
                    "deployment '"
                            + id
                            + "' has "
                            + resources.size()
                            + " resources, not "
                            + each.size());
        }
        for (int i = 0; i < each.size(); i++) {
            steps.put(resources.get(i), Step.valueOf(each.get(i).get("step").textOr("")));
            if (!each.get(i).get("fault").isNull()) {
                failures.put(resources.get(i), each.get(i).get("fault"));
            }
        }
    }

    private void failed(PlannedResource resource, Dynamic fault) {
        steps.put(resource, Step.FAILED);
        failures.put(resource, fault);
    }

    private ArmRequest request(PlannedResource resource, Dynamic json) {
        var uri =
                URI.create(
                        this.request.origin()
                                + escaped(resource.id())
                                + "?api-version="
                                + escaped(resource.apiVersion()));
        return new ArmRequest(
                "PUT", uri, caller(), Json.write(json).getBytes(StandardCharsets.UTF_8));
    }

    /// A path as it stands in an address, whatever a template made of its names.
    private static String escaped(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException malformed) {
            throw ArmFault.badRequest(
                    "InvalidTemplate", "'" + path + "' cannot stand in an address.");
        }
    }

    /// A deployment acts for whoever submitted it.
    private Map<String, String> caller() {
        return request.header("Authorization")
                .map(a -> Map.of("Authorization", a))
                .orElse(Map.of());
    }

    private Operations.@Nullable Operation followed(ArmResponse answer) {
        return Operations.followed(answer).flatMap(cloud.operations()::find).orElse(null);
    }

    private static Dynamic error(ArmResponse answer) {
        try {
            return Json.parse(answer.body()).get("error");
        } catch (JsonException ours) {
            throw new IllegalStateException("an answer of our own is no JSON", ours);
        }
    }

    private void succeed() {
        try {
            outputs = template.outputs();
        } catch (TemplateException fault) {
            finish(
                    "Failed",
                    Dynamic.bag()
                            .put("code", "DeploymentOutputEvaluationFailed")
                            .put("message", fault.reason())
                            .build());
            return;
        }
        if (body.path("properties", "mode").textOr("").equalsIgnoreCase("Complete")) {
            var kept = removeOthers();
            if (!kept.isEmpty()) {
                fail(kept);
                return;
            }
        }
        finish("Succeeded", Dynamic.NULL);
    }

    /// Complete mode: what the template does not name leaves the group, as the caller of the deployment may delete it.
    ///
    /// @return why something stays
    private List<Dynamic> removeOthers() {
        var scope = ResourceId.parse(id).scope();
        Set<String> kept = new HashSet<>();
        for (var resource : steps.keySet()) {
            ResourceId.tryParse(resource.id()).ifPresent(r -> kept.add(r.top().key()));
        }
        Set<ResourceId> others = new LinkedHashSet<>();
        for (var stored : cloud.estate().below(ResourceId.parse(scope.id()))) {
            var top = stored.id().top();
            // Locks, roles and policies of the group are not in it.
            if (!kept.contains(top.key())
                    && !top.namespace().equalsIgnoreCase("Microsoft.Authorization")
                    && cloud.estate().find(top).isPresent()) {
                others.add(top);
            }
        }
        var refused = new ArrayList<Dynamic>();
        for (var other : others) {
            try {
                var answer = write.apply(delete(other));
                if (answer.status() >= 400) {
                    refused.add(detail(other.text(), error(answer)));
                }
            } catch (ArmFault fault) {
                refused.add(detail(other.text(), fault.error()));
            }
        }
        return refused;
    }

    private ArmRequest delete(ResourceId resource) {
        var uri =
                URI.create(
                        this.request.origin()
                                + escaped(resource.text())
                                + "?api-version=2024-07-01");
        return new ArmRequest("DELETE", uri, caller(), new byte[0]);
    }

    private void fail() {
        var details = new ArrayList<Dynamic>();
        failures.forEach((resource, fault) -> details.add(detail(resource.id(), fault)));
        fail(details);
    }

    private static Dynamic detail(String resource, Dynamic fault) {
        return Dynamic.bag()
                .put("code", fault.get("code").textOr(""))
                .put("target", resource)
                .put("message", fault.get("message").textOr(""))
                .build();
    }

    private void fail(List<Dynamic> details) {
        finish(
                "Failed",
                Dynamic.bag()
                        .put("code", "DeploymentFailed")
                        .put("target", id)
                        .put(
                                "message",
                                "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.")
                        .put("details", Dynamic.array(details))
                        .build());
    }

    /// It cannot go on.
    void fail(Dynamic fault) {
        if (isRunning()) {
            finish("Failed", fault);
        }
    }

    private void finish(String outcome, Dynamic fault) {
        state = outcome;
        error = fault;
        end = cloud.now();
        cloud.operations().finish(operation, fault.isNull() ? null : fault);
    }

    /// The deployment as a resource.
    Dynamic json() {
        var written = new ArrayList<Dynamic>();
        steps.forEach((resource, step) -> {
            if (step == Step.SUCCEEDED && resource.conditional()) {
                written.add(Dynamic.bag().put("id", resource.id()).build());
            }
        });
        var parameters = new LinkedHashMap<String, Dynamic>();
        body.path("properties", "parameters")
                .members()
                .forEach((name, value) -> parameters.put(name, shown(name, value)));
        var ended = end;
        var properties =
                Dynamic.bag()
                        .put("templateHash", Integer.toUnsignedString(template().hashCode()))
                        .put("parameters", new Dynamic.Bag(parameters))
                        .put("mode", body.path("properties", "mode").textOr("Incremental"))
                        .put("provisioningState", state)
                        .put("timestamp", (ended == null ? operation.start : ended).toString())
                        .put(
                                "duration",
                                Duration.between(
                                                operation.start,
                                                ended == null ? cloud.now() : ended)
                                        .toString())
                        .put(
                                "correlationId",
                                request.header("x-ms-correlation-request-id")
                                        .orElse(operation.name))
                        .put("providers", Dynamic.EMPTY_ARRAY)
                        .put("dependencies", Dynamic.EMPTY_ARRAY)
                        .put("outputResources", Dynamic.array(written))
                        .put("outputs", shownOutputs());
        if (!error.isNull()) {
            properties.put("error", error);
        }
        var json =
                Dynamic.bag()
                        .put("id", id)
                        .put("name", id.substring(id.lastIndexOf('/') + 1))
                        .put("type", "Microsoft.Resources/deployments");
        if (!body.get("location").isNull()) {
            json.put("location", location);
        }
        if (!body.get("tags").isNull()) {
            json.put("tags", body.get("tags"));
        }
        return json.put("properties", properties.build()).build();
    }

    /// Nobody reads the value of a parameter back that a template calls secure.
    ///
    /// Source: azure/azure-resource-manager/templates/parameters, secure parameters.
    private Dynamic shown(String name, Dynamic value) {
        var type = template().getIgnoreCase("parameters").getIgnoreCase(name).getIgnoreCase("type");
        return isSecure(type) ? Dynamic.bag().put("type", type).build() : value;
    }

    private Dynamic shownOutputs() {
        var out = new LinkedHashMap<String, Dynamic>();
        outputs.members()
                .forEach((name, output) ->
                        out.put(
                                name,
                                isSecure(output.get("type")) ? output.without("value") : output));
        return new Dynamic.Bag(out);
    }

    private static boolean isSecure(Dynamic type) {
        return type.textOr("").toLowerCase(Locale.ROOT).startsWith("secure");
    }

    Dynamic status() {
        var json = Dynamic.bag().put("status", state);
        if (!error.isNull()) {
            json.put("error", error);
        }
        return json.build();
    }

    /// One deployment operation a resource.
    List<Dynamic> operations() {
        var out = new ArrayList<Dynamic>();
        int index = 0;
        for (var step : steps.entrySet()) {
            var resource = step.getKey();
            String operationId =
                    String.format(Locale.ROOT, "%016X", resource.id().hashCode() * 31L + index++);
            if (step.getValue() == Step.WAITING || !resource.conditional()) {
                continue;
            }
            var fault = failures.getOrDefault(resource, Dynamic.NULL);
            var properties =
                    Dynamic.bag()
                            .put("provisioningOperation", "Create")
                            .put(
                                    "provisioningState",
                                    switch (step.getValue()) {
                                        case SUCCEEDED -> "Succeeded";
                                        case FAILED -> "Failed";
                                        case RUNNING, WAITING -> "Running";
                                    })
                            .put("timestamp", cloud.now().toString())
                            .put("statusCode", fault.isNull() ? "OK" : "BadRequest")
                            .put(
                                    "targetResource",
                                    Dynamic.bag()
                                            .put("id", resource.id())
                                            .put("resourceName", resource.name())
                                            .put(
                                                    "resourceType",
                                                    ResourceId.tryParse(resource.id())
                                                            .map(r -> r.type().text())
                                                            .orElse(""))
                                            .build());
            if (!fault.isNull()) {
                properties.put("statusMessage", Dynamic.bag().put("error", fault).build());
            }
            out.add(
                    Dynamic.bag()
                            .put("id", id + "/operations/" + operationId)
                            .put("operationId", operationId)
                            .put("properties", properties.build())
                            .build());
        }
        return out;
    }
}
