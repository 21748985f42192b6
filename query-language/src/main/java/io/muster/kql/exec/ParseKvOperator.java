package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.regex.Regex;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.TextFinder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `parse-kv`: keys and values out of a text; what a row lacks is null.
final class ParseKvOperator {
    private ParseKvOperator() {}

    static Relation relation(LogicalPlan.ParseKv parse, Executor executor) {
        var source = Compiled.of(parse.source(), executor);
        return executor.relation(parse.input())
                .map(batch -> {
                    executor.context().check();
                    var texts =
                            (StringColumn) Columns.canonical(source.column(batch), KqlType.STRING);
                    int rows = batch.rows();
                    var builders = new ArrayList<ColumnBuilder>();
                    for (var target : parse.targets()) {
                        builders.add(new ColumnBuilder(target.type(), rows));
                    }
                    var keys = new HashSet<String>();
                    parse.targets().forEach(target -> keys.add(target.key()));
                    var found = new Found(keys);
                    for (int row = 0; row < rows; row++) {
                        String text = Columns.text(texts, row);
                        found.clear();
                        read(text, parse.options(), found, executor);
                        for (int t = 0; t < builders.size(); t++) {
                            var target = parse.targets().get(t);
                            String value = found.get(target.key());
                            builders.get(t)
                                    .add(
                                            value == null
                                                    ? Dynamic.NULL
                                                    : target.type() == KqlType.DYNAMIC
                                                            ? Conversions.json(value)
                                                            : Conversions.convert(
                                                                    Dynamic.of(value),
                                                                    target.type()));
                        }
                    }
                    var columns = new ArrayList<Supplier<Column>>(batch.suppliers());
                    while (columns.size() < parse.schema().size()) {
                        columns.add(() -> Columns.nulls(KqlType.DYNAMIC, rows));
                    }
                    for (int t = 0; t < builders.size(); t++) {
                        var built = builders.get(t).build();
                        columns.set(parse.targets().get(t).column(), () -> built);
                    }
                    return Batch.lazy(rows, columns);
                });
    }

    /// The first values of the keys that are asked for, in the text at hand; with it goes the look at whether the run must stop.
    private static final class Found {
        private final Set<String> keys;
        private final Map<String, String> values = new HashMap<>();
        private final MemoryMeter.Pace pace = new MemoryMeter.Pace();

        Found(Set<String> keys) {
            this.keys = keys;
        }

        void clear() {
            pace.did(256);
            values.clear();
        }

        boolean wants(String key) {
            return keys.contains(key) && !values.containsKey(key);
        }

        void add(String key, String value) {
            if (wants(key)) {
                values.put(key, value);
            }
        }

        @Nullable String get(String key) {
            return values.get(key);
        }

        void did(long work) {
            pace.did(work);
        }
    }

    private static void read(
            String text, LogicalPlan.KvOptions options, Found out, Executor executor) {
        if (options.bare()) {
            bare(text, options, out);
        } else if (options.kvDelimiter().isEmpty()
                && options.pairDelimiter().startsWith("regex:")) {
            byRegex(text, options.pairDelimiter().substring(6), out, executor);
        } else if (options.greedy()) {
            greedy(text, options, out);
        } else {
            plain(text, options, out);
        }
    }

    private static void plain(String text, LogicalPlan.KvOptions options, Found out) {
        int at = 0;
        boolean blank = options.pairDelimiter().isBlank();
        // Where the spaces end that were passed over last.
        int skipped = 0;
        while (at < text.length()) {
            // A key: to the delimiter between key and value.
            int[] end = new int[1];
            String key =
                    token(
                            text,
                            at,
                            options,
                            options.kvDelimiter(),
                            options.pairDelimiter(),
                            end,
                            out);
            skipped = Math.max(skipped, end[0]);
            while (blank && skipped < text.length() && text.charAt(skipped) == ' ') {
                out.did(1);
                skipped++;
            }
            if (text.startsWith(options.kvDelimiter(), skipped)) {
                end[0] = skipped;
            }
            if (!text.startsWith(options.kvDelimiter(), end[0])
                    || options.kvDelimiter().isEmpty()) {
                at = end[0] + Math.max(1, options.pairDelimiter().length());
                continue;
            }
            at = end[0] + options.kvDelimiter().length();
            while (blank && at < text.length() && text.charAt(at) == ' ') {
                out.did(1);
                at++;
            }
            String value = token(text, at, options, options.pairDelimiter(), "", end, out);
            at = end[0] + Math.max(1, options.pairDelimiter().length());
            out.add(key.strip(), value);
        }
    }

    /// Text up to a delimiter, quotes respected and taken off; `end[0]` is where it stopped.
    private static String token(
            String text,
            int from,
            LogicalPlan.KvOptions options,
            String delimiter,
            String other,
            int[] end,
            Found found) {
        int at = from;
        var out = new StringBuilder();
        boolean first = true;
        long eachCharacter = 4L + delimiter.length() + other.length() + options.escapes().size();
        while (at < text.length()) {
            found.did(eachCharacter);
            if (!delimiter.isEmpty() && text.startsWith(delimiter, at)
                    || !other.isEmpty() && text.startsWith(other, at)) {
                break;
            }
            char c = text.charAt(at);
            String closing = first ? closing(c, options) : null;
            if (closing != null) {
                at = quoted(text, at + 1, closing, options, out, found);
                first = false;
                continue;
            }
            if (escapes(text, at, options)) {
                at++;
                c = text.charAt(at);
            }
            if (!Character.isWhitespace(c)) {
                first = false;
            }
            out.append(c);
            at++;
        }
        end[0] = Math.min(at, text.length());
        return out.toString().strip();
    }

    /// The quote that ends what such a character begins.
    private static @Nullable String closing(char c, LogicalPlan.KvOptions options) {
        for (String pair : options.quotes()) {
            if (c == pair.charAt(0)) {
                return pair.substring(pair.length() - 1);
            }
        }
        return null;
    }

    /// Takes what stands before the closing quote; gives the place behind that.
    private static int quoted(
            String text,
            int from,
            String closing,
            LogicalPlan.KvOptions options,
            StringBuilder out,
            Found found) {
        int at = from;
        while (at < text.length() && !text.startsWith(closing, at)) {
            found.did(5L + options.escapes().size());
            if (escapes(text, at, options)) {
                at++;
            }
            out.append(text.charAt(at++));
        }
        return at + 1;
    }

    private static boolean escapes(String text, int at, LogicalPlan.KvOptions options) {
        return at + 1 < text.length()
                && options.escapes().stream().anyMatch(escape -> text.startsWith(escape, at));
    }

    /// A value may hold pair delimiters: in quotes it ends with them, else before the last one in front of the next key. Between two keys stands a whole pair delimiter;
    /// what looks like a key without one is of the value.
    private static void greedy(String text, LogicalPlan.KvOptions options, Found out) {
        String kv = options.kvDelimiter();
        String pair = options.pairDelimiter();
        if (kv.isEmpty()) {
            return;
        }
        var delimiters = new TextFinder(text, kv);
        var pairs = new TextFinder(text, pair);
        int keyFrom = 0;
        int delimiter = delimiters.from(0);
        while (delimiter >= 0) {
            int from = delimiter + kv.length();
            int first = from;
            while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
                out.did(1);
                first++;
            }
            String closing = first < text.length() ? closing(text.charAt(first), options) : null;
            var value = new StringBuilder();
            int behind =
                    closing == null
                            ? from
                            : Math.min(
                                    text.length(),
                                    quoted(text, first + 1, closing, options, value, out));
            int end = -1;
            int next = delimiter;
            int between = pairs.from(behind);
            while (end < 0 && next >= 0) {
                next = delimiters.from(next == delimiter ? behind : next + 1);
                while (next >= 0 && between >= 0 && between + pair.length() <= next) {
                    end = between;
                    between = pairs.from(between + 1);
                    out.did(16);
                }
                out.did(16);
            }
            if (end < 0) {
                end = text.length();
            }
            out.did(64);
            String key = text.substring(keyFrom, delimiter).strip();
            if (out.wants(key)) {
                out.add(
                        key,
                        (closing == null ? text.substring(from, end) : value.toString()).strip());
            }
            keyFrom = Math.min(text.length(), end + pair.length());
            delimiter = next;
        }
    }

    /// Without delimiters every character that is neither letter nor digit is one: a word that is a key has the next word, or quoted text, as
    /// its value.
    private static void bare(String text, LogicalPlan.KvOptions options, Found out) {
        String key = null;
        int[] end = new int[1];
        int at = 0;
        while (at < text.length()) {
            out.did(64);
            char c = text.charAt(at);
            boolean quoted = options.quotes().stream().anyMatch(q -> q.indexOf(c) == 0);
            if (quoted) {
                String value = token(text, at, options, " ", "", end, out);
                if (key != null) {
                    out.add(key, value);
                    key = null;
                }
                at = Math.max(at + 1, end[0]);
            } else if (Character.isLetterOrDigit(c) || c == '_') {
                int from = at;
                while (at < text.length()
                        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                    out.did(4);
                    at++;
                }
                String word = text.substring(from, at);
                if (key != null) {
                    out.add(key, word);
                    key = null;
                } else if (out.wants(word)) {
                    key = word;
                }
            } else {
                at++;
            }
        }
    }

    private static void byRegex(String text, String regex, Found out, Executor executor) {
        Optional<Regex> pattern = executor.context().evaluation().pattern(regex);
        if (pattern.isPresent()) {
            var matcher = pattern.get().often(text);
            while (matcher.find()) {
                out.did(256);
                if (matcher.groupCount() >= 2 && out.wants(matcher.group(1))) {
                    out.add(matcher.group(1), matcher.group(2));
                }
            }
        }
    }
}
