package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.effect.Modify;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Definitions in force that would modify one property and each refuse to yield: a resource that is non-compliant under two of them cannot be brought to comply with both,
/// so its state is Conflict under each (azure-policy.md section 12). Operations that ask the same are none. Immutable, safe for several threads.
public final class ModifyConflicts {
    private static final String EACH = "[*]";

    /// Those that may stand in each other's way for some resource.
    private final Map<PolicyKey, Set<PolicyKey>> partners;

    /// The definitions whose rule depends on where a resource is: for them the rules that hold there decide.
    private final Map<PolicyKey, AssignedPolicy> contested;

    private final IdentityHashMap<CompiledRule, Set<CompiledRule>> rules;

    private ModifyConflicts(
            Map<PolicyKey, Set<PolicyKey>> partners,
            Map<PolicyKey, AssignedPolicy> contested,
            IdentityHashMap<CompiledRule, Set<CompiledRule>> rules) {
        this.partners = partners;
        this.contested = contested;
        this.rules = rules;
    }

    private record Target(AssignedPolicy policy, CompiledRule rule, Modify.Operation operation) {}

    /// Who conflicts with whom among definitions in force, under each of the rules that overrides give them.
    public static ModifyConflicts among(List<AssignedPolicy> policies, FieldResolver fields) {
        Map<String, List<Target>> byField = new HashMap<>();
        for (var policy : policies) {
            for (var alternative : policy.alternatives()) {
                add(policy, alternative.rule(), fields, byField);
            }
            add(policy, policy.rule(), fields, byField);
        }
        Map<PolicyKey, Set<PolicyKey>> partners = new HashMap<>();
        Map<PolicyKey, AssignedPolicy> contested = new HashMap<>();
        var rules = new IdentityHashMap<CompiledRule, Set<CompiledRule>>();
        for (var targets : byField.values()) {
            for (var one : targets) {
                for (var other : targets) {
                    if (contradict(one, other, fields)) {
                        partners.computeIfAbsent(one.policy().key(), _ -> new TreeSet<>())
                                .add(other.policy().key());
                        contested.put(one.policy().key(), one.policy());
                        rules.computeIfAbsent(
                                        one.rule(),
                                        _ -> Collections.newSetFromMap(new IdentityHashMap<>()))
                                .add(other.rule());
                    }
                }
            }
        }
        return new ModifyConflicts(partners, contested, rules);
    }

    private static void add(
            AssignedPolicy policy,
            CompiledRule rule,
            FieldResolver fields,
            Map<String, List<Target>> byField) {
        if (!(rule.effect() instanceof Modify modify)
                || !(modify.conflictEffect() instanceof TemplateValue.Literal(var effect, _))
                || !effect.textOr("").equalsIgnoreCase("deny")) {
            return;
        }
        for (var operation : modify.operations()) {
            if (operation.field() instanceof TemplateValue.Literal(Dynamic.Text(var name), _)
                    && takesPart(operation.condition(), policy, rule, fields)) {
                byField.computeIfAbsent(property(name), _ -> new ArrayList<>())
                        .add(new Target(policy, rule, operation));
            }
        }
    }

    private static boolean contradict(Target one, Target other, FieldResolver fields) {
        return !one.policy().key().equals(other.policy().key())
                && !isSame(one.operation(), other.operation())
                && !(appends(one.operation(), fields) && appends(other.operation(), fields));
    }

    /// Whether an operation counts in a scan. Its condition knows parameters and the request only, so that it decides the same for every resource; one that fails, or that asks
    /// for the time, says nothing.
    private static boolean takesPart(
            @Nullable TemplateValue condition,
            AssignedPolicy policy,
            CompiledRule rule,
            FieldResolver fields) {
        if (condition == null) {
            return true;
        }
        if (condition.shown().toLowerCase(Locale.ROOT).contains("utcnow")) {
            return false;
        }
        var context =
                new RuleContext(
                        rule.parameters(),
                        () -> Dynamic.NULL,
                        () -> Dynamic.NULL,
                        PolicyJudge.LATEST_REQUEST,
                        policy::policyFunction,
                        Instant.EPOCH);
        var nothing = new ResourceView(Dynamic.EMPTY_BAG, fields, null);
        try {
            return RuleEvaluator.of(context, nothing).value(condition).equals(Dynamic.TRUE);
        } catch (EvaluationFailure undecided) {
            return false;
        }
    }

    private static boolean isSame(Modify.Operation a, Modify.Operation b) {
        return (a.kind() == Modify.OperationKind.REMOVE)
                        == (b.kind() == Modify.OperationKind.REMOVE)
                && plain(a.value()).equals(plain(b.value()));
    }

    private static String property(String field) {
        String name = FieldReference.parse(field).text().toLowerCase(Locale.ROOT);
        return name.endsWith(EACH) ? name.substring(0, name.length() - EACH.length()) : name;
    }

    /// Whether an operation adds one member to an array: those of others may stand beside it.
    private static boolean appends(Modify.Operation operation, FieldResolver fields) {
        if (operation.kind() != Modify.OperationKind.ADD
                || !(operation.field()
                        instanceof TemplateValue.Literal(Dynamic.Text(var name), _))) {
            return false;
        }
        boolean whole =
                operation.value() instanceof TemplateValue.Literal(var value, _)
                        && value instanceof Dynamic.Array;
        int type = name.lastIndexOf('/');
        return name.endsWith(EACH)
                || (!whole && type > 0 && fields.isArray(name, name.substring(0, type)));
    }

    /// What is compared of a value: a literal whatever it was computed from.
    private static Object plain(@Nullable TemplateValue value) {
        return value instanceof TemplateValue.Literal(var literal, _)
                ? literal
                : Optional.ofNullable(value);
    }

    /// Those that a definition in force can conflict with.
    public Set<PolicyKey> of(PolicyKey key) {
        return partners.getOrDefault(key, Set.of());
    }

    /// Whether two definitions of [#of] stand in each other's way for a resource: under overrides that depends on where it is.
    public boolean isBetween(PolicyKey one, PolicyKey other, Dynamic resource) {
        var first = contested.get(one);
        var second = contested.get(other);
        return first != null
                && second != null
                && rules.getOrDefault(first.ruleFor(resource), Set.of())
                        .contains(second.ruleFor(resource));
    }

    private boolean isEverywhere(PolicyKey key) {
        var policy = contested.get(key);
        return policy != null && policy.alternatives().isEmpty();
    }

    /// The states with Conflict where two refuse to yield. What is given stays as it is.
    ///
    /// @param resources by ordinal; asked only where overrides tell resources apart
    public Map<PolicyKey, RecordedStates> mark(
            Map<PolicyKey, RecordedStates> states, IntFunction<Optional<Dynamic>> resources) {
        Map<PolicyKey, RoaringBitmap> conflicts = new HashMap<>();
        partners.forEach((key, others) -> {
            var mine = nonCompliant(states, key);
            var all = new RoaringBitmap();
            for (var other : others) {
                var both = RoaringBitmap.and(mine, nonCompliant(states, other));
                if (isEverywhere(key) && isEverywhere(other)) {
                    all.or(both);
                } else {
                    both.andNot(all);
                    both.forEach((int ordinal) -> {
                        if (resources
                                .apply(ordinal)
                                .filter(resource -> isBetween(key, other, resource))
                                .isPresent()) {
                            all.add(ordinal);
                        }
                    });
                }
            }
            if (!all.isEmpty()) {
                conflicts.put(key, all);
            }
        });
        if (conflicts.isEmpty()) {
            return states;
        }
        Map<PolicyKey, RecordedStates> marked = new HashMap<>(states);
        conflicts.forEach((key, found) ->
                marked.put(
                        key,
                        with(
                                states.getOrDefault(key, RecordedStates.NONE),
                                RoaringBitmap.andNot(nonCompliant(states, key), found),
                                found)));
        return marked;
    }

    /// The states as each definition alone has them: Conflict is NonCompliant again.
    public static RecordedStates unmarked(RecordedStates states) {
        if (states.isEmpty(ComplianceState.CONFLICT)) {
            return states;
        }
        return with(
                states,
                RoaringBitmap.or(
                        states.of(ComplianceState.NON_COMPLIANT),
                        states.of(ComplianceState.CONFLICT)),
                new RoaringBitmap());
    }

    private static RoaringBitmap nonCompliant(
            Map<PolicyKey, RecordedStates> states, PolicyKey key) {
        return states.getOrDefault(key, RecordedStates.NONE).of(ComplianceState.NON_COMPLIANT);
    }

    private static RecordedStates with(
            RecordedStates states, RoaringBitmap nonCompliant, RoaringBitmap conflict) {
        var others = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        others.putAll(states.others());
        others.put(ComplianceState.NON_COMPLIANT, nonCompliant);
        others.put(ComplianceState.CONFLICT, conflict);
        return RecordedStates.of(states.records(), others);
    }
}
