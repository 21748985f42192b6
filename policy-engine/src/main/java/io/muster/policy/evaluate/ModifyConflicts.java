package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.effect.Modify;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Definitions in force that would modify one property and each refuse to yield: a resource that is non-compliant under two of them cannot be brought to comply with both,
/// so its state is Conflict under each (azure-policy.md section 12). Operations that ask the same are none. Immutable, safe for several threads.
public final class ModifyConflicts {
    private static final String EACH = "[*]";

    private final Map<PolicyKey, Set<PolicyKey>> partners;

    private ModifyConflicts(Map<PolicyKey, Set<PolicyKey>> partners) {
        this.partners = partners;
    }

    private record Target(PolicyKey policy, Modify.Operation operation) {}

    /// Of definitions whose effect an override changes for some resources nothing is said here.
    public static ModifyConflicts among(List<AssignedPolicy> policies, FieldResolver fields) {
        Map<String, List<Target>> byField = new HashMap<>();
        for (var policy : policies) {
            if (policy.alternatives().isEmpty()
                    && policy.rule().effect() instanceof Modify modify
                    && modify.conflictEffect() instanceof TemplateValue.Literal(var effect, _)
                    && effect.textOr("").equalsIgnoreCase("deny")) {
                for (var operation : modify.operations()) {
                    if (operation.field()
                                    instanceof TemplateValue.Literal(Dynamic.Text(var name), _)
                            && takesPart(operation.condition(), policy, fields)) {
                        byField.computeIfAbsent(property(name), _ -> new ArrayList<>())
                                .add(new Target(policy.key(), operation));
                    }
                }
            }
        }
        Map<PolicyKey, Set<PolicyKey>> partners = new HashMap<>();
        for (var targets : byField.values()) {
            for (var one : targets) {
                for (var other : targets) {
                    if (!one.policy().equals(other.policy())
                            && !isSame(one.operation(), other.operation())
                            && !(appends(one.operation(), fields)
                                    && appends(other.operation(), fields))) {
                        partners.computeIfAbsent(one.policy(), _ -> new TreeSet<>())
                                .add(other.policy());
                    }
                }
            }
        }
        return new ModifyConflicts(partners);
    }

    /// Whether an operation counts in a scan. Its condition knows parameters and the request only, so that it decides the same for every resource; one that fails, or that asks
    /// for the time, says nothing.
    private static boolean takesPart(
            @Nullable TemplateValue condition, AssignedPolicy policy, FieldResolver fields) {
        if (condition == null) {
            return true;
        }
        if (condition.shown().toLowerCase(Locale.ROOT).contains("utcnow")) {
            return false;
        }
        var context =
                new RuleContext(
                        policy.rule().parameters(),
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

    /// The states with Conflict where two refuse to yield. What is given stays as it is.
    public Map<PolicyKey, RecordedStates> mark(Map<PolicyKey, RecordedStates> states) {
        Map<PolicyKey, RoaringBitmap> conflicts = new HashMap<>();
        partners.forEach((key, others) -> {
            var mine = nonCompliant(states, key);
            var all = new RoaringBitmap();
            for (var other : others) {
                all.or(RoaringBitmap.and(mine, nonCompliant(states, other)));
            }
            if (!all.isEmpty()) {
                conflicts.put(key, all);
            }
        });
        if (conflicts.isEmpty()) {
            return states;
        }
        Map<PolicyKey, RecordedStates> marked = new HashMap<>(states);
        conflicts.forEach((key, resources) ->
                marked.put(
                        key,
                        with(
                                states.getOrDefault(key, RecordedStates.NONE),
                                RoaringBitmap.andNot(nonCompliant(states, key), resources),
                                resources)));
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
