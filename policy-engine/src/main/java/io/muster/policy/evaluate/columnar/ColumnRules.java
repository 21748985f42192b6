package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.Elements;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Decides conditions over the columns of one segment. What it works out of a condition alone is kept with the columns and shared by every rule that has it.
final class ColumnRules {
    private final ResourceSegment segment;
    private final FieldResolver fields;

    ColumnRules(ResourceSegment segment, FieldResolver fields) {
        this.segment = segment;
        this.fields = fields;
    }

    private record LeafKey(String place, ConditionOperator operator, Dynamic operand) {}

    private record CountKey(Constraint.Condition condition, String place) {}

    /// Columns cannot say: kept too, so that it is found out once.
    private static final Object CANNOT = new Object();

    /// Decides every row of the segment; null when columns cannot.
    @Nullable Outcome decide(Constraint.Condition condition) {
        if (!(condition.operand() instanceof TemplateValue.Literal(var operand, var computed))) {
            return null;
        }
        int size = segment.size();
        if (operand.isNull() && computed) {
            return condition.left() instanceof Constraint.LeftSide.Field(_, var fixed)
                            && fixed != null
                    ? OutcomeBuilder.constant(OutcomeBuilder.FAILS, size)
                    : null;
        }
        return switch (condition.left()) {
            case Constraint.LeftSide.Field(_, var fixed) ->
                    fixed == null ? null : field(fixed, condition.operator(), operand);
            case Constraint.LeftSide.Value(TemplateValue.Literal(var value, _)) ->
                    OutcomeBuilder.constant(
                            new FieldLeaf(condition.operator(), operand, v -> v).outcome(value),
                            size);
            case Constraint.LeftSide.Value _ -> null;
            case Constraint.LeftSide.FieldCount(_, var fixed, var where) ->
                    fixed instanceof FieldReference.Alias alias
                            ? count(alias, where, condition, operand)
                            : null;
            case Constraint.LeftSide.ValueCount _ -> null;
        };
    }

    private @Nullable Outcome field(
            FieldReference field, ConditionOperator operator, Dynamic operand) {
        int size = segment.size();
        return switch (field) {
            case FieldReference.Tag(var name) ->
                    shared(
                            List.of(
                                    new FieldPath.Step.Member("tags"),
                                    new FieldPath.Step.Member(name)),
                            "tag " + name,
                            new FieldLeaf(operator, operand, v -> v));
            case FieldReference.Known known -> known(known.field(), operator, operand);
            case FieldReference.Alias(var name, _) ->
                    switch (fields.resolve(name, segment.type(), null)) {
                        case FieldResolver.Resolution.Unknown() ->
                                OutcomeBuilder.constant(OutcomeBuilder.FAILS, size);
                        case FieldResolver.Resolution.Elsewhere() ->
                                OutcomeBuilder.constant(
                                        name.contains("[*]")
                                                ? OutcomeBuilder.HOLDS
                                                : new FieldLeaf(operator, operand, v -> v)
                                                        .outcome(Dynamic.NULL),
                                        size);
                        case FieldResolver.Resolution.Found(var path) ->
                                shared(
                                        path.steps(),
                                        path.text(),
                                        new FieldLeaf(operator, operand, v -> v));
                    };
        };
    }

    private @Nullable Outcome known(
            FieldReference.BuiltIn field, ConditionOperator operator, Dynamic operand) {
        return switch (field) {
            case TYPE, KIND, ID, TAGS, IDENTITY_TYPE, IDENTITY_USER_ASSIGNED, API_VERSION ->
                    shared(
                            FieldPath.parse(field.wireName()).steps(),
                            field.wireName(),
                            new FieldLeaf(operator, operand, v -> v));
            case LOCATION ->
                    shared(
                            FieldPath.parse("location").steps(),
                            "normalized location",
                            new FieldLeaf(
                                    operator,
                                    RuleEvaluator.normalized(operand),
                                    ColumnRules::location));
            case NAME ->
                    shared(
                            FieldPath.parse("name").steps(),
                            "last of name",
                            new FieldLeaf(operator, operand, ColumnRules::lastSegment));
            case FULL_NAME -> null;
        };
    }

    private static Dynamic location(Dynamic value) {
        return value instanceof Dynamic.Text(var text)
                ? Dynamic.of(ResourceView.normalizeLocation(text))
                : value;
    }

    private static Dynamic lastSegment(Dynamic value) {
        return value instanceof Dynamic.Text(var text) && text.indexOf('/') >= 0
                ? Dynamic.of(text.substring(text.lastIndexOf('/') + 1))
                : value;
    }

    private @Nullable Outcome shared(List<FieldPath.Step> steps, String place, FieldLeaf leaf) {
        Object known =
                segment.rows()
                        .derived(
                                new LeafKey(place, leaf.operator(), leaf.operand()),
                                () -> orCannot(leaf.decide(segment.root(), steps)));
        return known instanceof Outcome outcome ? outcome : null;
    }

    private static Object orCannot(@Nullable Outcome outcome) {
        return outcome == null ? CANNOT : outcome;
    }

    private @Nullable Outcome count(
            FieldReference.Alias alias,
            @Nullable Constraint where,
            Constraint.Condition condition,
            Dynamic operand) {
        if (!alias.name().contains("[*]")
                || !(fields.resolve(alias.name(), segment.type(), null)
                        instanceof FieldResolver.Resolution.Found(var path))
                || !(path.steps().getLast() instanceof FieldPath.Step.Each)) {
            return null;
        }
        Object known =
                segment.rows()
                        .derived(
                                new CountKey(condition, path.text()),
                                () -> orCannot(counted(alias, path, where, condition, operand)));
        return known instanceof Outcome outcome ? outcome : null;
    }

    private @Nullable Outcome counted(
            FieldReference.Alias alias,
            FieldPath path,
            @Nullable Constraint where,
            Constraint.Condition condition,
            Dynamic operand) {
        List<Elements> levels = new ArrayList<>();
        Column at = segment.root();
        for (var step : path.steps()) {
            switch (step) {
                case FieldPath.Step.Member(var name) -> {
                    var member = Columns.member(at, name);
                    if (member == null) {
                        return null;
                    }
                    at = member;
                }
                case FieldPath.Step.At(var index) -> at = at.dense().at(index);
                case FieldPath.Step.Each() -> {
                    var elements = at.dense().elements();
                    levels.add(elements);
                    at = elements.values();
                }
            }
        }
        Outcome members = new Outcome(Bits.all(at.size()), null);
        if (where != null) {
            var decided = where(where, alias, path, at);
            if (decided == null) {
                return null;
            }
            members = decided;
        }
        int[] counts = sums(levels.getLast(), members.holds());
        int[] failing = members.fails() == null ? null : sums(levels.getLast(), members.fails());
        for (int level = levels.size() - 2; level >= 0; level--) {
            counts = sums(levels.get(level), counts);
            failing = failing == null ? null : sums(levels.get(level), failing);
        }
        var wanted =
                condition.operator().isOrdering()
                                && operand instanceof Dynamic.Text(var digits)
                                && digits.matches("-?[0-9]{1,18}")
                        ? Dynamic.of(Long.parseLong(digits))
                        : operand;
        return compared(counts, failing, new FieldLeaf(condition.operator(), wanted, v -> v));
    }

    /// Compares once a distinct count, not once a row.
    private static Outcome compared(int[] counts, int @Nullable [] failing, FieldLeaf leaf) {
        int most = 0;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        byte[] table = new byte[most + 1];
        for (int count = 0; count <= most; count++) {
            table[count] = leaf.outcome(Dynamic.of((long) count));
        }
        var out = new OutcomeBuilder(counts.length);
        for (int row = 0; row < counts.length; row++) {
            out.set(
                    row,
                    failing != null && failing[row] > 0
                            ? OutcomeBuilder.FAILS
                            : table[counts[row]]);
        }
        return out.build();
    }

    /// How many of the elements of each row are in a set.
    private static int[] sums(Elements elements, Bits of) {
        int[] offsets = elements.offsets();
        long[] words = of.toWords();
        int[] sums = new int[offsets.length - 1];
        for (int row = 0; row < sums.length; row++) {
            int from = offsets[row];
            int last = offsets[row + 1] - 1;
            if (last < from) {
                continue;
            }
            // Shifts count modulo 64: the bits from `from` on, and those up to `last`.
            long head = -1L << from;
            long tail = -1L >>> -(last + 1);
            int at = from >>> 6;
            int end = last >>> 6;
            if (at == end) {
                sums[row] = Long.bitCount(words[at] & head & tail);
                continue;
            }
            int sum = Long.bitCount(words[at] & head) + Long.bitCount(words[end] & tail);
            for (at++; at < end; at++) {
                sum += Long.bitCount(words[at]);
            }
            sums[row] = sum;
        }
        return sums;
    }

    private static int[] sums(Elements elements, int[] of) {
        int[] offsets = elements.offsets();
        int[] sums = new int[offsets.length - 1];
        for (int row = 0; row < sums.length; row++) {
            for (int e = offsets[row]; e < offsets[row + 1]; e++) {
                sums[row] += of[e];
            }
        }
        return sums;
    }

    /// Decides a `where` for every member: conditions on the counted array's own aliases only.
    private @Nullable Outcome where(
            Constraint where, FieldReference.Alias counted, FieldPath path, Column members) {
        return Combination.decide(
                where,
                Bits.all(members.size()),
                (condition, active) -> {
                    var outcome = ofMember(condition, counted, path, members);
                    return outcome == null ? null : outcome.within(active);
                });
    }

    private @Nullable Outcome ofMember(
            Constraint.Condition condition,
            FieldReference.Alias counted,
            FieldPath path,
            Column members) {
        if (!(condition.operand() instanceof TemplateValue.Literal(var operand, var computed))
                || (operand.isNull() && computed)
                || !(condition.left() instanceof Constraint.LeftSide.Field(_, var fixed))
                || !(fixed instanceof FieldReference.Alias alias)
                || !alias.key().startsWith(counted.key())
                || !(fields.resolve(alias.name(), segment.type(), null)
                        instanceof FieldResolver.Resolution.Found(var own))
                || !own.startsWith(path)) {
            return null;
        }
        UnaryOperator<Dynamic> asIs = v -> v;
        return new FieldLeaf(condition.operator(), operand, asIs)
                .decide(members, own.steps().subList(path.steps().size(), own.steps().size()));
    }
}
