package io.muster.policy.conformance;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.Alias;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.alias.AliasImport;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.ParameterValues;
import io.muster.policy.compile.PolicyCompiler;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.evaluate.Decision;
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.RelatedResources;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionSyntaxException;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.expression.function.Values;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One rule against one resource a case.
final class PolicyCases {
    private PolicyCases() {}

    /// What the engine made of a case.
    private sealed interface Outcome {
        record DefinitionError(String detail) implements Outcome {}

        record Unusable(String detail) implements Outcome {}

        record Evaluated(
                CompiledRule rule, RuleContext context, ResourceView resource, Decision decision)
                implements Outcome {}

        record Valid() implements Outcome {}
    }

    static void run(Dynamic test, CaseReport report) {
        String id = test.get("id").textOr("");
        String group =
                !test.get("divergence").isNull()
                        ? "divergent"
                        : test.get("weak").isNull() ? "sound" : "weak";
        var outcome = outcome(test);
        var expected = test.get("expected");
        String fault = mismatch(expected, outcome);
        report.add(
                id,
                group,
                fault == null ? CaseReport.Status.PASS : CaseReport.Status.FAIL,
                fault == null ? describe(outcome) : fault,
                group.equals("divergent"));
    }

    private static Outcome outcome(Dynamic test) {
        var fields = fields(test);
        var given = test.get("assignmentParameters").members();
        var result = read(test, fields, given);
        var definition = result.definition();
        if (definition == null) {
            return new Outcome.DefinitionError(
                    result.diagnostics().stream()
                            .filter(d -> d.severity() == Severity.ERROR)
                            .findFirst()
                            .map(PolicyCases::brief)
                            .orElse(""));
        }
        if (test.get("resource").isNull()) {
            return new Outcome.Valid();
        }
        var faults = Faults.in("assignmentParameters", test.get("assignmentParameters"));
        var values = ParameterValues.bind(definition.parameters(), given, "", faults);
        var rule = new PolicyCompiler(fields).compile(definition, values, faults);
        if (rule == null || faults.hasErrors()) {
            return new Outcome.Unusable(
                    faults.errors().stream().findFirst().map(PolicyCases::brief).orElse(""));
        }
        var context = context(test, values);
        var resource =
                new ResourceView(
                        test.get("resource"), fields, test.get("apiVersion").asText().orElse(null));
        var decision =
                PolicyEvaluator.decideApplicable(rule, context, resource, related(test), true);
        return new Outcome.Evaluated(rule, context, resource, decision);
    }

    private static String brief(Diagnostic diagnostic) {
        return diagnostic.code() + " " + diagnostic.message();
    }

    private static PolicyDefinitionReader.Result read(
            Dynamic test, FieldResolver fields, Map<String, Dynamic> given) {
        var reader = new PolicyDefinitionReader(fields);
        if (test.get("definitionText") instanceof Dynamic.Text(var text)) {
            return reader.read(new SourceText("definition", text));
        }
        var definition = test.get("definition");
        // Some cases give values to parameters that their definition leaves out.
        if (definition.get("parameters").isNull() && !given.isEmpty()) {
            var parameters = Dynamic.bag();
            given.forEach((name, value) ->
                    parameters.put(name, Dynamic.bag().put("type", type(value)).build()));
            definition = definition.with("parameters", parameters.build());
        }
        return reader.read(new SourceText("definition", Json.writePretty(definition)));
    }

    private static String type(Dynamic value) {
        return switch (value) {
            case Dynamic.Bool _ -> "Boolean";
            case Dynamic.Whole _ -> "Integer";
            case Dynamic.Real _, Dynamic.Decimal _ -> "Float";
            case Dynamic.Array _ -> "Array";
            case Dynamic.Bag _ -> "Object";
            case Dynamic.Null _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    "String";
        };
    }

    private static FieldResolver fields(Dynamic test) {
        if (!test.get("fieldMode").textOr("").equals("aliases")) {
            return new RawFieldResolver();
        }
        List<Alias> aliases = new ArrayList<>();
        AliasImport.add(test.get("aliases"), aliases);
        return AliasCatalog.complete(aliases);
    }

    private static RuleContext context(Dynamic test, Map<String, Dynamic> values) {
        var context = test.get("context");
        var group =
                context.get("resourceGroup") instanceof Dynamic.Bag given
                        ? given
                        : Dynamic.bag()
                                .put("name", "myResourceGroup")
                                .put("location", "eastus")
                                .put("type", "Microsoft.Resources/subscriptions/resourceGroups")
                                .put(
                                        "id",
                                        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myResourceGroup")
                                .build();
        var subscription =
                context.get("subscription") instanceof Dynamic.Bag given
                        ? given
                        : Dynamic.bag()
                                .put("subscriptionId", "00000000-0000-0000-0000-000000000000")
                                .put("id", "/subscriptions/00000000-0000-0000-0000-000000000000")
                                .build();
        var request =
                test.get("requestContext") instanceof Dynamic.Bag given
                        ? given
                        : context.get("requestContext") instanceof Dynamic.Bag inner
                                ? inner
                                : Dynamic.bag()
                                        .put("apiVersion", test.get("apiVersion").textOr(""))
                                        .build();
        return new RuleContext(
                values,
                () -> group,
                () -> subscription,
                request,
                () -> context.get("policy").isNull() ? Dynamic.EMPTY_BAG : context.get("policy"),
                now(context.get("utcNow").textOr("2026-01-01T00:00:00Z")));
    }

    private static Instant now(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException unreadable) {
            throw new IllegalArgumentException("context.utcNow is no time: " + text, unreadable);
        }
    }

    private static RelatedResources related(Dynamic test) {
        var all = test.get("related").items();
        return search -> {
            List<Dynamic> found = new ArrayList<>();
            for (var entry : all) {
                var resource = entry.get("resource");
                String type = entry.get("type").textOr("");
                boolean wanted = type.startsWith("[") || type.equalsIgnoreCase(search.type());
                if (wanted && !resource.isNull()) {
                    // The cases leave the type to their lookup.
                    found.add(
                            resource.getIgnoreCase("type").isNull()
                                    ? resource.with("type", Dynamic.of(search.type()))
                                    : resource);
                }
            }
            return found;
        };
    }

    /// What is wrong; null when nothing is.
    private static @Nullable String mismatch(Dynamic expected, Outcome outcome) {
        String wanted = expected.get("outcome").textOr("");
        if (!expected.get("asserted").boolOr(true)) {
            return null;
        }
        return switch (outcome) {
            case Outcome.DefinitionError(var detail) ->
                    wanted.equals("definitionError") ? null : "definition refused: " + detail;
            case Outcome.Unusable(var detail) ->
                    wanted.equals("definitionError") ? null : "assignment refused: " + detail;
            case Outcome.Valid() -> wanted.equals("definitionValid") ? null : "definition accepted";
            case Outcome.Evaluated evaluated ->
                    switch (wanted) {
                        case "definitionError" -> "definition accepted";
                        case "definitionValid" -> null;
                        case "evaluationError" ->
                                evaluated.decision() instanceof Decision.Failed
                                        ? null
                                        : describe(outcome);
                        case "effect" ->
                                isMatch(evaluated.decision())
                                        ? effectMismatch(expected, evaluated)
                                        : describe(outcome);
                        case "noEffect" ->
                                isMatch(evaluated.decision())
                                                || evaluated.decision() instanceof Decision.Failed
                                        ? describe(outcome)
                                        : complianceMismatch(expected, evaluated.decision());
                        default -> "unknown expectation " + wanted;
                    };
        };
    }

    private static boolean isMatch(Decision decision) {
        return decision instanceof Decision.Decided decided && decided.matched();
    }

    private static @Nullable String complianceMismatch(Dynamic expected, Decision decision) {
        return expected.get("compliance").textOr("").equals("Compliant")
                        && decision instanceof Decision.NotApplicable
                ? "not applicable, expected Compliant"
                : null;
    }

    private static @Nullable String effectMismatch(Dynamic expected, Outcome.Evaluated evaluated) {
        String effect = evaluated.rule().effect().kind().wireName();
        if (!effect.equalsIgnoreCase(expected.get("effect").textOr(""))) {
            return "effect " + effect;
        }
        var state = ((Decision.Decided) evaluated.decision()).state().wireName();
        String compliance = expected.get("compliance").textOr("");
        if (!compliance.isEmpty() && !state.equals(compliance)) {
            return "state " + state + ", expected " + compliance;
        }
        return detailsMismatch(expected.get("details"), evaluated);
    }

    private static @Nullable String detailsMismatch(Dynamic wanted, Outcome.Evaluated evaluated) {
        if (wanted.isNull()) {
            return null;
        }
        try {
            var evaluator = RuleEvaluator.of(evaluated.context(), evaluated.resource());
            var found = computed(evaluated.rule().definition().details(), wanted, evaluator);
            return Values.same(found, wanted) ? null : "details " + Kinds.show(found);
        } catch (EvaluationFailure | ExpressionSyntaxException failure) {
            return "details fail: " + failure.getMessage();
        }
    }

    /// The written details, computed where the expected ones are, and only the members that they have.
    private static Dynamic computed(Dynamic written, Dynamic wanted, RuleEvaluator evaluator)
            throws EvaluationFailure, ExpressionSyntaxException {
        if (wanted instanceof Dynamic.Bag(var members) && written instanceof Dynamic.Bag) {
            var found = Dynamic.bag();
            for (var member : members.entrySet()) {
                found.put(
                        member.getKey(),
                        computed(
                                written.getIgnoreCase(member.getKey()),
                                member.getValue(),
                                evaluator));
            }
            return found.build();
        }
        if (wanted instanceof Dynamic.Array(var items)
                && written instanceof Dynamic.Array(var own)
                && items.size() == own.size()) {
            List<Dynamic> found = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                found.add(computed(own.get(i), items.get(i), evaluator));
            }
            return new Dynamic.Array(found);
        }
        return written.equals(wanted) ? written : evaluator.value(TemplateValue.parse(written));
    }

    private static String describe(Outcome outcome) {
        return switch (outcome) {
            case Outcome.DefinitionError(var detail) -> "definition refused: " + detail;
            case Outcome.Unusable(var detail) -> "assignment refused: " + detail;
            case Outcome.Valid() -> "definition accepted";
            case Outcome.Evaluated(_, _, _, var decision) ->
                    switch (decision) {
                        case Decision.NotApplicable(var reason) -> "not applicable: " + reason;
                        case Decision.Failed(var message, _) -> "failed: " + message;
                        case Decision.Decided(var state, var matched, _) ->
                                state.wireName() + (matched ? ", matched" : ", not matched");
                    };
        };
    }
}
