package io.muster.policy.compile;

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
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the verdicts of a definition in force depend on besides the evaluated resource.
///
/// @param related the searches of its if-not-exists effects; empty when it looks at no other resource
/// @param group whether it asks for `resourceGroup()`
/// @param subscription whether it asks for `subscription()`
/// @param clock whether it asks for `utcNow()`
public record RuleReads(List<Related> related, boolean group, boolean subscription, boolean clock) {

    /// One search.
    ///
    /// @param type lower case; null when only the evaluated resource tells
    /// @param elsewhere whether it may look outside the evaluated resource's resource group and subscription
    /// @param wholeSubscription whether it may look in the whole subscription
    public record Related(@Nullable String type, boolean elsewhere, boolean wholeSubscription) {
        /// Whether it may look at resources of a type, given in lower case.
        public boolean isOf(String changed) {
            return type == null || type.equals(changed);
        }
    }

    /// Whether nothing besides the evaluated resource counts.
    public boolean isOfResourceOnly() {
        return related.isEmpty() && !group && !subscription && !clock;
    }

    public static RuleReads of(AssignedPolicy policy) {
        var rules = new ArrayList<CompiledRule>();
        rules.add(policy.rule());
        policy.alternatives().forEach(alternative -> rules.add(alternative.rule()));
        var related = new ArrayList<Related>();
        var functions = new HashSet<String>();
        for (var rule : rules) {
            addFunctions(rule.condition(), functions);
            var details =
                    switch (rule.effect()) {
                        case AuditIfNotExists audit -> audit.related();
                        case DeployIfNotExists deploy -> deploy.related();
                        case AddToNetworkGroup _,
                                Append _,
                                Audit _,
                                AuditAction _,
                                Deny _,
                                DenyAction _,
                                Disabled _,
                                Manual _,
                                Modify _,
                                Mutate _ ->
                                null;
                    };
            if (details != null) {
                related.add(search(details));
                addFunctions(details.type(), functions);
                addFunctions(details.existenceScope(), functions);
                if (details.name() != null) {
                    addFunctions(details.name(), functions);
                }
                if (details.resourceGroupName() != null) {
                    addFunctions(details.resourceGroupName(), functions);
                }
                if (details.existenceCondition() != null) {
                    addFunctions(details.existenceCondition(), functions);
                }
            }
        }
        return new RuleReads(
                List.copyOf(related),
                functions.contains("resourcegroup"),
                functions.contains("subscription"),
                functions.contains("utcnow"));
    }

    /// Whether a condition is about tags.
    public static boolean asksTags(Constraint constraint) {
        return constraint.conditions().stream()
                .anyMatch(condition ->
                        asksTags(condition.operand())
                                || switch (condition.left()) {
                                    case Constraint.LeftSide.Field(var name, var fixed) ->
                                            fixed != null ? isTags(fixed.text()) : asksTags(name);
                                    case Constraint.LeftSide.Value(var value) -> asksTags(value);
                                    case Constraint.LeftSide.FieldCount(var name, _, _) ->
                                            asksTags(name);
                                    case Constraint.LeftSide.ValueCount(var array, _, _) ->
                                            asksTags(array);
                                });
    }

    private static boolean asksTags(TemplateValue value) {
        return value.expressions().stream().anyMatch(e -> asksTags(e.expression()));
    }

    /// A text in an expression that begins like a tag's name (`concat('tags[', ...)`) is taken for one: to evaluate more than Azure would is the safe side.
    private static boolean asksTags(Expression expression) {
        return switch (expression) {
            case Expression.Literal(var value) -> isTags(value.textOr(""));
            case Expression.Member(var of, var name) -> isTags(name) || asksTags(of);
            case Expression.Index(var of, var index) -> asksTags(of) || asksTags(index);
            case Expression.Call call -> call.arguments().stream().anyMatch(RuleReads::asksTags);
        };
    }

    private static boolean isTags(String name) {
        return name.regionMatches(true, 0, "tags", 0, 4);
    }

    private static Related search(RelatedDetails details) {
        String type =
                details.type() instanceof TemplateValue.Literal(var value, _)
                        ? value.textOr("").toLowerCase(Locale.ROOT).replaceFirst("/$", "")
                        : null;
        boolean group =
                details.existenceScope() instanceof TemplateValue.Literal(var scope, _)
                        && scope.textOr("").equalsIgnoreCase("ResourceGroup");
        return new Related(type, details.resourceGroupName() != null, !group);
    }

    private static void addFunctions(Constraint constraint, Set<String> functions) {
        for (var condition : constraint.conditions()) {
            addFunctions(condition.operand(), functions);
            switch (condition.left()) {
                case Constraint.LeftSide.Field(var name, _) -> addFunctions(name, functions);
                case Constraint.LeftSide.Value(var value) -> addFunctions(value, functions);
                case Constraint.LeftSide.FieldCount(var name, _, _) ->
                        addFunctions(name, functions);
                case Constraint.LeftSide.ValueCount(var array, _, _) ->
                        addFunctions(array, functions);
            }
        }
    }

    private static void addFunctions(TemplateValue value, Set<String> functions) {
        value.expressions()
                .forEach(computed ->
                        computed.expression().calls().forEach(call -> functions.add(call.key())));
    }
}
