package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.whole;
import static io.muster.policy.expression.function.Arguments.wrong;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;

/// What deployment templates may do with arrays and objects, and policy rules may not.
/// Source: azure/azure-resource-manager/templates/template-functions-array, -object.
final class TemplateCollectionFunctions {
    private TemplateCollectionFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction("flatten", 1, 1, TemplateCollectionFunctions::flatten),
                new TemplateFunction("objectKeys", 1, 1, TemplateCollectionFunctions::objectKeys),
                new TemplateFunction(
                        "shallowMerge", 1, 1, TemplateCollectionFunctions::shallowMerge),
                new TemplateFunction(
                        "indexFromEnd", 2, 2, TemplateCollectionFunctions::indexFromEnd),
                new TemplateFunction(
                        "tryIndexFromEnd", 2, 2, TemplateCollectionFunctions::tryIndexFromEnd),
                new TemplateFunction("fail", 1, 1, TemplateCollectionFunctions::fail));
    }

    private static List<Dynamic> items(String function, Dynamic value) throws EvaluationFailure {
        if (value instanceof Dynamic.Array(var items)) {
            return items;
        }
        throw wrong(function, 0, value, "an array");
    }

    private static Dynamic flatten(List<Dynamic> a) throws EvaluationFailure {
        List<Dynamic> all = new ArrayList<>();
        for (var inner : items("flatten", a.getFirst())) {
            all.addAll(items("flatten", inner));
        }
        return new Dynamic.Array(all);
    }

    private static Dynamic objectKeys(List<Dynamic> a) throws EvaluationFailure {
        if (!(a.getFirst() instanceof Dynamic.Bag(var members))) {
            throw wrong("objectKeys", 0, a.getFirst(), "an object");
        }
        return new Dynamic.Array(members.keySet().stream().<Dynamic>map(Dynamic::of).toList());
    }

    /// The later value wins, whole; names ignore case.
    private static Dynamic shallowMerge(List<Dynamic> a) throws EvaluationFailure {
        Dynamic all = Dynamic.EMPTY_BAG;
        for (var object : items("shallowMerge", a.getFirst())) {
            if (!(object instanceof Dynamic.Bag(var members))) {
                throw wrong("shallowMerge", 0, object, "an array of objects");
            }
            for (var member : members.entrySet()) {
                all = all.with(Members.spelling(all, member.getKey()), member.getValue());
            }
        }
        return all;
    }

    /// The last item is 1 from the end.
    private static Dynamic indexFromEnd(List<Dynamic> a) throws EvaluationFailure {
        var items = items("indexFromEnd", a.getFirst());
        long back = whole("indexFromEnd", a, 1);
        if (back < 1 || back > items.size()) {
            throw new EvaluationFailure(
                    "there is no item %d from the end of an array of %d"
                            .formatted(back, items.size()));
        }
        return items.get((int) (items.size() - back));
    }

    private static Dynamic tryIndexFromEnd(List<Dynamic> a) throws EvaluationFailure {
        long back = whole("tryIndexFromEnd", a, 1);
        return a.getFirst() instanceof Dynamic.Array(var items) && back >= 1 && back <= items.size()
                ? items.get((int) (items.size() - back))
                : Dynamic.NULL;
    }

    private static Dynamic fail(List<Dynamic> a) throws EvaluationFailure {
        throw new EvaluationFailure(text("fail", a, 0));
    }
}
