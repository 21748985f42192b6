package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.condition.Constraint;
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
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.PropertyChange;
import io.muster.policy.evaluate.RelatedResources;
import io.muster.policy.evaluate.Remedy;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.evaluate.Secrets;
import io.muster.policy.expression.EvaluationFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds what to change so that a rule that a resource does not meet is met: the `if` of an audit made false, the existence condition of an if-not-exists effect
/// made true of a related resource, or of one that is to be created. Stateless.
public final class RemedySearch {
    /// Related resources that are tried; a fleet's rule has a handful.
    private static final int MAX_RELATED = 32;

    private RemedySearch() {}

    /// The fewest changes; empty when none were found, or when no property can help (manual, denyAction).
    ///
    /// @param resource one that is non-compliant under the rule
    public static Optional<Remedy> find(
            CompiledRule rule,
            RuleContext context,
            Dynamic resource,
            FieldResolver fields,
            RelatedResources related) {
        return switch (rule.effect()) {
            case Audit _, Deny _, Append _, Modify _ -> ofIf(rule, context, resource, fields);
            case AuditIfNotExists(var which) ->
                    ofRelated(which, context, resource, fields, related);
            case DeployIfNotExists deploy ->
                    ofRelated(deploy.related(), context, resource, fields, related);
            case Disabled _, Manual _, DenyAction _, Mutate _, AddToNetworkGroup _, AuditAction _ ->
                    Optional.empty();
        };
    }

    private static Optional<Remedy> ofIf(
            CompiledRule rule, RuleContext context, Dynamic resource, FieldResolver fields) {
        var goal =
                Goal.of(
                        rule.condition(),
                        false,
                        resource,
                        changed ->
                                RuleEvaluator.of(context, new ResourceView(changed, fields, null)));
        return Optional.ofNullable(new Solver(goal, fields).solve())
                .map(solution ->
                        remedy(resource.getIgnoreCase("id").textOr(""), false, resource, solution));
    }

    private static Optional<Remedy> ofRelated(
            RelatedDetails which,
            RuleContext context,
            Dynamic resource,
            FieldResolver fields,
            RelatedResources related) {
        var view = new ResourceView(resource, fields, null);
        RelatedResources.Search search;
        try {
            search = PolicyEvaluator.search(which, RuleEvaluator.of(context, view), view);
        } catch (EvaluationFailure unknownWhatToLookFor) {
            return Optional.empty();
        }
        Function<Dynamic, RuleEvaluator> evaluators =
                changed -> RuleEvaluator.related(context, view, view.with(changed), null);
        var condition = which.existenceCondition();
        List<Remedy> found = new ArrayList<>();
        related.find(search).stream()
                .limit(MAX_RELATED)
                .forEach(candidate ->
                        solve(condition, candidate, evaluators, fields)
                                .ifPresent(solution ->
                                        found.add(
                                                remedy(
                                                        candidate.getIgnoreCase("id").textOr(""),
                                                        false,
                                                        candidate,
                                                        solution))));
        if (found.isEmpty()) {
            String name = search.name() == null ? "" : search.name().replace("/?", "");
            var blank = Dynamic.bag().put("type", search.type()).put("name", last(name)).build();
            solve(condition, blank, evaluators, fields)
                    .ifPresent(solution -> found.add(remedy(name, true, blank, solution)));
        }
        return found.stream().min(Comparator.comparingInt(remedy -> remedy.changes().size()));
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static Optional<Solver.Solution> solve(
            @Nullable Constraint condition,
            Dynamic document,
            Function<Dynamic, RuleEvaluator> evaluators,
            FieldResolver fields) {
        var asked = condition == null ? new Constraint.AllOf(List.of(), "") : condition;
        return Optional.ofNullable(
                new Solver(Goal.of(asked, true, document, evaluators), fields).solve());
    }

    private static Remedy remedy(
            String id, boolean create, Dynamic before, Solver.Solution solution) {
        List<PropertyChange> changes = new ArrayList<>();
        solution.values()
                .forEach((property, value) ->
                        changes.add(
                                new PropertyChange(
                                        property.path(),
                                        Secrets.masked(
                                                property.path(),
                                                Edits.get(before, property.steps())),
                                        Secrets.masked(property.path(), value))));
        changes.sort(Comparator.comparing(PropertyChange::path));
        return new Remedy(
                id,
                create,
                solution.isSmallest() ? Remedy.Exactness.SMALLEST : Remedy.Exactness.IRREDUCIBLE,
                changes);
    }
}
