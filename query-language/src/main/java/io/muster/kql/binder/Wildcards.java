package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Column and table names with `*` for any run of characters.
final class Wildcards {
    private Wildcards() {}

    static List<Integer> matching(Schema schema, TabularOperator.WildcardName name) {
        var found = new ArrayList<Integer>();
        if (!name.wildcard()) {
            int index = schema.indexOf(name.text());
            return index < 0 ? found : List.of(index);
        }
        var pattern = pattern(name.text());
        for (int i = 0; i < schema.size(); i++) {
            if (pattern.test(schema.field(i).name())) {
                found.add(i);
            }
        }
        return found;
    }

    /// Which names it stands for. Only `*` has a meaning, so each piece between two is looked for but once, behind the one before.
    static Predicate<String> pattern(String wildcard) {
        int first = wildcard.indexOf('*');
        if (first < 0) {
            return wildcard::equals;
        }
        int last = wildcard.lastIndexOf('*');
        String start = wildcard.substring(0, first);
        String end = wildcard.substring(last + 1);
        var between = new ArrayList<String>();
        for (int from = first; from < last; ) {
            int next = wildcard.indexOf('*', from + 1);
            if (next > from + 1) {
                between.add(wildcard.substring(from + 1, next));
            }
            from = next;
        }
        return name -> {
            int at = start.length();
            int to = name.length() - end.length();
            if (at > to || !name.startsWith(start) || !name.endsWith(end)) {
                return false;
            }
            for (String piece : between) {
                int found = name.indexOf(piece, at);
                at = found + piece.length();
                if (found < 0 || at > to) {
                    return false;
                }
            }
            return true;
        };
    }
}
