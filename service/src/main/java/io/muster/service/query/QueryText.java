package io.muster.service.query;

import java.util.regex.Pattern;

/// What a query's text tells before it is read.
public final class QueryText {
    private static final Pattern LIMIT = Pattern.compile("\\|\\s*(limit|take|sample)\\b");

    private static final Pattern STRINGS_AND_COMMENTS =
            Pattern.compile("\"(?:\\\\.|[^\"\\\\])*+\"|'(?:\\\\.|[^'\\\\])*+'|//[^\n]*");

    private QueryText() {}

    /// Whether the query has a `take` or `sample` of its own: Resource Graph then ignores `$skip` and gives no `$skipToken`. Strings and
    /// comments do not count.
    public static boolean limitsItself(String query) {
        return LIMIT.matcher(STRINGS_AND_COMMENTS.matcher(query).replaceAll("''")).find();
    }
}
