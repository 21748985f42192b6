package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.condition.Constraint;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.PolicyJudge;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/// One segment of a snapshot against definitions in force. Confined to one thread.
public final class SegmentScan {
    private static final String SUBSCRIPTION = "microsoft.resources/subscriptions";

    private final ResourceSegment segment;
    private final PolicyJudge judge;
    private final ManagementHierarchy hierarchy;
    private final ColumnRules rules;
    private final Bits live;
    private final boolean inOrder;
    private final @Nullable Dynamic[] documents;
    private final @Nullable Optional<ResourceId>[] ids;
    private final Map<Scope, Bits> scopes = new HashMap<>();
    private final Map<CandidatesKey, Bits> candidates = new HashMap<>();
    private final Map<Bits, RoaringBitmap> records = new HashMap<>();

    private record CandidatesKey(Scope scope, List<Scope> notScopes, PolicyMode mode) {}

    @SuppressWarnings({
        "unchecked",
        "rawtypes"
    }) // an array of a generic type cannot be made otherwise
    public SegmentScan(ResourceSegment segment, PolicyJudge judge, ManagementHierarchy hierarchy) {
        this.segment = segment;
        this.judge = judge;
        this.hierarchy = hierarchy;
        this.rules = new ColumnRules(segment, judge.fields());
        this.live = segment.rows().live();
        this.inOrder = isInOrder(segment);
        this.documents = new Dynamic[segment.size()];
        this.ids = new Optional[segment.size()];
    }

    /// Adds the states of the segment's resources.
    public void judge(AssignedPolicy policy, StatesBuilder into) {
        if (!policy.assignment().resourceSelectors().isEmpty()
                || !policy.alternatives().isEmpty()
                || policy.rule().mayNameNoField(judge.fields())) {
            covered(policy).forEach(row -> byRow(policy, row, into));
            return;
        }
        var rule = policy.rule();
        if (!rule.isEvaluated()
                || (segment.type().equals(SUBSCRIPTION)
                        && !rule.applicability().atSubscriptions())) {
            return;
        }
        var candidates = candidates(policy);
        if (candidates.isEmpty()) {
            return;
        }
        boolean related = rule.effect().kind().isIfNotExists();
        Bits fails = null;
        if (!related) {
            var applies = decide(policy, rule.applicability().condition(), candidates);
            fails = applies.fails();
            candidates = applies.holds();
        }
        var matched = decide(policy, rule.condition(), candidates);
        fails = Outcome.either(fails, matched.fails());
        if (!related && !candidates.isEmpty()) {
            if (isAnyExempt(policy)) {
                Outcome.without(candidates.andNot(matched.holds()), matched.fails())
                        .forEach(row -> put(policy, ComplianceState.COMPLIANT, row, into));
            } else {
                into.records(records(candidates));
            }
        }
        if (related || rule.effect().kind() == EffectKind.MANUAL) {
            // What else decides is asked row by row, of the few that match.
            matched.holds().forEach(row -> byRow(policy, row, into));
        } else {
            add(
                    policy,
                    rule.effect().kind() == EffectKind.DENY_ACTION
                            ? ComplianceState.PROTECTED
                            : ComplianceState.NON_COMPLIANT,
                    matched.holds(),
                    into);
        }
        if (fails != null) {
            add(policy, ComplianceState.ERROR, fails, into);
        }
    }

    private void add(AssignedPolicy policy, ComplianceState state, Bits rows, StatesBuilder into) {
        if (rows.isEmpty()) {
            return;
        }
        if (isAnyExempt(policy)) {
            rows.forEach(row -> put(policy, state, row, into));
        } else {
            into.add(state, ordinals(rows));
        }
    }

    private boolean isAnyExempt(AssignedPolicy policy) {
        return !judge.exemptions(policy).isEmpty();
    }

    private void put(AssignedPolicy policy, ComplianceState state, int row, StatesBuilder into) {
        into.put(isExempt(policy, row) ? ComplianceState.EXEMPT : state, segment.ordinal(row));
    }

    /// Many definitions are about the same rows: their bitmap is made once.
    private RoaringBitmap records(Bits rows) {
        return records.computeIfAbsent(rows, this::ordinals);
    }

    /// The ordinals of rows. Most segments hold a run of them: then whole words are moved, not single bits.
    private RoaringBitmap ordinals(Bits rows) {
        if (inOrder) {
            return RoaringBitmap.addOffset(BitSetUtil.bitmapOf(rows.toWords()), segment.ordinal(0));
        }
        var bitmap = new RoaringBitmap();
        rows.forEach(row -> bitmap.add(segment.ordinal(row)));
        return bitmap;
    }

    private static boolean isInOrder(ResourceSegment segment) {
        for (int row = 1; row < segment.size(); row++) {
            if (segment.ordinal(row) != segment.ordinal(0) + row) {
                return false;
            }
        }
        return segment.size() > 0;
    }

    private boolean isExempt(AssignedPolicy policy, int row) {
        var id = id(row);
        return id.isPresent() && judge.exemption(policy, id.get(), document(row)) != null;
    }

    private void byRow(AssignedPolicy policy, int row, StatesBuilder into) {
        judge.judge(policy, document(row), false)
                .ifPresent(state -> into.put(state.state(), segment.ordinal(row)));
    }

    private Outcome decide(AssignedPolicy policy, Constraint constraint, Bits active) {
        var outcome =
                Combination.decide(
                        constraint, active, (condition, rows) -> leaf(policy, condition, rows));
        if (outcome == null) {
            throw new IllegalStateException("every condition can be decided row by row");
        }
        return outcome;
    }

    private Outcome leaf(AssignedPolicy policy, Constraint.Condition condition, Bits rows) {
        var shared = rules.decide(condition);
        if (shared != null) {
            return shared.within(rows);
        }
        var out = new OutcomeBuilder(segment.size());
        rows.forEach(row -> out.set(row, outcome(policy, condition, document(row))));
        return out.build();
    }

    private byte outcome(AssignedPolicy policy, Constraint.Condition condition, Dynamic resource) {
        try {
            var view = new ResourceView(resource, judge.fields(), null);
            return RuleEvaluator.of(judge.context(policy, resource), view).test(condition)
                    ? OutcomeBuilder.HOLDS
                    : OutcomeBuilder.NO;
        } catch (EvaluationFailure failure) {
            return OutcomeBuilder.FAILS;
        }
    }

    private Bits candidates(AssignedPolicy policy) {
        var assignment = policy.assignment();
        return candidates.computeIfAbsent(
                new CandidatesKey(
                        assignment.scope(), assignment.notScopes(), policy.definition().mode()),
                _ -> covered(policy).and(mode(policy)));
    }

    private Bits covered(AssignedPolicy policy) {
        var rows = live.and(within(policy.assignment().scope()));
        for (var excluded : policy.assignment().notScopes()) {
            rows = rows.andNot(within(excluded));
        }
        return rows;
    }

    private record ScopeKey(Scope scope, ManagementHierarchy hierarchy) {}

    private record ModeKey(PolicyMode mode) {}

    // Kept with the columns: the next scan of an unchanged segment finds them there.
    private Bits within(Scope scope) {
        return scopes.computeIfAbsent(
                scope,
                _ ->
                        segment.rows()
                                .derived(new ScopeKey(scope, hierarchy), () -> rowsWithin(scope)));
    }

    private Bits rowsWithin(Scope scope) {
        var rows = new OutcomeBuilder(segment.size());
        for (int row = 0; row < segment.size(); row++) {
            var id = id(row);
            boolean inside = id.isPresent() && hierarchy.contains(scope, id.get());
            rows.set(row, inside ? OutcomeBuilder.HOLDS : OutcomeBuilder.NO);
        }
        return rows.build().holds();
    }

    private Bits mode(AssignedPolicy policy) {
        var mode = policy.definition().mode();
        return segment.rows().derived(new ModeKey(mode), () -> rowsIn(mode));
    }

    private Bits rowsIn(PolicyMode mode) {
        var rows = new OutcomeBuilder(segment.size());
        // A top-level resource decides for all of its type, unless it extends another.
        boolean topLevel = segment.type().indexOf('/') == segment.type().lastIndexOf('/');
        boolean ofType =
                PolicyEvaluator.isInMode(mode, Dynamic.bag().put("type", segment.type()).build());
        for (int row = 0; row < segment.size(); row++) {
            boolean plain = topLevel && id(row).map(id -> !id.isExtension()).orElse(false);
            boolean in = (plain && ofType) || PolicyEvaluator.isInMode(mode, document(row));
            rows.set(row, in ? OutcomeBuilder.HOLDS : OutcomeBuilder.NO);
        }
        return rows.build().holds();
    }

    private Dynamic document(int row) {
        var known = documents[row];
        if (known == null) {
            known = segment.resource(row);
            documents[row] = known;
        }
        return known;
    }

    private Optional<ResourceId> id(int row) {
        @SuppressWarnings("OptionalAssignedToNull") // not asked yet
        boolean unknown = ids[row] == null;
        if (unknown) {
            ids[row] = ResourceId.tryParse(segment.resourceId(row));
        }
        return Objects.requireNonNull(ids[row]);
    }
}
