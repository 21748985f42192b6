package io.muster.kql.value;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;

/// How long a text may be that a query makes: glued to themselves again and again they would outgrow the heap.
public final class TextLimit {
    private TextLimit() {}

    /// UTF-16 units of a text, at most.
    public static int most() {
        return ValueLimits.current().text();
    }

    /// @return the length as it is
    /// @throws QueryStoppedException if no text may be as long
    public static int check(long units) {
        if (units > ValueLimits.LEAST_TEXT && units > most()) {
            throw tooLong();
        }
        return (int) units;
    }

    /// A value as compact JSON.
    ///
    /// @throws QueryStoppedException if no text may be as long
    public static String json(Dynamic value) {
        return Json.write(value, most()).orElseThrow(TextLimit::tooLong);
    }

    private static QueryStoppedException tooLong() {
        return new QueryStoppedException(
                "query-memory",
                "The query makes a text of more than %,d characters, which is the most one may have."
                        .formatted(most()));
    }
}
