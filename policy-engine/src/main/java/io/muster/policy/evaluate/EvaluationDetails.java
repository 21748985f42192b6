package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a resource has its state.
///
/// @param evaluatedExpressions the conditions that were decided, in order
/// @param ifNotExists null for effects that look at no related resources
/// @param reason the failure's message, or one sentence that says what decided; null when the expressions say it all
/// @param remedy what would have to change for the rule to be met, null when not asked for, not needed or not found
public record EvaluationDetails(
        List<EvaluatedExpression> evaluatedExpressions,
        @Nullable IfNotExistsDetails ifNotExists,
        @Nullable String reason,
        @Nullable Remedy remedy) {

    /// Nothing to tell.
    public static final EvaluationDetails NONE = new EvaluationDetails(List.of(), null, null);

    /// The related resources looked at.
    ///
    /// @param resourceId the last one evaluated; null when there was none
    public record IfNotExistsDetails(
            @Nullable String resourceId, int totalResources, List<Candidate> candidates) {
        public IfNotExistsDetails {
            candidates = List.copyOf(candidates);
        }
    }

    /// One related resource and how it came out.
    public record Candidate(
            String resourceId, boolean satisfies, List<EvaluatedExpression> evaluatedExpressions) {
        public Candidate {
            evaluatedExpressions = List.copyOf(evaluatedExpressions);
        }

        Dynamic toJson() {
            return Dynamic.bag()
                    .put("resourceId", resourceId)
                    .put("satisfies", satisfies)
                    .put(
                            "evaluatedExpressions",
                            Dynamic.array(
                                    evaluatedExpressions.stream()
                                            .map(EvaluatedExpression::toJson)
                                            .toList()))
                    .build();
        }
    }

    public EvaluationDetails {
        evaluatedExpressions = List.copyOf(evaluatedExpressions);
    }

    public EvaluationDetails(
            List<EvaluatedExpression> evaluatedExpressions,
            @Nullable IfNotExistsDetails ifNotExists,
            @Nullable String reason) {
        this(evaluatedExpressions, ifNotExists, reason, null);
    }

    /// The same with what would have to change.
    public EvaluationDetails with(Remedy found) {
        return new EvaluationDetails(evaluatedExpressions, ifNotExists, reason, found);
    }

    /// Policy Insights' `policyEvaluationDetails`; beyond it the related resources looked at as `ifNotExistsDetails.candidates`, the reason as `reason`, the changes that
    /// would help as `remedy`.
    public Dynamic toJson() {
        var json =
                Dynamic.bag()
                        .put(
                                "evaluatedExpressions",
                                Dynamic.array(
                                        evaluatedExpressions.stream()
                                                .map(EvaluatedExpression::toJson)
                                                .toList()));
        if (ifNotExists != null) {
            json.put(
                    "ifNotExistsDetails",
                    Dynamic.bag()
                            .put("resourceId", ifNotExists.resourceId())
                            .put("totalResources", ifNotExists.totalResources())
                            .put(
                                    "candidates",
                                    Dynamic.array(
                                            ifNotExists.candidates().stream()
                                                    .map(Candidate::toJson)
                                                    .toList()))
                            .build());
        }
        if (remedy != null) {
            json.put("remedy", remedy.toJson());
        }
        return json.putIfPresent("reason", reason).build();
    }
}
