package io.muster.policy;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.admission.Admission;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.admission.Restrictions;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.change.Modification;
import io.muster.policy.change.PolicyDeployment;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.AssignmentCompiler;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.compile.RuleReads;
import io.muster.policy.condition.ConditionSlots;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.effect.Modify;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.ModifyConflicts;
import io.muster.policy.evaluate.PolicyJudge;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.RecordedStates;
import io.muster.policy.evaluate.Remedy;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.evaluate.Surroundings;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.evaluate.columnar.SegmentScan;
import io.muster.policy.evaluate.columnar.StatesBuilder;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.fault.Faults;
import io.muster.policy.remedy.RemedySearch;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The facade: a catalogue of policy objects compiled, snapshots judged, verdicts explained. Immutable; safe for several threads.
public final class PolicyEngine {
    private final PolicyCatalog catalog;
    private final FieldResolver fields;
    private final InstantSource clock;
    private final List<AssignedPolicy> policies;
    private final Map<PolicyKey, AssignedPolicy> byKey;

    /// Of each of the policies.
    private final List<RuleReads> reads;

    private final ModifyConflicts conflicts;
    private final List<Diagnostic> diagnostics;

    private PolicyEngine(
            PolicyCatalog catalog,
            FieldResolver fields,
            InstantSource clock,
            List<AssignedPolicy> policies,
            List<Diagnostic> diagnostics) {
        this.catalog = catalog;
        this.fields = fields;
        this.clock = clock;
        this.policies = List.copyOf(policies);
        this.diagnostics = List.copyOf(diagnostics);
        this.conflicts = ModifyConflicts.among(this.policies, fields);
        this.byKey = new HashMap<>();
        this.reads = this.policies.stream().map(RuleReads::of).toList();
        for (var policy : policies) {
            byKey.put(policy.key(), policy);
        }
    }

    /// Compiles every assignment of a catalogue. A faulty assignment puts nothing in force and says why in [#diagnostics].
    public static PolicyEngine of(
            PolicyCatalog catalog, FieldResolver fields, InstantSource clock) {
        var compiler = new AssignmentCompiler(catalog, fields);
        List<AssignedPolicy> policies = new ArrayList<>();
        List<Diagnostic> diagnostics = new ArrayList<>();
        for (var assignment : catalog.assignments()) {
            var faults = Faults.in(assignment.name(), assignment.json());
            var compiled = compiler.compile(assignment, faults);
            diagnostics.addAll(faults.all());
            policies.addAll(compiled);
        }
        var slots = new ConditionSlots();
        policies.replaceAll(policy -> policy.numbered(slots));
        return new PolicyEngine(catalog, fields, clock, policies, diagnostics);
    }

    public PolicyCatalog catalog() {
        return catalog;
    }

    /// The same policies in force under another tree of management groups; nothing is compiled again.
    public PolicyEngine with(ManagementHierarchy hierarchy) {
        return new PolicyEngine(catalog.with(hierarchy), fields, clock, policies, diagnostics);
    }

    /// The time by which expiry dates and `utcNow()` are decided.
    public Instant now() {
        return clock.instant();
    }

    public FieldResolver fields() {
        return fields;
    }

    /// The definitions in force, by assignment and member.
    public List<AssignedPolicy> policies() {
        return policies;
    }

    /// What was found wrong with assignments.
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    public Optional<AssignedPolicy> policy(PolicyKey key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /// What the verdicts of each of the [#policies] depend on besides the evaluated resource, in their order.
    public List<RuleReads> reads() {
        return reads;
    }

    /// Whether both have the very same policies in force, compiled once: false says nothing.
    @SuppressWarnings("ReferenceEquality") // to compare what was compiled twice is the caller's
    public boolean hasSamePolicies(PolicyEngine other) {
        return policies == other.policies;
    }

    /// Decides states within some surroundings, at this time.
    public PolicyJudge judge(Surroundings surroundings) {
        return judge(surroundings, clock.instant());
    }

    /// Decides states within some surroundings, at a given time.
    public PolicyJudge judge(Surroundings surroundings, Instant at) {
        return new PolicyJudge(catalog, fields, surroundings, at);
    }

    /// Judges every resource of a snapshot, over its columns.
    public Verdicts scan(Snapshot snapshot) {
        return scan(snapshot, clock.instant());
    }

    /// The same at a given time: an earlier one for a snapshot of then.
    public Verdicts scan(Snapshot snapshot, Instant at) {
        return Verdicts.of(
                snapshot.version(),
                conflicts.mark(scan(snapshot, policies, at), snapshot::resource));
    }

    /// Which definitions in force can stand in each other's way.
    public ModifyConflicts conflicts() {
        return conflicts;
    }

    /// The states under some of the definitions in force, each taken alone, at a given time.
    public Map<PolicyKey, RecordedStates> scan(
            Snapshot snapshot, List<AssignedPolicy> some, Instant at) {
        var judge = judge(new SnapshotSurroundings(snapshot), at);
        var builders = builders(some);
        for (var segment : snapshot.segments()) {
            var scan = new SegmentScan(segment, judge, catalog.hierarchy());
            builders.forEach(scan::judge);
        }
        return built(builders);
    }

    /// Judges row by row: the meaning that [#scan] must agree with, for samples and tests.
    public Verdicts scanRowByRow(Snapshot snapshot) {
        var judge = judge(new SnapshotSurroundings(snapshot));
        var builders = builders(policies);
        for (var segment : snapshot.segments()) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var subject = judge.subject(segment.resource(row));
                        if (subject.isPresent()) {
                            builders.forEach((policy, builder) ->
                                    judge.state(policy, subject.get())
                                            .ifPresent(state ->
                                                    builder.put(state, segment.ordinal(row))));
                        }
                    });
        }
        return Verdicts.of(snapshot.version(), conflicts.mark(built(builders), snapshot::resource));
    }

    private static IdentityHashMap<AssignedPolicy, StatesBuilder> builders(
            List<AssignedPolicy> some) {
        var shared = new StatesBuilder.Shared();
        var builders = new IdentityHashMap<AssignedPolicy, StatesBuilder>();
        some.forEach(policy -> builders.put(policy, new StatesBuilder(shared)));
        return builders;
    }

    private static Map<PolicyKey, RecordedStates> built(
            IdentityHashMap<AssignedPolicy, StatesBuilder> builders) {
        Map<PolicyKey, RecordedStates> states = HashMap.newHashMap(builders.size());
        builders.forEach((policy, builder) -> states.put(policy.key(), builder.build()));
        return states;
    }

    /// Why a resource has its state under one definition in force; empty when it has none or is not there.
    public Optional<PolicyState> explain(PolicyKey key, String resourceId, Snapshot snapshot) {
        return explain(key, resourceId, snapshot, clock.instant());
    }

    /// The same at a given time, which decides what has expired and what `utcNow()` gives: an earlier one for a snapshot of then.
    public Optional<PolicyState> explain(
            PolicyKey key, String resourceId, Snapshot snapshot, Instant at) {
        var policy = policy(key);
        var resource = snapshot.resource(resourceId);
        if (policy.isEmpty() || resource.isEmpty()) {
            return Optional.empty();
        }
        var judge = judge(new SnapshotSurroundings(snapshot), at);
        return judge.judge(policy.get(), resource.get(), true)
                .map(state -> marked(state, resource.get(), judge));
    }

    /// Conflict instead of NonCompliant where another definition in force stands in the way.
    private PolicyState marked(PolicyState state, Dynamic resource, PolicyJudge judge) {
        if (state.state() != ComplianceState.NON_COMPLIANT) {
            return state;
        }
        for (var other : conflicts.of(state.policy().key())) {
            var against = policy(other).flatMap(policy -> judge.judge(policy, resource, false));
            if (against.isPresent()
                    && against.get().state() == ComplianceState.NON_COMPLIANT
                    && conflicts.isBetween(state.policy().key(), other, resource)) {
                return state.conflicting(against.get().policy());
            }
        }
        return state;
    }

    /// The same with what would have to change for a rule that is not met to be met.
    public Optional<PolicyState> explainWithRemedy(
            PolicyKey key, String resourceId, Snapshot snapshot) {
        return explainWithRemedy(key, resourceId, snapshot, clock.instant());
    }

    /// The same at a given time.
    public Optional<PolicyState> explainWithRemedy(
            PolicyKey key, String resourceId, Snapshot snapshot, Instant at) {
        return explain(key, resourceId, snapshot, at)
                .map(state ->
                        snapshot.resource(resourceId)
                                .flatMap(resource ->
                                        remedy(
                                                state,
                                                resource,
                                                new SnapshotSurroundings(snapshot),
                                                at))
                                .map(remedy -> state.with(state.details().with(remedy)))
                                .orElse(state));
    }

    /// What would have to change for the rule of a non-compliant state to be met; empty for other states and when nothing was found.
    public Optional<Remedy> remedy(PolicyState state, Dynamic resource, Surroundings surroundings) {
        return remedy(state, resource, surroundings, clock.instant());
    }

    private Optional<Remedy> remedy(
            PolicyState state, Dynamic resource, Surroundings surroundings, Instant at) {
        return state.state() == ComplianceState.NON_COMPLIANT
                ? RemedySearch.find(
                        state.rule(),
                        judge(surroundings, at).context(state.policy(), resource),
                        resource,
                        fields,
                        surroundings)
                : Optional.empty();
    }

    /// Every state of a resource, with reasons.
    public List<PolicyState> states(String resourceId, Snapshot snapshot) {
        return snapshot.resource(resourceId)
                .map(resource -> states(resource, new SnapshotSurroundings(snapshot)))
                .orElse(List.of());
    }

    /// Every state of a resource document, which need not be in any snapshot.
    public List<PolicyState> states(Dynamic resource, Surroundings surroundings) {
        var judge = judge(surroundings);
        List<PolicyState> states = new ArrayList<>();
        for (var policy : policies) {
            judge.judge(policy, resource, true)
                    .map(state -> marked(state, resource, judge))
                    .ifPresent(states::add);
        }
        return states;
    }

    /// What the modify or append of a definition in force makes of a resource; empty for other effects.
    ///
    /// @throws EvaluationFailure when an operation's value or condition cannot be computed
    public Optional<Modification> modification(
            AssignedPolicy policy, Dynamic resource, Surroundings surroundings)
            throws EvaluationFailure {
        var rule = policy.ruleFor(resource);
        var evaluator = evaluator(policy, resource, surroundings);
        if (rule.effect() instanceof Modify modify) {
            return Optional.of(Modification.of(modify, evaluator, resource, fields, null));
        }
        if (rule.effect() instanceof Append append) {
            return Optional.of(Modification.of(append, evaluator, resource, fields, null));
        }
        return Optional.empty();
    }

    /// The deployment that deployIfNotExists would start for a resource; empty for other effects.
    ///
    /// @throws EvaluationFailure when a parameter's value cannot be computed
    public Optional<PolicyDeployment> deployment(
            AssignedPolicy policy, Dynamic resource, Surroundings surroundings)
            throws EvaluationFailure {
        return policy.ruleFor(resource).effect() instanceof DeployIfNotExists deploy
                ? Optional.of(
                        PolicyDeployment.of(
                                deploy, evaluator(policy, resource, surroundings), resource))
                : Optional.empty();
    }

    /// What the definitions in force make of a request.
    public AdmissionResult admit(AdmissionRequest request, Surroundings surroundings) {
        return new Admission(policies, judge(surroundings), catalog.hierarchy()).admit(request);
    }

    /// What the definitions in force would say of a resource that is not sent yet, and of values for its open fields: `CheckRestrictionsResult`.
    public Dynamic restrictions(
            AdmissionRequest request,
            List<Restrictions.PendingField> pending,
            boolean includeAudit,
            Surroundings surroundings) {
        var admission = new Admission(policies, judge(surroundings), catalog.hierarchy());
        return new Restrictions(admission, fields).check(request, pending, includeAudit);
    }

    private RuleEvaluator evaluator(
            AssignedPolicy policy, Dynamic resource, Surroundings surroundings) {
        return RuleEvaluator.of(
                judge(surroundings).context(policy, resource),
                new ResourceView(resource, fields, null));
    }
}
