package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A template expanded without being deployed: every resource that would be written, nested deployments' too, each after what it depends on. Used by what-if.
///
/// `reference()` to a resource of the same deployment sees the body it would be written with; what only the running resource could answer stays an expression.
/// Confined to one thread.
public final class DeploymentExpansion {
    /// Nested deployments below each other; ARM has a limit on the whole, and a template that contains itself cannot be written.
    private static final int MAX_DEPTH = 16;

    private final List<ExpandedResource> resources = new ArrayList<>();
    private final Map<String, Dynamic> written = new HashMap<>();
    private final DeployedResources before;

    private DeploymentExpansion(DeployedResources before) {
        this.before = before;
    }

    /// What the deployment writes, in an order in which it can be written.
    ///
    /// @param parameters `{name: {value}}`
    /// @throws TemplateException when the template could not be deployed at all
    public static List<ExpandedResource> expand(
            Dynamic template, Dynamic parameters, DeploymentScope scope) throws TemplateException {
        var expansion = new DeploymentExpansion(scope.resources());
        expansion.run(template, parameters, scope, 0);
        return List.copyOf(expansion.resources);
    }

    private Dynamic run(Dynamic template, Dynamic parameters, DeploymentScope scope, int depth)
            throws TemplateException {
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "Deployment template validation failed: 'Nested deployments stand more than "
                            + MAX_DEPTH
                            + " deep.'.");
        }
        var within = DeploymentTemplate.of(template, parameters, seeingWritten(scope));
        for (var next : DeploymentOrder.of(within.resources())) {
            if (next.conditional()) {
                write(within, next, scope, depth);
            }
        }
        within.keepUnresolved(new LinkedHashSet<>());
        return within.outputs();
    }

    private void write(
            DeploymentTemplate within, PlannedResource planned, DeploymentScope scope, int depth)
            throws TemplateException {
        var unresolved = new LinkedHashSet<String>();
        within.keepUnresolved(unresolved);
        var body = within.body(planned);
        var id = ResourceId.tryParse(planned.id());
        String type = id.map(r -> r.type().text()).orElse("");
        var members = new LinkedHashMap<String, Dynamic>();
        members.put("id", Dynamic.of(planned.id()));
        members.put("name", Dynamic.of(id.map(ResourceId::name).orElse(planned.name())));
        members.put("type", Dynamic.of(type));
        body.members().forEach(members::putIfAbsent);
        var whole = new Dynamic.Bag(members);
        if (type.equalsIgnoreCase("Microsoft.Resources/deployments")
                && body.path("properties", "template") instanceof Dynamic.Bag nested) {
            Dynamic outputs;
            int before = resources.size();
            try {
                outputs =
                        run(
                                nested,
                                body.path("properties", "parameters"),
                                scopeOf(planned, body, scope),
                                depth + 1);
            } catch (TemplateException fault) {
                if (unresolved.isEmpty()) {
                    throw fault;
                }
                // What it writes hangs on what only a deployment could tell: it stands for itself.
                resources.subList(before, resources.size()).clear();
                outputs = Dynamic.EMPTY_BAG;
                resources.add(
                        new ExpandedResource(
                                planned.id(), type, planned.apiVersion(), whole, unresolved));
            }
            written.put(
                    planned.id().toLowerCase(Locale.ROOT),
                    whole.with(
                            "properties",
                            Dynamic.bag()
                                    .put("provisioningState", "Succeeded")
                                    .put("outputs", outputs)
                                    .build()));
            return;
        }
        written.put(planned.id().toLowerCase(Locale.ROOT), whole);
        resources.add(
                new ExpandedResource(planned.id(), type, planned.apiVersion(), whole, unresolved));
    }

    private static DeploymentScope scopeOf(
            PlannedResource planned, Dynamic body, DeploymentScope outer) {
        int at =
                planned.id()
                        .toLowerCase(Locale.ROOT)
                        .lastIndexOf("/providers/microsoft.resources/");
        String scope = planned.id().substring(0, Math.max(0, at));
        var id = ResourceId.tryParse(scope);
        return new DeploymentScope(
                scope,
                id.flatMap(ResourceId::subscriptionId).orElse(null),
                id.flatMap(ResourceId::resourceGroup).orElse(null),
                outer.tenantId(),
                planned.name(),
                body.get("location").textOr(outer.location()),
                outer.now(),
                outer.seed() * 31 + planned.id().hashCode(),
                outer.resources());
    }

    private DeploymentScope seeingWritten(DeploymentScope scope) {
        return new DeploymentScope(
                scope.scope(),
                scope.subscriptionId(),
                scope.resourceGroup(),
                scope.tenantId(),
                scope.deploymentName(),
                scope.location(),
                scope.now(),
                scope.seed(),
                new Layered());
    }

    /// What is written so far, over what was there before.
    private final class Layered implements DeployedResources {
        @Override
        public Optional<Dynamic> find(String id) {
            var own = written.get(id.toLowerCase(Locale.ROOT));
            return own != null ? Optional.of(own) : before.find(id);
        }

        @Override
        public Optional<Dynamic> list(String function, String id, String version, Dynamic body) {
            return before.list(function, id, version, body);
        }

        @Override
        public Optional<String> secret(String vaultId, String name, String version) {
            return before.secret(vaultId, name, version);
        }
    }
}
