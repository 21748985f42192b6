package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A JSON path such as `$.a['b c'][0]`: its steps are names of members (texts) and places in arrays (whole numbers).
record JsonPath(List<Dynamic> steps) {
    JsonPath {
        steps = List.copyOf(steps);
    }

    /// Whether a key is a path: `$type` is a name.
    static boolean is(String key) {
        return key.equals("$") || key.startsWith("$.") || key.startsWith("$[");
    }

    static JsonPath of(String path) {
        var steps = new ArrayList<Dynamic>();
        int i = path.startsWith("$") ? 1 : 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            if (c == '.') {
                i++;
            } else if (c == '[') {
                int from = behindBlanks(path, i + 1);
                char quote = from < path.length() ? path.charAt(from) : ' ';
                boolean quoted = quote == '\'' || quote == '"';
                int end = quoted ? closing(path, quote, from + 1) : path.indexOf(']', from);
                if (end < 0) {
                    end = path.length();
                }
                steps.add(
                        quoted
                                ? Dynamic.of(path.substring(Math.min(from + 1, end), end))
                                : place(path.substring(from, end).strip()));
                i = quoted ? path.indexOf(']', end) : end;
                i = behindBlanks(path, i < 0 ? path.length() : i + 1);
            } else {
                int end = i;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                steps.add(Dynamic.of(path.substring(i, end)));
                i = end;
            }
        }
        return new JsonPath(steps);
    }

    /// The quote behind which nothing but blanks come before the bracket; -1 without one.
    private static int closing(String path, char quote, int from) {
        for (int at = path.indexOf(quote, from); at >= 0; at = path.indexOf(quote, at + 1)) {
            int then = behindBlanks(path, at + 1);
            if (then < path.length() && path.charAt(then) == ']') {
                return at;
            }
        }
        return -1;
    }

    private static int behindBlanks(String path, int from) {
        int at = from;
        while (at < path.length() && path.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static Dynamic place(String text) {
        var place = ScalarText.parseLong(text);
        return place.isPresent() ? Dynamic.of(place.getAsLong()) : Dynamic.of(text);
    }

    /// What the path leads to; null where it leads nowhere.
    Dynamic in(Dynamic value) {
        Dynamic at = value;
        for (var step : steps) {
            at =
                    switch (step) {
                        case Dynamic.Whole(long place) ->
                                place == (int) place ? at.get((int) place) : Dynamic.NULL;
                        default -> at.get(step.textOr(""));
                    };
        }
        return at;
    }

    /// The names on the way, when it goes through property bags alone.
    Optional<List<String>> names() {
        var names = new ArrayList<String>();
        for (var step : steps) {
            if (!(step instanceof Dynamic.Text(var name))) {
                return Optional.empty();
            }
            names.add(name);
        }
        return Optional.of(names);
    }
}
