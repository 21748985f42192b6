package io.muster.remediation.ledger;

import io.muster.core.value.Dynamic;
import io.muster.remediation.change.ResourceChange;
import org.jspecify.annotations.Nullable;

/// What the ledger says of one resource of a task, in the order it happened: planned once, then steps
/// (sending, accepted, answered), then closed once.
public sealed interface LedgerEvent {
    /// The resource is the task's to remediate.
    ///
    /// @param location normalised; empty when it has none
    record Planned(String location) implements LedgerEvent {}

    /// Written before a change is sent.
    ///
    /// @param step from 1
    /// @param intent what it is for, in stable words: the same intent is never carried out twice
    /// @param etag sent as `If-Match`; null when the change cannot be conditional
    record Sending(int step, String intent, ResourceChange change, @Nullable String etag)
            implements LedgerEvent {}

    /// ARM took the change of that step.
    ///
    /// @param operation where to ask for its state; empty when it was done at once
    record Accepted(int step, String operation) implements LedgerEvent {}

    /// The step is over.
    ///
    /// @param code Azure's error code; empty when it went well
    record Answered(int step, StepOutcome outcome, String code, String message)
            implements LedgerEvent {}

    /// Nothing more will be done to the resource.
    ///
    /// @param code Azure's error code, or our own; empty when it went well
    record Closed(ItemOutcome outcome, String code, String message) implements LedgerEvent {}

    /// `planned`, `sending`, `accepted`, `answered` or `closed`.
    default String kind() {
        return switch (this) {
            case Planned _ -> "planned";
            case Sending _ -> "sending";
            case Accepted _ -> "accepted";
            case Answered _ -> "answered";
            case Closed _ -> "closed";
        };
    }

    /// The event as JSON, beside its [#kind]: what a store keeps.
    default Dynamic toDynamic() {
        return switch (this) {
            case Planned(var location) -> Dynamic.bag().put("location", location).build();
            case Sending(var step, var intent, var change, var etag) ->
                    Dynamic.bag()
                            .put("step", step)
                            .put("intent", intent)
                            .put("change", change.toDynamic())
                            .putIfPresent("etag", etag)
                            .build();
            case Accepted(var step, var operation) ->
                    Dynamic.bag().put("step", step).put("operation", operation).build();
            case Answered(var step, var outcome, var code, var message) ->
                    Dynamic.bag()
                            .put("step", step)
                            .put("outcome", outcome.name())
                            .put("code", code)
                            .put("message", message)
                            .build();
            case Closed(var outcome, var code, var message) ->
                    Dynamic.bag()
                            .put("outcome", outcome.name())
                            .put("code", code)
                            .put("message", message)
                            .build();
        };
    }

    /// Reads what [#kind] and [#toDynamic] wrote.
    ///
    /// @throws IllegalArgumentException when they did not
    static LedgerEvent fromDynamic(String kind, Dynamic value) {
        int step = (int) value.get("step").longOr(0);
        String code = value.get("code").textOr("");
        String message = value.get("message").textOr("");
        String outcome = value.get("outcome").textOr("");
        return switch (kind) {
            case "planned" -> new Planned(value.get("location").textOr(""));
            case "sending" ->
                    new Sending(
                            step,
                            value.get("intent").textOr(""),
                            ResourceChange.fromDynamic(value.get("change")),
                            value.get("etag").asText().orElse(null));
            case "accepted" -> new Accepted(step, value.get("operation").textOr(""));
            case "answered" -> new Answered(step, StepOutcome.valueOf(outcome), code, message);
            case "closed" -> new Closed(ItemOutcome.valueOf(outcome), code, message);
            default -> throw new IllegalArgumentException("'" + kind + "' is no ledger event");
        };
    }
}
