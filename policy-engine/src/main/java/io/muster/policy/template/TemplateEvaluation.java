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
    private final Map<String, List<String>> loops = new HashMap<>();
    private final List<String> ids = new ArrayList<>();
    private final SplittableRandom random;
    private final LambdaFunctions lambdas = new LambdaFunctions();
    private final Dynamic template;
    private int defaults;
    private int inside;
    private @Nullable Set<String> unresolved;

    TemplateEvaluation(Dynamic template, Map<String, Dynamic> parameters, DeploymentScope scope) {
        this.template = template;
        this.declaredParameters = template.getIgnoreCase("parameters");
        this.parameters = new HashMap<>(parameters);
        this.variables = template.getIgnoreCase("variables");
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

    /// From now on an expression that cannot be computed stays as it is written, and is added to `texts`: what depends on a cloud that was not asked.
    void keepUnresolved(Set<String> texts) {
        unresolved = texts;
    }

    /// The ids and names that `reference()` and `list*()` in a value name, so far as they can be computed before anything is deployed.
    List<String> referred(Dynamic value) {
        List<String> out = new ArrayList<>();
        referred(value, out);
        return out;
    }

    private void referred(Dynamic value, List<String> out) {
        switch (value) {
            case Dynamic.Text(var text) -> {
                if (ExpressionParser.isExpression(text)) {
                    try {
                        referred(ExpressionParser.parse(text), out);
                    } catch (ExpressionSyntaxException notNow) {
                        // Told with its place when the resource is computed.
                        return;
                    }
                }
            }
            case Dynamic.Array(var items) -> items.forEach(item -> referred(item, out));
            case Dynamic.Bag(var members) ->
                    members.values().forEach(member -> referred(member, out));
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ -> {}
        }
    }

    private void referred(Expression expression, List<String> out) {
        switch (expression) {
            case Expression.Literal _ -> {}
            case Expression.Member(var of, _) -> referred(of, out);
            case Expression.Index(var of, var index) -> {
                referred(of, out);
                referred(index, out);
            }
            case Expression.Call call -> {
                call.arguments().forEach(argument -> referred(argument, out));
                boolean names =
                        call.key().equals("reference")
                                || call.key().equals("references")
                                || isList(call.key());
                if (names && !call.arguments().isEmpty()) {
                    try {
                        evaluator
                                .evaluate(call.arguments().getFirst())
                                .asText()
                                .ifPresent(out::add);
                    } catch (EvaluationFailure dependsItself) {
                        // What it names hangs on another reference, whose own dependency orders it.
                        return;
                    }
                }
            }
        }
    }

    private static boolean isList(String key) {
        return key.startsWith("list") && key.length() > "list".length();
    }

    /// What symbolic names stand for.
    void symbols(List<PlannedResource> resources) {
        for (var resource : resources) {
            ids.add(resource.id());
            if (resource.copyIndex() >= 0) {
                loops.computeIfAbsent(
                                resource.copyName().toLowerCase(Locale.ROOT),
                                _ -> new ArrayList<>())
                        .add(resource.id());
            }
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
            case Dynamic.Text(var text) -> text(text);
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

    private Dynamic text(String text) throws EvaluationFailure {
        if (!ExpressionParser.isExpression(text)) {
            return Dynamic.of(ExpressionParser.unescape(text));
        }
        // A variable or default inside an expression fails the whole of it: half a text is no
        // value.
        if (unresolved == null || inside > 0) {
            return evaluator.evaluate(parse(text));
        }
        inside++;
        try {
            return evaluator.evaluate(parse(text));
        } catch (EvaluationFailure unknown) {
            unresolved.add(text);
            return Dynamic.of(text);
        } finally {
            inside--;
        }
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
            var times = compute(copy.getIgnoreCase("count"));
            if (unresolved != null
                    && times instanceof Dynamic.Text(var text)
                    && unresolved.contains(text)) {
                out.put(name, times);
                continue;
            }
            if (!(times instanceof Dynamic.Whole(var count)) || count < 0 || count > MAX_COPY) {
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
    public @Nullable LazyFunction lazy(String key) {
        return lambdas.find(key);
    }

    @Override
    public @Nullable ScopeFunction function(String key) {
        if (isList(key)) {
            return a -> list(key, a);
        }
        if (key.indexOf('.') > 0) {
            return userFunction(key);
        }
        return switch (key) {
            case "lambdavariables" -> a -> lambdas.variable(name(key, a));
            case "managementgroup" -> _ -> managementGroup();
            case "managementgroupresourceid" -> a -> Dynamic.of(managementGroupResourceId(a));
            case "references" -> this::references;
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
            case "newguid" -> _ -> newGuid();
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
        defaults++;
        Dynamic value;
        try {
            value = once("parameters:" + key, declared.getIgnoreCase("defaultValue"));
        } finally {
            defaults--;
        }
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
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("template", template)
                                .put("templateHash", Integer.toUnsignedString(template.hashCode()))
                                .put("mode", "Incremental")
                                .put("provisioningState", "Accepted")
                                .build())
                .build();
    }

    /// `listKeys(id, apiVersion, [body])` and its kin.
    private Dynamic list(String key, List<Dynamic> a) throws EvaluationFailure {
        if (a.isEmpty() || !(a.getFirst() instanceof Dynamic.Text(var named))) {
            throw new EvaluationFailure("the function '" + key + "' takes a resource");
        }
        String version = a.size() > 1 ? a.get(1).textOr("") : "";
        return scope.resources()
                .list(key, idOf(named), version, a.size() > 2 ? a.get(2) : Dynamic.NULL)
                .orElseThrow(() ->
                        new EvaluationFailure("'" + key + "' of '" + named + "' cannot be asked"));
    }

    /// A function that the template declares: it sees its own parameters and the pure functions, nothing else.
    private @Nullable ScopeFunction userFunction(String key) {
        for (var space : template.getIgnoreCase("functions").items()) {
            String prefix = space.getIgnoreCase("namespace").textOr("") + ".";
            for (var member : space.getIgnoreCase("members").members().entrySet()) {
                if ((prefix + member.getKey()).equalsIgnoreCase(key)) {
                    return a -> called(key, member.getValue(), a);
                }
            }
        }
        return null;
    }

    private static Dynamic called(String key, Dynamic declared, List<Dynamic> arguments)
            throws EvaluationFailure {
        var names = declared.getIgnoreCase("parameters").items();
        if (names.size() != arguments.size()) {
            throw new EvaluationFailure(
                    "the function '"
                            + key
                            + "' takes "
                            + names.size()
                            + " arguments, not "
                            + arguments.size());
        }
        Map<String, Dynamic> own = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            own.put(
                    names.get(i).getIgnoreCase("name").textOr("").toLowerCase(Locale.ROOT),
                    arguments.get(i));
        }
        var inside =
                new ExpressionEvaluator(
                        FunctionLibrary.TEMPLATE,
                        function -> function.equals("parameters") ? a -> given(key, own, a) : null);
        return computed(declared.path("output", "value"), inside);
    }

    private static Dynamic given(String key, Map<String, Dynamic> own, List<Dynamic> a)
            throws EvaluationFailure {
        String name = name("parameters", a);
        var value = own.get(name.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new EvaluationFailure(
                    "the function '" + key + "' has no parameter '" + name + "'");
        }
        return value;
    }

    private static Dynamic computed(Dynamic value, ExpressionEvaluator with)
            throws EvaluationFailure {
        return switch (value) {
            case Dynamic.Text(var text) ->
                    ExpressionParser.isExpression(text)
                            ? with.evaluate(parse(text))
                            : Dynamic.of(ExpressionParser.unescape(text));
            case Dynamic.Array(var items) -> {
                List<Dynamic> out = new ArrayList<>(items.size());
                for (var item : items) {
                    out.add(computed(item, with));
                }
                yield new Dynamic.Array(out);
            }
            case Dynamic.Bag(var members) -> {
                var out = new LinkedHashMap<String, Dynamic>();
                for (var member : members.entrySet()) {
                    out.put(member.getKey(), computed(member.getValue(), with));
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

    private String managementGroupId() throws EvaluationFailure {
        String prefix = "/providers/Microsoft.Management/managementGroups/";
        if (scope.scope().regionMatches(true, 0, prefix, 0, prefix.length())) {
            return scope.scope();
        }
        throw new EvaluationFailure("there is no management group at the deployment's scope");
    }

    private Dynamic managementGroup() throws EvaluationFailure {
        String id = managementGroupId();
        return scope.resources()
                .find(id)
                .orElseGet(() ->
                        Dynamic.bag()
                                .put("id", id)
                                .put("name", id.substring(id.lastIndexOf('/') + 1))
                                .put("type", "Microsoft.Management/managementGroups")
                                .build());
    }

    private String managementGroupResourceId(List<Dynamic> a) throws EvaluationFailure {
        var texts = texts("managementGroupResourceId", a);
        int type = typeAt("managementGroupResourceId", texts);
        String group =
                type == 1
                        ? "/providers/Microsoft.Management/managementGroups/" + texts.getFirst()
                        : managementGroupId();
        return ResourceIds.below(group, texts.get(type), texts.subList(type + 1, texts.size()));
    }

    /// `newGuid()` and `utcNow()` would give another answer each time they are asked: ARM takes them in defaults of parameters only.
    private void requireDefault(String function) throws EvaluationFailure {
        if (defaults == 0) {
            throw new EvaluationFailure(
                    "The template function '"
                            + function
                            + "' is not expected at this location: it can only be used in the default values of parameters");
        }
    }

    private Dynamic newGuid() throws EvaluationFailure {
        requireDefault("newGuid");
        // The bits of a random UUID (RFC 9562 version 4), from the seed.
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return Dynamic.of(new UUID(high, low).toString());
    }

    private static Dynamic environment() {
        return Dynamic.bag()
                .put("name", "AzureCloud")
                .put("portal", "https://portal.azure.com")
                .put("gallery", "https://gallery.azure.com/")
                .put("graph", "https://graph.windows.net/")
                .put("resourceManager", "https://management.azure.com/")
                .put(
                        "authentication",
                        Dynamic.bag()
                                .put("loginEndpoint", "https://login.microsoftonline.com/")
                                .put("tenant", "common")
                                .put("identityProvider", "AAD")
                                .build())
                .put(
                        "suffixes",
                        Dynamic.bag()
                                .put("storage", "core.windows.net")
                                .put("keyvaultDns", ".vault.azure.net")
                                .put("sqlServerHostname", ".database.windows.net")
                                .put("acrLoginServer", ".azurecr.io")
                                .build())
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
        String found = idOf(a.getFirst().textOr(""));
        var resource =
                scope.resources()
                        .find(found)
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

    /// The id that a symbolic name, a plain name or `Ns/type/name` stands for.
    private String idOf(String named) {
        String id = symbols.getOrDefault(named.toLowerCase(Locale.ROOT), named);
        if (id.startsWith("/")) {
            return id;
        }
        String suffix = "/" + id.toLowerCase(Locale.ROOT);
        return ids.stream()
                .filter(known -> known.toLowerCase(Locale.ROOT).endsWith(suffix))
                .findFirst()
                .orElse(id.indexOf('/') > 0 ? scope.scope() + "/providers/" + id : id);
    }

    /// `references('copy' or symbolic name, ['Full'])`: what every resource of a loop is now.
    private Dynamic references(List<Dynamic> a) throws EvaluationFailure {
        String loop = a.isEmpty() ? "" : a.getFirst().textOr("");
        var members = loops.get(loop.toLowerCase(Locale.ROOT));
        if (members == null) {
            throw new EvaluationFailure("no loop of the template is called '" + loop + "'");
        }
        List<Dynamic> out = new ArrayList<>();
        for (var id : members) {
            List<Dynamic> one = new ArrayList<>(List.of(Dynamic.of(id)));
            if (a.size() > 1) {
                one.add(Dynamic.of("2020-01-01"));
                one.add(a.getLast());
            }
            out.add(reference(one));
        }
        return new Dynamic.Array(out);
    }

    private Dynamic utcNow(List<Dynamic> a) throws EvaluationFailure {
        requireDefault("utcNow");
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
