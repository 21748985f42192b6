package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.ExpressionSyntaxException;
import io.muster.policy.expression.function.DateFormat;
import io.muster.policy.expression.function.FunctionLibrary;
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
import org.jspecify.annotations.Nullable;

/// Computes a template's expressions: the functions that need the deployment, on top of the pure ones.
final class TemplateEvaluation implements ExpressionScope {
    private static final int MAX_COPY = 800;

    /// Calls of variables and defaults that stand in each other: more than anybody writes, and less than a thread's stack holds.
    private static final int MAX_NESTED = 800;

    private final Dynamic declaredParameters;
    private final Map<String, Dynamic> parameters;
    private final Dynamic variables;
    private final TemplateTypes types;
    private final DeploymentScope scope;
    private final ExpressionEvaluator evaluator =
            new ExpressionEvaluator(FunctionLibrary.TEMPLATE, this);
    private final Map<String, Dynamic> computedVariables = new HashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private final LinkedHashMap<String, Integer> copies = new LinkedHashMap<>();
    private final ScopeFunctions places;
    private final References references;
    private final UserFunctions declared;
    private final SplittableRandom random;
    private final LambdaFunctions lambdas = new LambdaFunctions();
    private final Allowance allowance = new Allowance();

    /// The index in the loop of the resource that is computed; null outside of one.
    private @Nullable Integer resourceIndex;

    /// What is being computed that may not ask anything of resources; null where it may.
    private @Nullable String tooEarly;

    private int defaults;
    private int inside;
    private int nested;
    private @Nullable Set<String> unresolved;

    /// @param parameters the values by name in lower case
    /// @param given the same as they were sent: `{name: {value}}`
    TemplateEvaluation(
            Dynamic template,
            Map<String, Dynamic> parameters,
            Dynamic given,
            TemplateTypes types,
            DeploymentScope scope) {
        this.types = types;
        this.declaredParameters = template.getIgnoreCase("parameters");
        this.parameters = new HashMap<>(parameters);
        this.variables = template.getIgnoreCase("variables");
        this.scope = scope;
        this.places = new ScopeFunctions(template, given, scope);
        this.references = new References(scope);
        this.declared = new UserFunctions(template, types, allowance);
        this.random = new SplittableRandom(scope.seed());
    }

    /// Computes the defaults, so that a faulty one is found before anything is written.
    void checkParameters() throws TemplateException {
        for (var declared : declaredParameters.members().entrySet()) {
            var value = guarded(() -> parameter(declared.getKey()), "parameters");
            types.check("parameter", declared.getKey(), declared.getValue(), value);
        }
    }

    /// From now on an expression that cannot be computed stays as it is written, and is added to `texts`: what depends on a cloud that was not asked.
    void keepUnresolved(Set<String> texts) {
        unresolved = texts;
    }

    /// Whether there is something in a value that stayed as it was written.
    boolean isUnresolved(Dynamic value) {
        return unresolved != null
                && switch (value) {
                    case Dynamic.Text(var text) -> unresolved.contains(text);
                    case Dynamic.Array(var items) -> items.stream().anyMatch(this::isUnresolved);
                    case Dynamic.Bag(var members) ->
                            members.values().stream().anyMatch(this::isUnresolved);
                    case Dynamic.Null _,
                            Dynamic.Bool _,
                            Dynamic.Whole _,
                            Dynamic.Real _,
                            Dynamic.Decimal _,
                            Dynamic.DateTime _,
                            Dynamic.Span _,
                            Dynamic.Guid _ ->
                            false;
                };
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
                if (References.isOne(call.key()) && !call.arguments().isEmpty()) {
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

    /// What names of the template stand for.
    void symbols(List<PlannedResource> resources) {
        references.add(resources);
    }

    /// Sets the loop of the resource that is being computed until closed; an index of -1 sets none.
    Closing copying(String name, int index) {
        if (index < 0) {
            return () -> {};
        }
        var before = resourceIndex;
        var loop = within(name, index);
        resourceIndex = index;
        return () -> {
            resourceIndex = before;
            loop.close();
        };
    }

    /// Sets a loop over properties, variables or outputs until closed.
    private Closing within(String name, int index) {
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

    /// Until closed nothing may be asked of resources.
    ///
    /// @param what is computed, for the message
    Closing beforeDeployment(String what) {
        var before = tooEarly;
        tooEarly = what;
        return () -> tooEarly = before;
    }

    interface Closing extends AutoCloseable {
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
        return guarded(
                () -> {
                    var computed = compute(value);
                    allowance.spend(computed);
                    return computed;
                },
                at);
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
        allowance.take(1);
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
            return evaluated(text);
        }
        inside++;
        try {
            return evaluated(text);
        } catch (EvaluationFailure unknown) {
            unresolved.add(text);
            return Dynamic.of(text);
        } finally {
            inside--;
        }
    }

    private Dynamic evaluated(String text) throws EvaluationFailure {
        var expression = parse(text);
        // A variable costs the stack what a few calls do.
        int deep = expression.depth() + 4;
        nested += deep;
        try {
            if (nested > MAX_NESTED) {
                throw new EvaluationFailure(
                        "variables and defaults stand in each other more than "
                                + MAX_NESTED
                                + " calls deep");
            }
            return evaluator.evaluate(expression);
        } finally {
            nested -= deep;
        }
    }

    private String key(String name) throws EvaluationFailure {
        return ExpressionParser.isExpression(name) ? evaluated(name).textOr(name) : name;
    }

    static Expression parse(String text) throws EvaluationFailure {
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
            out.put(name, repeated(name, times, copy.getIgnoreCase("input")));
        }
    }

    private Dynamic repeated(String name, Dynamic times, Dynamic input) throws EvaluationFailure {
        if (!(times instanceof Dynamic.Whole(var count)) || count < 0 || count > MAX_COPY) {
            throw new EvaluationFailure(
                    "the count of the copy '" + name + "' is no number from 0 to " + MAX_COPY);
        }
        var items = new ArrayList<Dynamic>();
        for (int i = 0; i < count; i++) {
            try (var _ = within(name, i)) {
                items.add(compute(input));
            }
        }
        return new Dynamic.Array(items);
    }

    /// The array of an output that is a loop: `{count, input}`.
    Dynamic output(String name, Dynamic copy) throws TemplateException {
        return guarded(
                () ->
                        repeated(
                                name,
                                compute(copy.getIgnoreCase("count")),
                                copy.getIgnoreCase("input")),
                name);
    }

    @Override
    public void spend(Dynamic result) throws EvaluationFailure {
        allowance.spend(result);
    }

    @Override
    public @Nullable LazyFunction lazy(String key) {
        return lambdas.find(key);
    }

    @Override
    public @Nullable ScopeFunction function(String key) {
        if (key.indexOf('.') > 0) {
            return declared.find(key);
        }
        if (References.isOne(key)) {
            var asked = references.find(key);
            return asked == null ? null : a -> asked(key, asked, a);
        }
        return switch (key) {
            case "resourceinfo" -> a -> references.info(name(key, a));
            case "lambdavariables" -> a -> lambdas.variable(name(key, a));
            case "parameters" -> a -> parameter(name(key, a));
            case "variables" -> a -> variable(name(key, a));
            case "copyindex" -> this::copyIndex;
            case "newguid" -> _ -> newGuid();
            case "utcnow" -> this::utcNow;
            default -> places.find(key);
        };
    }

    /// Names, types, conditions, loops, variables and defaults are settled before anything is deployed.
    private Dynamic asked(String key, ScopeFunction function, List<Dynamic> arguments)
            throws EvaluationFailure {
        if (tooEarly != null) {
            throw new EvaluationFailure(
                    "The template function '"
                            + key
                            + "' is not expected at this location: "
                            + tooEarly
                            + " is settled before anything is deployed");
        }
        return function.apply(arguments);
    }

    static String name(String function, List<Dynamic> arguments) throws EvaluationFailure {
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
        try (var _ = beforeDeployment("the default of '" + name + "'")) {
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
        try (var _ = beforeDeployment("the variable '" + name + "'")) {
            value = variable(name, key);
        }
        computedVariables.put(key, value);
        return value;
    }

    private Dynamic variable(String name, String key) throws EvaluationFailure {
        if (variables.members().keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            return once("variables:" + key, variables.getIgnoreCase(name));
        }
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
        return made.values().iterator().next();
    }

    private Dynamic once(String key, Dynamic source) throws EvaluationFailure {
        if (!underWay.add(key)) {
            throw new EvaluationFailure(
                    "'" + key.substring(key.indexOf(':') + 1) + "' depends on itself");
        }
        try {
            var value = compute(source);
            allowance.spend(value);
            return value;
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
        // Without a name the resource's own loop is meant, not the one over a property.
        Integer index = name.isEmpty() ? resourceIndex : copies.get(name.toLowerCase(Locale.ROOT));
        if (index == null && name.isEmpty() && !copies.isEmpty()) {
            index = copies.lastEntry().getValue();
        }
        if (index == null) {
            throw new EvaluationFailure(
                    "The template function 'copyIndex' is not expected at this location");
        }
        return Dynamic.of(index + offset);
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

    private Dynamic utcNow(List<Dynamic> a) throws EvaluationFailure {
        requireDefault("utcNow");
        var now = scope.now().atOffset(ZoneOffset.UTC);
        if (a.isEmpty()) {
            return Dynamic.of(
                    DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).format(now));
        }
        return Dynamic.of(DateFormat.format(now, a.getFirst().textOr("")));
    }
}
