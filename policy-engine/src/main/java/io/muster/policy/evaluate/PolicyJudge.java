package io.muster.policy.evaluate;

import static java.util.stream.Collectors.groupingBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.definition.Attestation;
import io.muster.policy.definition.Exemption;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.ResourceSelector;
import io.muster.policy.effect.EffectKind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides states: scope, selectors, the rule, then exemptions and attestations. The row-wise meaning of a scan. Immutable; safe for several threads.
public final class PolicyJudge {
    /// What `requestContext()` gives in a scan.
    static final Dynamic LATEST_REQUEST =
            Dynamic.bag()
                    .put("apiVersion", "9999-12-31")
                    .put("identity", Dynamic.EMPTY_BAG)
                    .build();

    private final PolicyCatalog catalog;
    private final FieldResolver fields;
    private final Surroundings surroundings;
    private final Instant now;

    /// Those in force, by assignment in lower case: most assignments have none.
    private final Map<String, List<Exemption>> exemptions;

    private final Map<String, List<Attestation>> attestations;

    public PolicyJudge(
            PolicyCatalog catalog, FieldResolver fields, Surroundings surroundings, Instant now) {
        this.catalog = catalog;
        this.fields = fields;
        this.surroundings = surroundings;
        this.now = now;
        this.exemptions =
                catalog.exemptions().stream()
                        .filter(e -> e.isInForce(now))
                        .collect(groupingBy(e -> lower(e.policyAssignmentId())));
        this.attestations =
                catalog.attestations().stream()
                        .filter(a -> a.isInForce(now))
                        .collect(groupingBy(a -> lower(a.policyAssignmentId())));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    public FieldResolver fields() {
        return fields;
    }

    public Instant now() {
        return now;
    }

    /// A resource to be judged under many policies: what they ask of it is looked up once. Confined to one thread.
    public record Subject(ResourceId id, ResourceView view) {}

    /// Empty for what has no ARM id: it has no state under any policy.
    public Optional<Subject> subject(Dynamic resource) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""))
                .map(id -> new Subject(id, ResourceView.ofMany(resource, fields)));
    }

    /// The state of a resource; empty when the policy is not about it.
    public Optional<PolicyState> judge(AssignedPolicy policy, Dynamic resource, boolean explain) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""))
                .map(id -> new Subject(id, new ResourceView(resource, fields, null)))
                .flatMap(subject -> judge(policy, subject, explain));
    }

    /// The same without reasons.
    public Optional<ComplianceState> state(AssignedPolicy policy, Subject subject) {
        return judge(policy, subject, false).map(PolicyState::state);
    }

    private Optional<PolicyState> judge(AssignedPolicy policy, Subject subject, boolean explain) {
        return policy.covers(subject.id(), subject.view().document(), catalog.hierarchy())
                ? judgeCovered(policy, subject, explain)
                : Optional.empty();
    }

    /// The same for a resource that is known to lie in the scope and to pass the selectors.
    public Optional<PolicyState> judgeCovered(
            AssignedPolicy policy, ResourceId id, Dynamic resource, boolean explain) {
        return judgeCovered(
                policy, new Subject(id, new ResourceView(resource, fields, null)), explain);
    }

    private Optional<PolicyState> judgeCovered(
            AssignedPolicy policy, Subject subject, boolean explain) {
        var id = subject.id();
        var resource = subject.view().document();
        var rule = policy.ruleFor(resource);
        var decision =
                PolicyEvaluator.decide(
                        rule, context(policy, resource), subject.view(), surroundings, explain);
        return switch (decision) {
            case Decision.NotApplicable _ -> Optional.empty();
            case Decision.Failed(var message, var details) ->
                    Optional.of(
                            new PolicyState(
                                    id.text(),
                                    policy,
                                    rule,
                                    exempted(policy, id, resource, ComplianceState.ERROR),
                                    new EvaluationDetails(
                                            details.evaluatedExpressions(),
                                            details.ifNotExists(),
                                            message)));
            case Decision.Decided(var state, var matched, var details) -> {
                var attested =
                        rule.effect().kind() == EffectKind.MANUAL && matched
                                ? attested(policy, id, state)
                                : state;
                yield Optional.of(
                        new PolicyState(
                                id.text(),
                                policy,
                                rule,
                                exempted(policy, id, resource, attested),
                                details));
            }
        };
    }

    /// What the functions of a rule see around a resource in a scan.
    public RuleContext context(AssignedPolicy policy, Dynamic resource) {
        return new RuleContext(
                policy.ruleFor(resource).parameters(),
                () -> surroundings.resourceGroup(resource),
                () -> surroundings.subscription(resource),
                LATEST_REQUEST,
                policy::policyFunction,
                now);
    }

    private ComplianceState exempted(
            AssignedPolicy policy, ResourceId id, Dynamic resource, ComplianceState state) {
        return exemption(policy, id, resource) == null ? state : ComplianceState.EXEMPT;
    }

    /// The exemption in force for a resource, null when there is none.
    public @Nullable Exemption exemption(AssignedPolicy policy, ResourceId id, Dynamic resource) {
        for (var exemption : exemptions(policy)) {
            if (catalog.hierarchy().contains(exemption.scope(), id)
                    && ResourceSelector.select(
                            exemption.resourceSelectors(), resource, policy.referenceId())) {
                return exemption;
            }
        }
        return null;
    }

    /// The exemptions in force for a policy, wherever their resources are.
    public List<Exemption> exemptions(AssignedPolicy policy) {
        var all = exemptions.getOrDefault(policy.key().assignmentLower(), List.of());
        return all.isEmpty()
                ? all
                : all.stream()
                        .filter(e ->
                                e.concerns(policy.assignment().id(), policy.referenceId(), now))
                        .toList();
    }

    private ComplianceState attested(
            AssignedPolicy policy, ResourceId id, ComplianceState otherwise) {
        return attestations.getOrDefault(policy.key().assignmentLower(), List.of()).stream()
                .filter(a -> a.concerns(policy.assignment().id(), policy.referenceId(), now))
                .filter(a -> isAbout(a, id))
                .findFirst()
                .flatMap(a -> ComplianceState.parse(a.complianceState()))
                .orElse(otherwise);
    }

    /// An attestation is about the resource it hangs on.
    private static boolean isAbout(Attestation attestation, ResourceId id) {
        return attestation.scope().equals(Scope.of(id))
                || attestation.scope().id().equalsIgnoreCase(id.text());
    }
}
