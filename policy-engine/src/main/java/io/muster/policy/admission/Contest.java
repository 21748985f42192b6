package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.change.OperationApplier;
import io.muster.policy.change.PropertyOperation;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.effect.Modify;
import io.muster.policy.expression.function.Values;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Two modify policies that want different things of one property (azure-policy.md section 12): one that denies has its way over those that audit, two that deny refuse the
/// request, and those that audit skip the operation. Members that each appends to an array stand side by side.
final class Contest {
    private final List<Wish> wishes;
    private final Dynamic resource;
    private final OperationApplier applier;
    private final String apiVersion;

    Contest(List<Wish> wishes, Dynamic resource, FieldResolver fields, String apiVersion) {
        this.wishes = List.copyOf(wishes);
        this.resource = resource;
        this.applier = new OperationApplier(fields);
        this.apiVersion = apiVersion;
    }

    /// The property for which a policy refuses the request; null when there is none.
    @Nullable String refused(Wish wish) {
        if (wish.denies()) {
            for (var operation : wish.operations()) {
                if (isContested(wish, operation, true)) {
                    return operation.field();
                }
            }
        }
        return null;
    }

    /// The operations that a policy may do.
    List<PropertyOperation> granted(Wish wish) {
        return wish.denies()
                ? wish.operations()
                : wish.operations().stream()
                        .filter(operation -> !isContested(wish, operation, false))
                        .toList();
    }

    private boolean isContested(Wish wish, PropertyOperation operation, boolean byDenyingOnly) {
        return wishes.stream()
                .filter(other ->
                        !other.policy().key().equals(wish.policy().key())
                                && (other.denies() || !byDenyingOnly))
                .flatMap(other -> other.operations().stream())
                .anyMatch(other -> contradict(operation, other));
    }

    private boolean contradict(PropertyOperation one, PropertyOperation other) {
        return property(one).equals(property(other))
                && !isSame(one, other)
                && !(applier.appends(resource, one, apiVersion)
                        && applier.appends(resource, other, apiVersion));
    }

    private static String property(PropertyOperation operation) {
        String name = FieldReference.parse(operation.field()).text().toLowerCase(Locale.ROOT);
        return name.endsWith("[*]") ? name.substring(0, name.length() - 3) : name;
    }

    private static boolean isSame(PropertyOperation one, PropertyOperation other) {
        boolean removes = one.kind() == Modify.OperationKind.REMOVE;
        return removes == (other.kind() == Modify.OperationKind.REMOVE)
                && (removes || Values.same(one.value(), other.value()));
    }
}
