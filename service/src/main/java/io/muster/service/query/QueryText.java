package io.muster.service.query;

import java.util.regex.Pattern;

/// What a query's text tells before it is read.
public final class QueryText {
    private static final Pattern LIMIT = Pattern.compile("\\|\\s*(limit|take|sample)\\b");

    /// Strings in all their forms, and comments.
    private static final Pattern STRINGS_AND_COMMENTS =
            Pattern.compile(
                    "```.*?(```|\\z)|~~~.*?(~~~|\\z)|@\"[^\"]*+(\"|\\z)|@'[^']*+('|\\z)"
                            + "|\"(?:\\\\.|[^\"\\\\])*+(\"|\\z)|'(?:\\\\.|[^'\\\\])*+('|\\z)|//[^\n]*",
                    Pattern.DOTALL);

    private QueryText() {}

    /// Whether the query's result has a `take` or `sample` of its own: Resource Graph then ignores `$skip` and gives no `$skipToken`. What stands in strings, comments,
    /// brackets (another table's pipe) or a `let` does not count.
    public static boolean limitsItself(String query) {
        String bare = STRINGS_AND_COMMENTS.matcher(query).replaceAll("''");
        var outer = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            switch (c) {
                case '(', '[', '{' -> depth++;
                case ')', ']', '}' -> depth--;
                case ';' -> {
                    // The last statement is the query; a semicolon may end it, too.
                    if (depth <= 0 && !bare.substring(i + 1).isBlank()) {
                        outer.setLength(0);
                        depth = 0;
                        continue;
                    }
                }
                default -> {
                    if (depth <= 0) {
                        outer.append(c);
                    }
                }
            }
        }
        return LIMIT.matcher(outer).find();
    }
}
