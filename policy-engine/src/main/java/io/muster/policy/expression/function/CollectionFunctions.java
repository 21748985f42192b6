package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.count;
import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.textOrNull;
import static io.muster.policy.expression.function.Arguments.wrong;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Arrays, objects and what works on both and on texts.
final class CollectionFunctions {
    private CollectionFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction("length", 1, 1, CollectionFunctions::length),
                new TemplateFunction("empty", 1, 1, CollectionFunctions::empty),
                new TemplateFunction("contains", 2, 2, CollectionFunctions::contains),
                new TemplateFunction("indexOf", 2, 2, CollectionFunctions::indexOf),
                new TemplateFunction("lastIndexOf", 2, 2, CollectionFunctions::lastIndexOf),
                new TemplateFunction("first", 1, 1, a -> end("first", a, true)),
                new TemplateFunction("last", 1, 1, a -> end("last", a, false)),
                new TemplateFunction("take", 2, 2, CollectionFunctions::take),
                new TemplateFunction("skip", 2, 2, CollectionFunctions::skip),
                new TemplateFunction(
                        "array",
                        1,
                        1,
                        a ->
                                a.getFirst() instanceof Dynamic.Array
                                        ? a.getFirst()
                                        : Dynamic.array(a.getFirst())),
                new TemplateFunction("createArray", 0, TemplateFunction.ANY, Dynamic.Array::new),
                new TemplateFunction(
                        "createObject", 0, TemplateFunction.ANY, CollectionFunctions::createObject),
                new TemplateFunction(
                        "intersection", 2, TemplateFunction.ANY, CollectionFunctions::intersection),
                new TemplateFunction("union", 2, TemplateFunction.ANY, CollectionFunctions::union),
                new TemplateFunction("items", 1, 1, CollectionFunctions::items),
                new TemplateFunction(
                        "tryGet", 2, TemplateFunction.ANY, CollectionFunctions::tryGet));
    }

    private static Dynamic length(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Null() -> Dynamic.of(0);
            case Dynamic.Text(var text) -> Dynamic.of(text.length());
            case Dynamic.Array(var items) -> Dynamic.of(items.size());
            case Dynamic.Bag(var members) -> Dynamic.of(members.size());
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    throw wrong("length", 0, a.getFirst(), "a text, array or object");
        };
    }

    private static Dynamic empty(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Null() -> Dynamic.TRUE;
            case Dynamic.Text(var text) -> Dynamic.of(text.isEmpty());
            case Dynamic.Array(var items) -> Dynamic.of(items.isEmpty());
            case Dynamic.Bag(var members) -> Dynamic.of(members.isEmpty());
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    throw wrong("empty", 0, a.getFirst(), "a text, array or object");
        };
    }

    private static Dynamic contains(List<Dynamic> a) throws EvaluationFailure {
        return switch (a.getFirst()) {
            case Dynamic.Text(var text) ->
                    Dynamic.of(Values.indexIgnoringCase(text, textOrNull("contains", a, 1)) >= 0);
            case Dynamic.Array(var items) -> Dynamic.of(Values.index(items, a.get(1)) >= 0);
            case Dynamic.Bag bag -> Dynamic.of(Members.has(bag, text("contains", a, 1)));
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    throw wrong("contains", 0, a.getFirst(), "a text, array or object");
        };
    }

    private static Dynamic indexOf(List<Dynamic> a) throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Array(var items)) {
            return Dynamic.of(Values.index(items, a.get(1)));
        }
        if (a.getFirst().isNull()) {
            return Dynamic.of(-1);
        }
        return Dynamic.of(
                Values.indexIgnoringCase(text("indexOf", a, 0), textOrNull("indexOf", a, 1)));
    }

    private static Dynamic lastIndexOf(List<Dynamic> a) throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Array(var items)) {
            for (int i = items.size() - 1; i >= 0; i--) {
                if (Values.exact(items.get(i), a.get(1))) {
                    return Dynamic.of(i);
                }
            }
            return Dynamic.of(-1);
        }
        if (a.getFirst().isNull()) {
            return Dynamic.of(-1);
        }
        String value = text("lastIndexOf", a, 0);
        String needle = textOrNull("lastIndexOf", a, 1);
        return Dynamic.of(Values.lastIndexIgnoringCase(value, needle));
    }

    private static Dynamic end(String name, List<Dynamic> a, boolean first)
            throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Array(var items)) {
            return items.isEmpty() ? Dynamic.NULL : first ? items.getFirst() : items.getLast();
        }
        if (a.getFirst().isNull()) {
            return Dynamic.NULL;
        }
        if (!(a.getFirst() instanceof Dynamic.Text(var value))) {
            throw wrong(name, 0, a.getFirst(), "a text or array");
        }
        if (value.isEmpty()) {
            return a.getFirst();
        }
        return Dynamic.of(first ? value.substring(0, 1) : value.substring(value.length() - 1));
    }

    private static Dynamic take(List<Dynamic> a) throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Array(var items)) {
            return new Dynamic.Array(items.subList(0, Math.min(items.size(), count("take", a, 1))));
        }
        if (a.getFirst().isNull()) {
            return Dynamic.NULL;
        }
        return Dynamic.of(TextFunctions.take(text("take", a, 0), a));
    }

    private static Dynamic skip(List<Dynamic> a) throws EvaluationFailure {
        if (a.getFirst() instanceof Dynamic.Array(var items)) {
            return new Dynamic.Array(
                    items.subList(Math.min(items.size(), count("skip", a, 1)), items.size()));
        }
        if (a.getFirst().isNull()) {
            return Dynamic.NULL;
        }
        return Dynamic.of(TextFunctions.skip(text("skip", a, 0), a));
    }

    private static Dynamic createObject(List<Dynamic> a) throws EvaluationFailure {
        if (a.size() % 2 != 0) {
            throw new EvaluationFailure("'createObject' takes keys and values in pairs");
        }
        Map<String, Dynamic> members = new LinkedHashMap<>();
        for (int i = 0; i < a.size(); i += 2) {
            String key = text("createObject", a, i);
            if (members.put(key, a.get(i + 1)) != null) {
                throw new EvaluationFailure("'createObject' has the key '" + key + "' twice");
            }
        }
        return new Dynamic.Bag(members);
    }

    private static Dynamic intersection(List<Dynamic> a) throws EvaluationFailure {
        if (a.stream().allMatch(Dynamic.Array.class::isInstance)) {
            List<Dynamic> kept = new ArrayList<>();
            for (var item : a.getFirst().items()) {
                boolean everywhere =
                        a.stream().allMatch(other -> Values.index(other.items(), item) >= 0);
                if (everywhere && Values.index(kept, item) < 0) {
                    kept.add(item);
                }
            }
            return new Dynamic.Array(kept);
        }
        if (a.stream().allMatch(Dynamic.Bag.class::isInstance)) {
            Map<String, Dynamic> kept = new LinkedHashMap<>();
            a.getFirst()
                    .members()
                    .forEach((key, value) -> {
                        boolean everywhere =
                                a.stream()
                                        .allMatch(other ->
                                                Members.has(other, key)
                                                        && Values.exact(
                                                                other.getIgnoreCase(key), value));
                        if (everywhere) {
                            kept.put(key, value);
                        }
                    });
            return new Dynamic.Bag(kept);
        }
        throw new EvaluationFailure("'intersection' takes arrays only or objects only");
    }

    private static Dynamic union(List<Dynamic> a) throws EvaluationFailure {
        if (a.stream().allMatch(Dynamic.Array.class::isInstance)) {
            List<Dynamic> all = new ArrayList<>();
            for (var array : a) {
                for (var item : array.items()) {
                    if (Values.index(all, item) < 0) {
                        all.add(item);
                    }
                }
            }
            return new Dynamic.Array(all);
        }
        if (a.stream().allMatch(Dynamic.Bag.class::isInstance)) {
            Dynamic all = Dynamic.EMPTY_BAG;
            for (var bag : a) {
                all = merge(all, bag);
            }
            return all;
        }
        throw new EvaluationFailure("'union' takes arrays only or objects only");
    }

    /// Members of both merge; the later value wins, arrays are replaced.
    private static Dynamic merge(Dynamic into, Dynamic from) {
        Dynamic result = into;
        for (var member : from.members().entrySet()) {
            String name = Members.spelling(result, member.getKey());
            Dynamic there = result.get(name);
            boolean both = there instanceof Dynamic.Bag && member.getValue() instanceof Dynamic.Bag;
            result = result.with(name, both ? merge(there, member.getValue()) : member.getValue());
        }
        return result;
    }

    private static Dynamic items(List<Dynamic> a) throws EvaluationFailure {
        if (!(a.getFirst() instanceof Dynamic.Bag(var members))) {
            throw wrong("items", 0, a.getFirst(), "an object");
        }
        return new Dynamic.Array(
                members.entrySet().stream()
                        .sorted(
                                Map.Entry.comparingByKey(
                                        Comparator.comparing(
                                                (String key) -> key,
                                                Values::compareTextsIgnoringCase)))
                        .map(member ->
                                Dynamic.bag()
                                        .put("key", member.getKey())
                                        .put("value", member.getValue())
                                        .build())
                        .toList());
    }

    /// The first step is safe, the later ones are not.
    private static Dynamic tryGet(List<Dynamic> a) throws EvaluationFailure {
        Dynamic at = a.getFirst();
        for (int i = 1; i < a.size(); i++) {
            var step = step(at, a.get(i));
            if (!step.there()) {
                if (i == 1) {
                    return Dynamic.NULL;
                }
                throw new EvaluationFailure("'tryGet' finds nothing at its step %d".formatted(i));
            }
            at = step.value();
        }
        return at;
    }

    private record Step(boolean there, Dynamic value) {}

    private static Step step(Dynamic at, Dynamic key) {
        if (at instanceof Dynamic.Bag && key instanceof Dynamic.Text(var name)) {
            return new Step(Members.has(at, name), at.getIgnoreCase(name));
        }
        if (at instanceof Dynamic.Array(var items)
                && key instanceof Dynamic.Whole(var index)
                && index >= 0
                && index < items.size()) {
            return new Step(true, items.get((int) index));
        }
        return new Step(false, Dynamic.NULL);
    }
}
