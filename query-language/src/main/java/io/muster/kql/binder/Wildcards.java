package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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
            if (pattern.matcher(schema.field(i).name()).matches()) {
                found.add(i);
            }
        }
        return found;
    }

    /// Only `*` has a meaning, so that matching is linear.
    static Pattern pattern(String wildcard) {
        var regex = new StringBuilder();
        for (String part : wildcard.split("\\*+", -1)) {
            if (!regex.isEmpty() || wildcard.startsWith("*") && part.isEmpty()) {
                regex.append(regex.isEmpty() ? "" : ".*");
            }
            regex.append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }
}
