package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.condition.Constraint;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.AddToNetworkGroup;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.Audit;
import io.muster.policy.effect.AuditAction;
import io.muster.policy.effect.AuditIfNotExists;
import io.muster.policy.effect.Deny;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.effect.Disabled;
import io.muster.policy.effect.Manual;
import io.muster.policy.effect.Modify;
import io.muster.policy.effect.Mutate;
import io.muster.policy.effect.RelatedDetails;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A compiled rule against one resource: applicability, the `if`, what its effect makes of it. Stateless.
public final class PolicyEvaluator {
    private static final String SUBSCRIPTION = "microsoft.resources/subscriptions";
    private static final String GROUP = "microsoft.resources/subscriptions/resourcegroups";

    private PolicyEvaluator() {}

    /// Decides; keeps the evaluated expressions when `explain`.
    public static Decision decide(
            CompiledRule rule,
            RuleContext context,
            ResourceView resource,
            RelatedResources related,
            boolean explain) {
        if (!rule.isEvaluated()) {
            return new Decision.NotApplicable(
                    "the effect '%s' or the mode yields no compliance data"
                            .formatted(rule.effect().kind().wireName()));
        }
        if (!resource.isIn(rule.definition().mode())) {
            return new Decision.NotApplicable("the mode excludes the resource type");
        }
        if (!isInPlace(rule, resource.type())) {
            return new Decision.NotApplicable("the rule asks for a location");
        }
        if (!rule.effect().kind().isIfNotExists() && !rule.applicability().isOfEverything()) {
            var applicable = applies(rule, context, resource);
            if (applicable != null) {
                return applicable;
            }
        }
        return decideApplicable(rule, context, resource, related, explain);
    }

    /// A rule that asks for a location says nothing of a subscription, which has none.
    public static boolean isInPlace(CompiledRule rule, String type) {
        return rule.applicability().atSubscriptions() || !type.equalsIgnoreCase(SUBSCRIPTION);
    }

    private static @Nullable Decision applies(
            CompiledRule rule, RuleContext context, ResourceView resource) {
        try {
            return RuleEvaluator.of(context, resource).test(rule.applicability().condition())
                    ? null
                    : new Decision.NotApplicable("the rule is about other resource types");
        } catch (EvaluationFailure failure) {
            return failed(failure, EvaluationDetails.NONE);
        }
    }

    private static Decision failed(EvaluationFailure failure, EvaluationDetails details) {
        return failure.isInapplicable()
                ? new Decision.NotApplicable(failure.reason())
                : new Decision.Failed(failure.reason(), details);
    }

    /// Decides without asking mode and applicability: the rule is taken to be about the resource.
    public static Decision decideApplicable(
            CompiledRule rule,
            RuleContext context,
            ResourceView resource,
            RelatedResources related,
            boolean explain) {
        List<EvaluatedExpression> trace = new ArrayList<>();
        var evaluator =
                explain
                        ? RuleEvaluator.explaining(context, resource, trace)
                        : RuleEvaluator.of(context, resource);
        try {
            boolean matched = evaluator.test(rule.condition());
            var details = new EvaluationDetails(trace, null, null);
            return switch (rule.effect()) {
                case Disabled _, Mutate _, AddToNetworkGroup _, AuditAction _ ->
                        new Decision.NotApplicable("the effect is not evaluated");
                case Audit _, Deny _, Append _, Modify _ ->
                        decided(
                                matched ? ComplianceState.NON_COMPLIANT : ComplianceState.COMPLIANT,
                                matched,
                                details);
                case DenyAction _ ->
                        decided(
                                matched ? ComplianceState.PROTECTED : ComplianceState.COMPLIANT,
                                matched,
                                details);
                case Manual(var state) ->
                        decided(
                                matched
                                        ? defaultState(evaluator.value(state))
                                        : ComplianceState.COMPLIANT,
                                matched,
                                details);
                case AuditIfNotExists(var which) ->
                        ifNotExists(
                                which, matched, evaluator, context, resource, related, trace,
                                explain);
                case DeployIfNotExists deploy ->
                        ifNotExists(
                                deploy.related(),
                                matched,
                                evaluator,
                                context,
                                resource,
                                related,
                                trace,
                                explain);
            };
        } catch (EvaluationFailure failure) {
            return failed(failure, new EvaluationDetails(trace, null, failure.reason()));
        }
    }

    private static Decision decided(
            ComplianceState state, boolean matched, EvaluationDetails details) {
        return new Decision.Decided(state, matched, details);
    }

    private static ComplianceState defaultState(Dynamic written) throws EvaluationFailure {
        return ComplianceState.parse(written.textOr(""))
                .orElseThrow(() -> new EvaluationFailure("the default state is none"));
    }

    private static Decision ifNotExists(
            RelatedDetails which,
            boolean matched,
            RuleEvaluator evaluator,
            RuleContext context,
            ResourceView resource,
            RelatedResources related,
            List<EvaluatedExpression> trace,
            boolean explain)
            throws EvaluationFailure {
        if (!matched) {
            return new Decision.NotApplicable("the 'if' does not hold");
        }
        var found = related.find(search(which, evaluator, resource));
        List<EvaluationDetails.Candidate> candidates = new ArrayList<>();
        String last = null;
        boolean satisfied = false;
        for (var candidate : found) {
            List<EvaluatedExpression> why = new ArrayList<>();
            boolean satisfies =
                    satisfies(
                            which.existenceCondition(),
                            context,
                            resource,
                            resource.with(candidate),
                            explain ? why : null);
            last = candidate.getIgnoreCase("id").textOr(candidate.getIgnoreCase("name").textOr(""));
            if (explain) {
                candidates.add(new EvaluationDetails.Candidate(last, satisfies, why));
            }
            satisfied |= satisfies;
            if (satisfies) {
                break;
            }
        }
        var details =
                new EvaluationDetails(
                        trace,
                        new EvaluationDetails.IfNotExistsDetails(last, found.size(), candidates),
                        satisfied ? null : "No related resources match the effect details");
        return decided(
                satisfied ? ComplianceState.COMPLIANT : ComplianceState.NON_COMPLIANT,
                !satisfied,
                details);
    }

    private static boolean satisfies(
            @Nullable Constraint condition,
            RuleContext context,
            ResourceView resource,
            ResourceView candidate,
            @Nullable List<EvaluatedExpression> trace)
            throws EvaluationFailure {
        return condition == null
                || RuleEvaluator.related(context, resource, candidate, trace).test(condition);
    }

    /// What an effect looks for around a resource.
    public static RelatedResources.Search search(
            RelatedDetails which, RuleEvaluator evaluator, ResourceView resource)
            throws EvaluationFailure {
        return new RelatedResources.Search(
                resource.document(),
                evaluator.value(which.type()).textOr(""),
                text(which.name(), evaluator),
                text(which.resourceGroupName(), evaluator),
                evaluator
                        .value(which.existenceScope())
                        .textOr("")
                        .equalsIgnoreCase("Subscription"));
    }

    private static @Nullable String text(@Nullable TemplateValue value, RuleEvaluator evaluator)
            throws EvaluationFailure {
        return value == null ? null : evaluator.value(value).textOr("");
    }

    /// Whether a mode lets a resource be evaluated. Indexed wants types with tags and location: told from the document, since no list of types is complete.
    public static boolean isInMode(PolicyMode mode, Dynamic resource) {
        String type = resource.getIgnoreCase("type").textOr("").toLowerCase(Locale.ROOT);
        boolean container = type.equals(SUBSCRIPTION) || type.equals(GROUP);
        if (type.startsWith("microsoft.resources/") && !container) {
            return false;
        }
        return switch (mode) {
            case PolicyMode.All() -> true;
            case PolicyMode.Indexed() -> !container && isIndexed(type, resource);
            case PolicyMode.ResourceProvider _ -> false;
        };
    }

    private static boolean isIndexed(String type, Dynamic resource) {
        boolean placed = !resource.getIgnoreCase("location").textOr("").isEmpty();
        boolean tagged = resource.getIgnoreCase("tags") instanceof Dynamic.Bag;
        if (placed || tagged) {
            return true;
        }
        boolean child = type.indexOf('/') != type.lastIndexOf('/');
        String id = resource.getIgnoreCase("id").textOr("").toLowerCase(Locale.ROOT);
        int provider = id.indexOf("/providers/");
        boolean extension = provider >= 0 && id.indexOf("/providers/", provider + 1) >= 0;
        return !child && !extension && !type.startsWith("microsoft.authorization/");
    }
}
