package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.function.ResourceIds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A deployment template with the values of its parameters, ready to be deployed at a scope. Confined to one thread.
///
/// Parameters, variables, conditions, copies, dependencies, child resources, symbolic names and outputs are computed. A resource's body is computed when its turn
/// comes ([#body]), so that `reference()` sees what was deployed before it.
/// Source: azure/azure-resource-manager/templates/syntax.
public final class DeploymentTemplate {
    /// ARM's own limits.
    private static final int MAX_RESOURCES = 800;

    private static final int MAX_PARAMETERS = 256;

    private static final String GROUPS = "Microsoft.Management/managementGroups/";

    /// Members of a template's resource that are no part of the request.
    private static final Set<String> NOT_SENT =
            Set.of(
                    "name",
                    "type",
                    "apiversion",
                    "dependson",
                    "condition",
                    "copy",
                    "scope",
                    "comments",
                    "resources",
                    "subscriptionid",
                    "resourcegroup",
                    "metadata",
                    "existing",
                    "import");

    private final Dynamic template;
    private final TemplateTypes types;
    private final DeploymentScope scope;
    private final TemplateEvaluation evaluation;

    private DeploymentTemplate(
            Dynamic template,
            TemplateTypes types,
            DeploymentScope scope,
            TemplateEvaluation evaluation) {
        this.template = template;
        this.types = types;
        this.scope = scope;
        this.evaluation = evaluation;
    }

    /// @param parameters `{name: {value}}`
    public static DeploymentTemplate of(Dynamic template, Dynamic parameters, DeploymentScope scope)
            throws TemplateException {
        if (!(template instanceof Dynamic.Bag)) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The template is missing or is no object.'.");
        }
        if (template.get("resources").isNull()) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The template must have a property \"resources\".'.");
        }
        var types = new TemplateTypes(template);
        var values =
                TemplateParameters.bind(
                        template.getIgnoreCase("parameters"), parameters, types, scope.resources());
        if (values.size() > MAX_PARAMETERS) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The template has more than "
                            + MAX_PARAMETERS
                            + " parameters.'.");
        }
        var evaluation = new TemplateEvaluation(template, values, parameters, types, scope);
        evaluation.checkParameters();
        return new DeploymentTemplate(template, types, scope, evaluation);
    }

    /// The resources in the order they are written.
    public List<PlannedResource> resources() throws TemplateException {
        var out = new ArrayList<PlannedResource>();
        var existing = new ArrayList<PlannedResource>();
        try (var _ = evaluation.beforeDeployment("what is deployed")) {
            var resources = template.getIgnoreCase("resources");
            if (resources instanceof Dynamic.Bag(var symbolic)) {
                for (var resource : symbolic.entrySet()) {
                    boolean isThere = resource.getValue().getIgnoreCase("existing").boolOr(false);
                    plan(
                            resource.getKey(),
                            resource.getValue(),
                            Around.NONE,
                            isThere ? existing : out);
                }
            } else {
                for (var resource : resources.items()) {
                    plan("", resource, Around.NONE, out);
                }
            }
        }
        evaluation.symbols(out);
        evaluation.symbols(existing);
        return out.stream().map(resource -> withImplied(without(existing, resource), out)).toList();
    }

    /// What is there already needs no waiting for.
    private static PlannedResource without(
            List<PlannedResource> existing, PlannedResource resource) {
        return existing.isEmpty()
                ? resource
                : resource.withDependencies(
                        resource.dependsOn().stream()
                                .filter(name -> existing.stream().noneMatch(e -> e.isNamed(name)))
                                .toList());
    }

    /// The resource that a child is written in.
    ///
    /// @param copyIndex of the loop that it is a turn of; -1 for none
    private record Around(String type, String name, String copyName, int copyIndex) {
        static final Around NONE = new Around("", "", "", -1);
    }

    /// What a resource's expressions refer to in the same template comes before it, whether `dependsOn` says so or not.
    private PlannedResource withImplied(PlannedResource resource, List<PlannedResource> all) {
        try (var _ = evaluation.copying(resource.copyName(), resource.copyIndex())) {
            var source = resource.source();
            if (isNested(resource) && isInner(source.getIgnoreCase("properties"))) {
                source =
                        source.with(
                                "properties",
                                source.getIgnoreCase("properties").without("template"));
            }
            var dependsOn = new ArrayList<>(resource.dependsOn());
            for (var name : evaluation.referred(source)) {
                boolean sibling = all.stream().anyMatch(other -> other.isNamed(name));
                if (sibling
                        && !resource.isNamed(name)
                        && dependsOn.stream().noneMatch(name::equalsIgnoreCase)) {
                    dependsOn.add(name);
                }
            }
            return dependsOn.size() == resource.dependsOn().size()
                    ? resource
                    : resource.withDependencies(dependsOn);
        }
    }

    private static boolean isNested(PlannedResource resource) {
        return resource.id()
                .toLowerCase(Locale.ROOT)
                .contains("/providers/microsoft.resources/deployments/");
    }

    private static boolean isInner(Dynamic properties) {
        return properties
                .getIgnoreCase("expressionEvaluationOptions")
                .getIgnoreCase("scope")
                .textOr("outer")
                .equalsIgnoreCase("inner");
    }

    /// From now on what cannot be computed stays as it is written, and is told.
    void keepUnresolved(Set<String> texts) {
        evaluation.keepUnresolved(texts);
    }

    private void plan(String symbol, Dynamic resource, Around around, List<PlannedResource> out)
            throws TemplateException {
        var copy = resource.getIgnoreCase("copy");
        if (copy.isNull()) {
            planOne(symbol, resource, around, around.copyName(), around.copyIndex(), out);
            return;
        }
        String name = copy.getIgnoreCase("name").textOr(symbol);
        long count = evaluation.whole(copy.getIgnoreCase("count"), "copy");
        if (count < 0 || count > MAX_RESOURCES) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The copy count '"
                            + count
                            + "' of '"
                            + name
                            + "' must be from 0 to "
                            + MAX_RESOURCES
                            + ".'.");
        }
        int batch = batch(copy, name);
        List<String> before = List.of();
        for (int from = 0; from < count; from += batch) {
            List<String> ids = new ArrayList<>();
            for (int i = from; i < Math.min(count, (long) from + batch); i++) {
                int at = out.size();
                try (var _ = evaluation.copying(name, i)) {
                    planOne(symbol.isEmpty() ? name : symbol, resource, around, name, i, out);
                }
                var planned = out.get(at);
                ids.add(planned.id());
                if (!before.isEmpty()) {
                    var after = new ArrayList<>(planned.dependsOn());
                    after.addAll(before);
                    out.set(at, planned.withDependencies(after));
                }
            }
            before = ids;
        }
    }

    /// How many turns of a loop are deployed at once; each such batch waits for the one before it.
    private int batch(Dynamic copy, String name) throws TemplateException {
        String mode = evaluation.text(copy.getIgnoreCase("mode"), "copy");
        if (mode.isEmpty() || mode.equalsIgnoreCase("parallel")) {
            return MAX_RESOURCES;
        }
        var given = copy.getIgnoreCase("batchSize");
        long size = given.isNull() ? 1 : evaluation.whole(given, "batchSize");
        if (!mode.equalsIgnoreCase("serial") || size < 1) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The loop '"
                            + name
                            + "' must have the mode 'serial' or 'parallel' and a positive batchSize.'.");
        }
        return (int) Math.min(size, MAX_RESOURCES);
    }

    private void planOne(
            String key,
            Dynamic resource,
            Around around,
            String copyName,
            int index,
            List<PlannedResource> out)
            throws TemplateException {
        String ownType = evaluation.text(resource.getIgnoreCase("type"), "type");
        String ownName = evaluation.text(resource.getIgnoreCase("name"), "name");
        String type = around.type().isEmpty() ? ownType : around.type() + "/" + ownType;
        String name = around.name().isEmpty() ? ownName : around.name() + "/" + ownName;
        String apiVersion = evaluation.text(resource.getIgnoreCase("apiVersion"), "apiVersion");
        if (type.isEmpty() || name.isEmpty() || apiVersion.isEmpty()) {
            throw new TemplateException(
                    "Deployment template validation failed: 'A template resource must have type, name and apiVersion: '"
                            + type
                            + "' '"
                            + name
                            + "'.'.");
        }
        boolean wanted = isWanted(resource, "condition");
        var dependsOn = new ArrayList<String>();
        for (var dependency : resource.getIgnoreCase("dependsOn").items()) {
            dependsOn.add(evaluation.text(dependency, "dependsOn"));
        }
        if (out.size() >= MAX_RESOURCES) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The template has more than "
                            + MAX_RESOURCES
                            + " resources.'.");
        }
        out.add(
                new PlannedResource(
                        key,
                        name,
                        id(resource, type, name),
                        apiVersion,
                        wanted,
                        dependsOn,
                        resource,
                        copyName,
                        index));
        var inside = new Around(type, name, copyName, index);
        var children = resource.getIgnoreCase("resources");
        for (var child : children.items()) {
            plan("", child, inside, out);
        }
        for (var child : children.members().entrySet()) {
            if (!child.getValue().getIgnoreCase("existing").boolOr(false)) {
                plan(child.getKey(), child.getValue(), inside, out);
            }
        }
    }

    /// Whether the `condition` of a resource or output holds; what is no boolean is a fault, lest something be deployed that nobody wanted.
    private boolean isWanted(Dynamic element, String at) throws TemplateException {
        var condition = element.getIgnoreCase("condition");
        if (condition.isNull()) {
            return true;
        }
        return switch (evaluation.value(condition, at)) {
            case Dynamic.Bool(var holds) -> holds;
            // Left as it is written: only the deployment could tell.
            case Dynamic.Text(var text) when ExpressionParser.isExpression(text) -> true;
            case Dynamic.Text(var text) when text.equalsIgnoreCase("true") -> true;
            case Dynamic.Text(var text) when text.equalsIgnoreCase("false") -> false;
            case Dynamic.Null _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    throw new TemplateException(
                            "Deployment template validation failed: 'The condition of '"
                                    + at
                                    + "' is no boolean.'.");
        };
    }

    private String id(Dynamic resource, String type, String name) throws TemplateException {
        String explicit = evaluation.text(resource.getIgnoreCase("scope"), "scope");
        String group = evaluation.text(resource.getIgnoreCase("resourceGroup"), "resourceGroup");
        String subscription =
                evaluation.text(resource.getIgnoreCase("subscriptionId"), "subscriptionId");
        String base = scope.scope();
        if (!subscription.isEmpty()) {
            base = "/subscriptions/" + subscription;
        }
        if (!group.isEmpty()) {
            String in = subscription.isEmpty() ? scope.subscriptionId() : subscription;
            base = "/subscriptions/" + in + "/resourceGroups/" + group;
        }
        if (explicit.equals("/")) {
            base = "";
        } else if (explicit.startsWith("/")) {
            base = explicit;
        } else if (!explicit.isEmpty()) {
            base = relative(explicit);
        }
        if (type.equalsIgnoreCase("Microsoft.Resources/resourceGroups")) {
            return "/subscriptions/" + scope.subscriptionId() + "/resourceGroups/" + name;
        }
        return below(base, type, name);
    }

    /// `Microsoft.Compute/virtualMachines/vm1` as a resource at the deployment's scope.
    private String relative(String scopeText) throws TemplateException {
        var parts = scopeText.split("/", -1);
        if (parts.length < 3 || parts.length % 2 == 0) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The scope '"
                            + scopeText
                            + "' is not valid.'.");
        }
        // Management groups stand below the tenant, wherever the deployment is.
        boolean ofTenant = scopeText.regionMatches(true, 0, GROUPS, 0, GROUPS.length());
        return (ofTenant ? "" : scope.scope()) + "/providers/" + scopeText;
    }

    private static String below(String base, String type, String name) throws TemplateException {
        try {
            return ResourceIds.below(base, type, List.of(name));
        } catch (EvaluationFailure segments) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The template resource '"
                            + name
                            + "' for type '"
                            + type
                            + "' has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name.'.");
        }
    }

    /// What is sent for a resource: its expressions computed now, and only the members of the request.
    public Dynamic body(PlannedResource resource) throws TemplateException {
        try (var _ = evaluation.copying(resource.copyName(), resource.copyIndex())) {
            var out = new LinkedHashMap<String, Dynamic>();
            boolean nested = isNested(resource);
            for (Map.Entry<String, Dynamic> member : resource.source().members().entrySet()) {
                String name = member.getKey();
                if (!NOT_SENT.contains(name.toLowerCase(Locale.ROOT))) {
                    out.put(
                            name,
                            nested && name.equalsIgnoreCase("properties")
                                    ? nested(member.getValue())
                                    : evaluation.value(member.getValue(), resource.name()));
                }
            }
            return new Dynamic.Bag(out);
        }
    }

    /// A nested deployment's properties: with scope `inner` its template is computed by itself, otherwise here, with this template's parameters.
    private Dynamic nested(Dynamic properties) throws TemplateException {
        var inner = properties.getIgnoreCase("template");
        var outside = evaluation.value(properties.without("template"), "nested deployment");
        return outside.with(
                "template",
                isInner(outside) ? inner : escaped(evaluation.value(inner, "nested deployment")));
    }

    /// Computed texts that begin with a bracket must not be read as expressions once more.
    private static Dynamic escaped(Dynamic value) {
        return Texts.<RuntimeException>changed(
                value,
                text -> Dynamic.of(text.startsWith("[") && text.endsWith("]") ? "[" + text : text));
    }

    /// The outputs, to be asked when every resource is there: `{name: {type, value}}`.
    public Dynamic outputs() throws TemplateException {
        var out = new LinkedHashMap<String, Dynamic>();
        for (var output : template.getIgnoreCase("outputs").members().entrySet()) {
            if (!isWanted(output.getValue(), output.getKey())) {
                continue;
            }
            out.put(output.getKey(), output(output.getKey(), output.getValue()));
        }
        return new Dynamic.Bag(out);
    }

    private Dynamic output(String name, Dynamic declared) throws TemplateException {
        var copy = declared.getIgnoreCase("copy");
        var value =
                copy.isNull()
                        ? evaluation.value(declared.getIgnoreCase("value"), name)
                        : evaluation.output(name, copy);
        if (!evaluation.isUnresolved(value)) {
            types.check("output", name, declared, value);
        }
        return Dynamic.bag()
                .put("type", capital(types.resolved(declared).getIgnoreCase("type").textOr("")))
                .put("value", value)
                .build();
    }

    private static String capital(String type) {
        return type.isEmpty()
                ? ""
                : type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
    }
}
