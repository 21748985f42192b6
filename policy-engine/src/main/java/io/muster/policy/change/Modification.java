package io.muster.policy.change;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.Modify;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What modify or append makes of one resource.
///
/// @param after equal to `before` when nothing is to be done
/// @param operations those that apply to the resource, computed, in order
/// @param paths where the document was changed
/// @param conflicts why operations could not be done
/// @param denies whether a conflict refuses a request (the conflict effect is deny)
public record Modification(
        Dynamic before,
        Dynamic after,
        List<PropertyOperation> operations,
        List<String> paths,
        List<String> conflicts,
        boolean denies) {
    public Modification {
        operations = List.copyOf(operations);
        paths = List.copyOf(paths);
        conflicts = List.copyOf(conflicts);
    }

    public boolean changes() {
        return !paths.isEmpty();
    }

    /// Applies the operations of modify to the resource that `evaluator` evaluates.
    public static Modification of(
            Modify effect,
            RuleEvaluator evaluator,
            Dynamic resource,
            FieldResolver fields,
            @Nullable String apiVersion)
            throws EvaluationFailure {
        return apply(
                operations(effect, evaluator),
                resource,
                fields,
                apiVersion,
                denies(effect, evaluator));
    }

    /// The operations of modify whose conditions hold, computed.
    public static List<PropertyOperation> operations(Modify effect, RuleEvaluator evaluator)
            throws EvaluationFailure {
        List<PropertyOperation> operations = new ArrayList<>();
        for (var operation : effect.operations()) {
            var condition = operation.condition();
            if (condition != null && !isTrue(evaluator.value(condition))) {
                continue;
            }
            var value = operation.value();
            operations.add(
                    new PropertyOperation(
                            operation.kind(),
                            evaluator.value(operation.field()).textOr(""),
                            value == null ? Dynamic.NULL : evaluator.value(value)));
        }
        return operations;
    }

    /// Whether a conflict refuses the request; else it skips the operation.
    public static boolean denies(Modify effect, RuleEvaluator evaluator) throws EvaluationFailure {
        return evaluator.value(effect.conflictEffect()).textOr("deny").equalsIgnoreCase("deny");
    }

    /// What operations of modify make of a request: those on objects that it leaves out are skipped (azure-policy.md section 12).
    public static Modification ofRequest(
            List<PropertyOperation> operations,
            Dynamic resource,
            FieldResolver fields,
            @Nullable String apiVersion,
            boolean denies) {
        var applier = new OperationApplier(fields);
        var done = new Steps(applier, resource, apiVersion);
        for (var operation : operations) {
            if (!applier.isOmitted(done.at, operation, apiVersion)) {
                done.apply(operation);
            }
        }
        return done.modification(resource, operations, denies);
    }

    private static boolean isTrue(Dynamic value) throws EvaluationFailure {
        if (value instanceof Dynamic.Bool(var bool)) {
            return bool;
        }
        throw new EvaluationFailure("the condition of an operation yields no boolean");
    }

    /// Applies the fields of append: each is added, and a different value there refuses the request.
    public static Modification of(
            Append effect,
            RuleEvaluator evaluator,
            Dynamic resource,
            FieldResolver fields,
            @Nullable String apiVersion)
            throws EvaluationFailure {
        List<PropertyOperation> operations = new ArrayList<>();
        for (var field : effect.fields()) {
            operations.add(
                    new PropertyOperation(
                            Modify.OperationKind.ADD,
                            evaluator.value(field.field()).textOr(""),
                            evaluator.value(field.value())));
        }
        return apply(operations, resource, fields, apiVersion, true);
    }

    private static Modification apply(
            List<PropertyOperation> operations,
            Dynamic resource,
            FieldResolver fields,
            @Nullable String apiVersion,
            boolean denies) {
        var done = new Steps(new OperationApplier(fields), resource, apiVersion);
        operations.forEach(done::apply);
        return done.modification(resource, operations, denies);
    }

    /// Operations done one after the other.
    private static final class Steps {
        private final OperationApplier applier;
        private final @Nullable String apiVersion;
        private final List<String> paths = new ArrayList<>();
        private final List<String> conflicts = new ArrayList<>();
        private Dynamic at;

        Steps(OperationApplier applier, Dynamic resource, @Nullable String apiVersion) {
            this.applier = applier;
            this.at = resource;
            this.apiVersion = apiVersion;
        }

        void apply(PropertyOperation operation) {
            switch (applier.apply(at, operation, apiVersion)) {
                case AppliedChange.Changed changed -> {
                    at = changed.resource();
                    paths.add(changed.path());
                }
                case AppliedChange.Unchanged _ -> {}
                case AppliedChange.Conflict conflict ->
                        conflicts.add(operation.field() + ": " + conflict.reason());
            }
        }

        Modification modification(
                Dynamic before, List<PropertyOperation> operations, boolean denies) {
            return new Modification(
                    before, at, operations, paths, conflicts, denies && !conflicts.isEmpty());
        }
    }
}
