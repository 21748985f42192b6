package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.ExpressionSyntaxException;
import io.muster.policy.expression.function.FunctionLibrary;
import io.muster.policy.expression.function.ResourceIds;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Computes a template's expressions: the functions that need the deployment, on top of the pure ones.
final class TemplateEvaluation implements ExpressionScope {
    private static final Pattern API_VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-[A-Za-z]+)?");
    private static final int MAX_COPY = 800;

    private final Dynamic declaredParameters;
    private final Map<String, Dynamic> parameters;
    private final Dynamic variables;
    private final DeploymentScope scope;
    private final ExpressionEvaluator evaluator =
            new ExpressionEvaluator(FunctionLibrary.TEMPLATE, this);
    private final Map<String, Dynamic> computedVariables = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private final Map<String, Integer> copies = new LinkedHashMap<>();
    private final Map<String, String> symbols = new HashMap<>();
    private final SplittableRandom random;

    TemplateEvaluation(
            Dynamic declaredParameters,
            Map<String, Dynamic> parameters,
            Dynamic variables,
            DeploymentScope scope) {
        this.declaredParameters = declaredParameters;
        this.parameters = new HashMap<>(parameters);
        this.variables = variables;
        this.scope = scope;
        this.random = new SplittableRandom(scope.seed());
    }

    /// Computes the defaults, so that a faulty one is found before anything is written.
    void checkParameters() throws TemplateException {
        for (var declared : declaredParameters.members().entrySet()) {
            var value = guarded(() -> parameter(declared.getKey()), "parameters");
            TemplateParameters.check(declared.getKey(), declared.getValue(), value);
        }
    }

    /// What symbolic names stand for.
    void symbols(List<PlannedResource> resources) {
        for (var resource : resources) {
            if (!resource.key().isEmpty()) {
                symbols.put(resource.key().toLowerCase(Locale.ROOT), resource.id());
            }
        }
    }

    /// Sets the copy that is being computed until closed; an index of -1 sets none.
    Copying copying(String name, int index) {
        if (index < 0) {
            return () -> {};
        }
        String key = name.toLowerCase(Locale.ROOT);
        var before = copies.put(key, index);
        return () -> {
            if (before == null) {
                copies.remove(key);
            } else {
                copies.put(key, before);
            }
        };
    }

    interface Copying extends AutoCloseable {
        @Override
        void close();
    }

    private interface Computation {
        Dynamic compute() throws EvaluationFailure;
    }

    private static Dynamic guarded(Computation computation, String at) throws TemplateException {
        try {
            return computation.compute();
        } catch (EvaluationFailure failure) {
            throw new TemplateException(
                    "Unable to process template language expressions at '"
                            + at
                            + "': '"
                            + failure.reason()
                            + "'");
        }
    }

    Dynamic value(Dynamic value, String at) throws TemplateException {
        return guarded(() -> compute(value), at);
    }

    /// A text, or a number as text; empty when absent.
    String text(Dynamic value, String at) throws TemplateException {
        var computed = value(value, at);
        return computed instanceof Dynamic.Whole(var number)
                ? Long.toString(number)
                : computed.textOr("");
    }

    long whole(Dynamic value, String at) throws TemplateException {
        if (value(value, at) instanceof Dynamic.Whole(var number)) {
            return number;
        }
        throw new TemplateException(
                "Deployment template validation failed: 'The " + at + " count is no integer.'.");
    }

    private Dynamic compute(Dynamic value) throws EvaluationFailure {
        return switch (value) {
            case Dynamic.Text(var text) ->
                    ExpressionParser.isExpression(text)
                            ? evaluator.evaluate(parse(text))
                            : Dynamic.of(ExpressionParser.unescape(text));
            case Dynamic.Array(var items) -> {
                var out = new ArrayList<Dynamic>();
                for (var item : items) {
                    out.add(compute(item));
                }
                yield new Dynamic.Array(out);
            }
            case Dynamic.Bag(var members) -> {
                var out = new LinkedHashMap<String, Dynamic>();
                for (var member : members.entrySet()) {
                    if (isPropertyCopy(member.getKey(), member.getValue())) {
                        copies(member.getValue(), out);
                    } else {
                        out.put(key(member.getKey()), compute(member.getValue()));
                    }
                }
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    value;
        };
    }

    private String key(String name) throws EvaluationFailure {
        return ExpressionParser.isExpression(name)
                ? evaluator.evaluate(parse(name)).textOr(name)
                : name;
    }

    private static Expression parse(String text) throws EvaluationFailure {
        try {
            return ExpressionParser.parse(text);
        } catch (ExpressionSyntaxException fault) {
            throw new EvaluationFailure(
                    "the expression '" + text + "' is not valid: " + fault.getMessage());
        }
    }

    /// `"copy": [{name, count, input}]` inside properties or variables makes arrays.
    private static boolean isPropertyCopy(String name, Dynamic value) {
        return name.equalsIgnoreCase("copy")
                && value instanceof Dynamic.Array(var items)
                && !items.isEmpty()
                && items.stream()
                        .allMatch(i ->
                                !i.getIgnoreCase("input").isNull()
                                        && !i.getIgnoreCase("count").isNull());
    }

    private void copies(Dynamic copies, Map<String, Dynamic> out) throws EvaluationFailure {
        for (var copy : copies.items()) {
            String name = copy.getIgnoreCase("name").textOr("");
            if (!(compute(copy.getIgnoreCase("count")) instanceof Dynamic.Whole(var count))
                    || count < 0
                    || count > MAX_COPY) {
                throw new EvaluationFailure("the count of the copy '" + name + "' is not valid");
            }
            var items = new ArrayList<Dynamic>();
            for (int i = 0; i < count; i++) {
                try (var _ = copying(name, i)) {
                    items.add(compute(copy.getIgnoreCase("input")));
                }
            }
            out.put(name, new Dynamic.Array(items));
        }
    }

    @Override
    public @Nullable ScopeFunction function(String key) {
        return switch (key) {
            case "parameters" -> a -> parameter(name(key, a));
            case "variables" -> a -> variable(name(key, a));
            case "copyindex" -> this::copyIndex;
            case "resourcegroup" -> _ -> resourceGroup();
            case "subscription" -> _ -> subscription();
            case "tenant" -> _ -> Dynamic.bag().put("tenantId", scope.tenantId()).build();
            case "deployment" -> _ -> deployment();
            case "environment" -> _ -> environment();
            case "resourceid" -> a -> Dynamic.of(resourceId(a));
            case "subscriptionresourceid" -> a -> Dynamic.of(subscriptionResourceId(a));
            case "reference" -> this::reference;
            case "newguid" ->
                    _ -> Dynamic.of(new UUID(random.nextLong(), random.nextLong()).toString());
            case "utcnow" -> this::utcNow;
            default -> null;
        };
    }

    private static String name(String function, List<Dynamic> arguments) throws EvaluationFailure {
        if (arguments.size() == 1 && arguments.getFirst() instanceof Dynamic.Text(var name)) {
            return name;
        }
        throw new EvaluationFailure("the function '" + function + "' takes one text");
    }

    private Dynamic parameter(String name) throws EvaluationFailure {
        String key = name.toLowerCase(Locale.ROOT);
        var known = parameters.get(key);
        if (known != null) {
            return known;
        }
        var declared = declaredParameters.getIgnoreCase(name);
        if (declared.isNull()) {
            throw new EvaluationFailure("The template parameter '" + name + "' is not found");
        }
        var value = once("parameters:" + key, declared.getIgnoreCase("defaultValue"));
        parameters.put(key, value);
        return value;
    }

    private Dynamic variable(String name) throws EvaluationFailure {
        String key = name.toLowerCase(Locale.ROOT);
        var known = computedVariables.get(key);
        if (known != null) {
            return known;
        }
        Dynamic value;
        if (variables.members().keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            value = once("variables:" + key, variables.getIgnoreCase(name));
        } else {
            // A copy at the root of the variables makes variables of its names.
            var made = new LinkedHashMap<String, Dynamic>();
            for (var copy : variables.getIgnoreCase("copy").items()) {
                if (copy.getIgnoreCase("name").textOr("").equalsIgnoreCase(name)) {
                    copies(Dynamic.array(copy), made);
                }
            }
            if (made.isEmpty()) {
                throw new EvaluationFailure("The template variable '" + name + "' is not found");
            }
            value = made.values().iterator().next();
        }
        computedVariables.put(key, value);
        return value;
    }

    private Dynamic once(String key, Dynamic source) throws EvaluationFailure {
        if (!underWay.add(key)) {
            throw new EvaluationFailure(
                    "'" + key.substring(key.indexOf(':') + 1) + "' depends on itself");
        }
        try {
            return compute(source);
        } finally {
            underWay.remove(key);
        }
    }

    private Dynamic copyIndex(List<Dynamic> a) throws EvaluationFailure {
        long offset = 0;
        String name = "";
        for (var argument : a) {
            if (argument instanceof Dynamic.Whole(var number)) {
                offset = number;
            } else {
                name = argument.textOr("");
            }
        }
        Integer index = null;
        if (name.isEmpty()) {
            for (var copy : copies.values()) {
                index = copy;
            }
        } else {
            index = copies.get(name.toLowerCase(Locale.ROOT));
        }
        if (index == null) {
            throw new EvaluationFailure(
                    "The template function 'copyIndex' is not expected at this location");
        }
        return Dynamic.of(index + offset);
    }

    private Dynamic resourceGroup() throws EvaluationFailure {
        if (scope.resourceGroup() == null) {
            throw new EvaluationFailure("there is no resource group at the deployment's scope");
        }
        return scope.resources()
                .find(groupId())
                .orElseGet(() ->
                        Dynamic.bag()
                                .put("id", groupId())
                                .put("name", scope.resourceGroup())
                                .put("location", scope.location())
                                .build());
    }

    private String groupId() {
        return "/subscriptions/"
                + scope.subscriptionId()
                + "/resourceGroups/"
                + scope.resourceGroup();
    }

    private Dynamic subscription() throws EvaluationFailure {
        if (scope.subscriptionId() == null) {
            throw new EvaluationFailure("there is no subscription at the deployment's scope");
        }
        String id = "/subscriptions/" + scope.subscriptionId();
        var stored = scope.resources().find(id).orElse(Dynamic.EMPTY_BAG);
        return Dynamic.bag()
                .put("id", id)
                .put("subscriptionId", scope.subscriptionId())
                .put("tenantId", scope.tenantId())
                .put("displayName", stored.get("displayName").textOr(stored.get("name").textOr("")))
                .build();
    }

    private Dynamic deployment() {
        return Dynamic.bag()
                .put("name", scope.deploymentName())
                .put("location", scope.location())
                .put("properties", Dynamic.bag().put("provisioningState", "Accepted").build())
                .build();
    }

    private static Dynamic environment() {
        return Dynamic.bag()
                .put("name", "AzureCloud")
                .put("resourceManager", "https://management.azure.com/")
                .put("suffixes", Dynamic.bag().put("storage", "core.windows.net").build())
                .build();
    }

    /// `resourceId([subscription], [group], type, name...)`.
    private String resourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("resourceId", a);
        int type = typeAt("resourceId", texts);
        String subscription = type == 2 ? texts.getFirst() : scope.subscriptionId();
        String group =
                type == 2 ? texts.get(1) : type == 1 ? texts.getFirst() : scope.resourceGroup();
        // One leading argument is a group where the deployment has one, else a subscription.
        if (type == 1 && scope.resourceGroup() == null) {
            return ResourceIds.below(
                    "/subscriptions/" + texts.getFirst(),
                    texts.get(1),
                    texts.subList(2, texts.size()));
        }
        String base =
                subscription == null
                        ? scope.scope()
                        : "/subscriptions/"
                                + subscription
                                + (group == null ? "" : "/resourceGroups/" + group);
        return ResourceIds.below(base, texts.get(type), texts.subList(type + 1, texts.size()));
    }

    private String subscriptionResourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("subscriptionResourceId", a);
        int type = typeAt("subscriptionResourceId", texts);
        String subscription = type == 1 ? texts.getFirst() : scope.subscriptionId();
        return ResourceIds.below(
                "/subscriptions/" + subscription,
                texts.get(type),
                texts.subList(type + 1, texts.size()));
    }

    private static List<String> texts(String function, List<Dynamic> a) throws EvaluationFailure {
        var out = new ArrayList<String>();
        for (var argument : a) {
            out.add(
                    argument.asText()
                            .orElseThrow(() ->
                                    new EvaluationFailure(
                                            "the function '" + function + "' takes texts only")));
        }
        return out;
    }

    private static int typeAt(String function, List<String> texts) throws EvaluationFailure {
        for (int i = 0; i < Math.min(3, texts.size()); i++) {
            if (texts.get(i).indexOf('/') > 0) {
                return i;
            }
        }
        throw new EvaluationFailure("the function '" + function + "' has no resource type");
    }

    /// `reference(idOrName, [apiVersion], ['Full'])`: the properties of a resource as it stands now.
    private Dynamic reference(List<Dynamic> a) throws EvaluationFailure {
        if (a.isEmpty()) {
            throw new EvaluationFailure("the function 'reference' takes a resource");
        }
        String named = a.getFirst().textOr("");
        String id = symbols.getOrDefault(named.toLowerCase(Locale.ROOT), named);
        if (!id.startsWith("/")) {
            String suffix = "/" + id.toLowerCase(Locale.ROOT);
            id =
                    symbols.values().stream()
                            .filter(known -> known.toLowerCase(Locale.ROOT).endsWith(suffix))
                            .findFirst()
                            .orElse(id.indexOf('/') > 0 ? scope.scope() + "/providers/" + id : id);
        }
        String found = id;
        var resource =
                scope.resources()
                        .find(id)
                        .orElseThrow(() ->
                                new EvaluationFailure(
                                        "The resource '"
                                                + found
                                                + "' that reference() names was not found"));
        boolean full = a.size() > 2 && a.get(2).textOr("").equalsIgnoreCase("Full");
        if (a.size() > 1 && !API_VERSION.matcher(a.get(1).textOr("")).matches()) {
            throw new EvaluationFailure("'" + a.get(1).textOr("") + "' is no API version");
        }
        return full ? resource : resource.get("properties");
    }

    private Dynamic utcNow(List<Dynamic> a) throws EvaluationFailure {
        var now = scope.now().atOffset(ZoneOffset.UTC);
        if (a.isEmpty()) {
            return Dynamic.of(
                    DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).format(now));
        }
        String format = a.getFirst().textOr("");
        return Dynamic.of(
                switch (format) {
                    case "d" -> DateTimeFormatter.ofPattern("MM/dd/yyyy", Locale.ROOT).format(now);
                    case "u" ->
                            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT)
                                    .format(now);
                    case "o", "O" ->
                            DateTimeFormatter.ofPattern(
                                            "yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'", Locale.ROOT)
                                    .format(now);
                    default -> custom(format, now);
                });
    }

    private static String custom(String format, java.time.OffsetDateTime now)
            throws EvaluationFailure {
        try {
            return DateTimeFormatter.ofPattern(format, Locale.ROOT).format(now);
        } catch (IllegalArgumentException notOurs) {
            throw new EvaluationFailure("the date format '" + format + "' is not known");
        }
    }
}
