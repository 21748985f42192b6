package io.muster.policy.change;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.Alias;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.effect.Modify;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.function.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Applies `add`, `addOrReplace` and `remove` to a resource document. Documents are immutable: a changed copy comes back. Stateless.
///
/// | field | add | addOrReplace |
/// |---|---|---|
/// | scalar, object | set when absent; another value there is a conflict | set |
/// | array `x` | the whole array when absent; an object is appended as one member | replace the array |
/// | array `x[*]` | append one member, making the array | remove all members, then add the one |
/// | `x[*].p` | per member, as for scalars | per member |
///
/// Missing parents are made: a machine without a profile gets one.
public final class OperationApplier {
    private final FieldResolver fields;

    public OperationApplier(FieldResolver fields) {
        this.fields = fields;
    }

    /// Applies one operation to a document of that API version (null: the latest).
    public AppliedChange apply(
            Dynamic resource, PropertyOperation operation, @Nullable String apiVersion) {
        return switch (FieldReference.parse(operation.field())) {
            case FieldReference.Tag(var name) -> tag(resource, name, operation);
            case FieldReference.Known known -> known(resource, known.field(), operation);
            case FieldReference.Alias(var name, _) -> alias(resource, name, operation, apiVersion);
        };
    }

    /// Whether an operation appends one member: several such never contradict each other.
    public boolean appends(
            Dynamic resource, PropertyOperation operation, @Nullable String apiVersion) {
        String type = resource.getIgnoreCase("type").textOr("");
        return operation.kind() == Modify.OperationKind.ADD
                && (operation.field().endsWith("[*]")
                        || (!(operation.value() instanceof Dynamic.Array)
                                && (fields.isArray(operation.field(), type)
                                        || value(resource, operation.field(), apiVersion)
                                                instanceof Dynamic.Array)));
    }

    /// Whether a request left out the object that the property belongs to: what somebody omitted on purpose is not made for the sake of one of its properties. The envelope
    /// (`properties`, `identity`, `tags`) is always there to be written, and Microsoft's own policy shows that the profile of VM Applications is.
    public boolean isOmitted(
            Dynamic resource, PropertyOperation operation, @Nullable String apiVersion) {
        String type = resource.getIgnoreCase("type").textOr("");
        if (!(FieldReference.parse(operation.field()) instanceof FieldReference.Alias(var name, _))
                || !(fields.resolve(name, type, apiVersion)
                        instanceof FieldResolver.Resolution.Found(var path))) {
            return false;
        }
        var steps = new ArrayList<>(path.steps());
        while (!steps.isEmpty() && steps.getLast() instanceof FieldPath.Step.Each) {
            steps.removeLast();
        }
        var at = resource;
        for (int i = 0; i < steps.size() - 1; i++) {
            if (!(steps.get(i) instanceof FieldPath.Step.Member(var member))) {
                return false;
            }
            at = at.getIgnoreCase(member);
            if (i > 0 && at.isNull()) {
                return !member.equalsIgnoreCase("applicationProfile");
            }
        }
        return false;
    }

    private Dynamic value(Dynamic resource, String field, @Nullable String apiVersion) {
        String type = resource.getIgnoreCase("type").textOr("");
        var at = resource;
        if (fields.resolve(field, type, apiVersion)
                instanceof FieldResolver.Resolution.Found(var path)) {
            for (var step : path.steps()) {
                at =
                        step instanceof FieldPath.Step.Member(var member)
                                ? at.getIgnoreCase(member)
                                : Dynamic.NULL;
            }
            return at;
        }
        return Dynamic.NULL;
    }

    private static AppliedChange known(
            Dynamic resource, FieldReference.BuiltIn field, PropertyOperation operation) {
        return switch (field) {
            case TAGS, IDENTITY_TYPE, LOCATION, KIND ->
                    change(resource, FieldPath.parse(field.wireName()), operation);
            case NAME, FULL_NAME, TYPE, ID, IDENTITY_USER_ASSIGNED, API_VERSION ->
                    new AppliedChange.Conflict(
                            resource, "the field '" + field.wireName() + "' cannot be written");
        };
    }

    private AppliedChange alias(
            Dynamic resource,
            String name,
            PropertyOperation operation,
            @Nullable String apiVersion) {
        String type = resource.getIgnoreCase("type").textOr("");
        if (fields.modifiable(name, type, apiVersion) == Alias.Modifiable.NO) {
            return new AppliedChange.Conflict(
                    resource, "the alias '" + name + "' is not modifiable");
        }
        return switch (fields.resolve(name, type, apiVersion)) {
            case FieldResolver.Resolution.Found(var path) -> {
                // Adding one member to an array by its plain name appends it.
                boolean member =
                        operation.kind() == Modify.OperationKind.ADD
                                && !(operation.value() instanceof Dynamic.Array)
                                && fields.isArray(name, type);
                if (!member
                        && operation.kind() != Modify.OperationKind.REMOVE
                        && !fields.takes(name, type, apiVersion, operation.value())) {
                    yield new AppliedChange.Conflict(
                            resource, "the alias '" + name + "' takes values of another type");
                }
                yield change(resource, member ? path.each() : path, operation);
            }
            case FieldResolver.Resolution.Elsewhere() ->
                    new AppliedChange.Conflict(
                            resource, "'" + name + "' is a field of another resource type");
            case FieldResolver.Resolution.Unknown() ->
                    new AppliedChange.Conflict(resource, "there is no alias '" + name + "'");
        };
    }

    private static AppliedChange tag(Dynamic resource, String name, PropertyOperation operation) {
        String member = Members.spelling(resource, "tags");
        var tags = resource.getIgnoreCase("tags");
        String spelled = Members.spelling(tags, name);
        String path = "tags['" + spelled + "']";
        boolean there = Members.has(tags, name);
        var had = tags.getIgnoreCase(name);
        return switch (operation.kind()) {
            case REMOVE ->
                    there
                            ? new AppliedChange.Changed(
                                    resource.with(member, tags.without(spelled)), path)
                            : new AppliedChange.Unchanged(resource);
            case ADD -> {
                if (!there || had.isNull()) {
                    yield new AppliedChange.Changed(
                            resource.with(member, tags.with(spelled, operation.value())), path);
                }
                yield Values.same(had, operation.value())
                        ? new AppliedChange.Unchanged(resource)
                        : new AppliedChange.Conflict(
                                resource, "the tag '" + name + "' has another value");
            }
            case ADD_OR_REPLACE ->
                    there && Values.same(had, operation.value())
                            ? new AppliedChange.Unchanged(resource)
                            : new AppliedChange.Changed(
                                    resource.with(member, tags.with(spelled, operation.value())),
                                    path);
        };
    }

    private static AppliedChange change(
            Dynamic resource, FieldPath path, PropertyOperation operation) {
        if (operation.kind() == Modify.OperationKind.REMOVE) {
            return new AppliedChange.Conflict(resource, "'remove' is for tags only");
        }
        var writer = new Writer(operation);
        var result = writer.write(resource, path.steps(), 0);
        if (writer.conflict != null) {
            return new AppliedChange.Conflict(resource, writer.conflict);
        }
        return writer.changed
                ? new AppliedChange.Changed(result, path.text())
                : new AppliedChange.Unchanged(resource);
    }

    /// Walks to the place of one operation and rebuilds the document on the way back.
    private static final class Writer {
        private final PropertyOperation operation;
        private boolean changed;
        private @Nullable String conflict;

        Writer(PropertyOperation operation) {
            this.operation = operation;
        }

        private Dynamic write(Dynamic at, List<FieldPath.Step> steps, int from) {
            if (from == steps.size()) {
                return put(at);
            }
            return switch (steps.get(from)) {
                case FieldPath.Step.Member(var name) -> {
                    if (!at.isNull() && !(at instanceof Dynamic.Bag)) {
                        conflict = "'" + name + "' cannot be set on what is no object";
                        yield at;
                    }
                    var had = at.getIgnoreCase(name);
                    var has = write(had, steps, from + 1);
                    yield has.equals(had) && Members.has(at, name)
                            ? at
                            : changed || conflict != null
                                    ? at.with(Members.spelling(at, name), has)
                                    : at;
                }
                case FieldPath.Step.At(var index) -> {
                    conflict = "index " + index + " cannot be written through";
                    yield at;
                }
                case FieldPath.Step.Each() -> {
                    if (!at.isNull() && !(at instanceof Dynamic.Array)) {
                        conflict = "what is no array has no members to write";
                        yield at;
                    }
                    yield from == steps.size() - 1 ? members(at.items()) : each(at, steps, from);
                }
            };
        }

        /// `x[*]`: append one, or replace all by the one.
        private Dynamic members(List<Dynamic> items) {
            if (operation.kind() == Modify.OperationKind.ADD_OR_REPLACE) {
                changed |= items.size() != 1 || !Values.same(items.getFirst(), operation.value());
                return Dynamic.array(operation.value());
            }
            return append(items);
        }

        private Dynamic append(List<Dynamic> items) {
            if (Values.index(items, operation.value()) >= 0) {
                return new Dynamic.Array(items);
            }
            List<Dynamic> all = new ArrayList<>(items);
            all.add(operation.value());
            changed = true;
            return new Dynamic.Array(all);
        }

        private Dynamic each(Dynamic array, List<FieldPath.Step> steps, int from) {
            List<Dynamic> all = new ArrayList<>();
            for (var item : array.items()) {
                all.add(write(item, steps, from + 1));
            }
            return array.isNull() ? array : new Dynamic.Array(all);
        }

        private Dynamic put(Dynamic had) {
            var value = operation.value();
            if (operation.kind() == Modify.OperationKind.ADD_OR_REPLACE) {
                changed |= !Values.same(had, value);
                return Values.same(had, value) ? had : value;
            }
            if (!(value instanceof Dynamic.Array) && had instanceof Dynamic.Array(var items)) {
                return append(items);
            }
            if (had.isNull()) {
                changed = true;
                return value;
            }
            if (!Values.same(had, value)) {
                conflict = "another value is there already";
            }
            return had;
        }
    }
}
