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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.function.Supplier;

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
                    var found = new KvFound(keys);
                    var quotes = KvQuotes.of(parse.options());
                    for (int row = 0; row < rows; row++) {
                        String text = Columns.text(texts, row);
                        found.clear();
                        read(text, parse.options(), quotes, found, executor);
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

    private static void read(
            String text,
            LogicalPlan.KvOptions options,
            KvQuotes quotes,
            KvFound out,
            Executor executor) {
        if (options.bare()) {
            bare(text, quotes, out);
        } else if (options.kvDelimiter().isEmpty()
                && options.pairDelimiter().startsWith("regex:")) {
            byRegex(text, options.pairDelimiter().substring(6), out, executor);
        } else if (options.greedy()) {
            new GreedyPairs(text, options, quotes, out).read();
        } else {
            plain(text, options, quotes, out);
        }
    }

    private static void plain(
            String text, LogicalPlan.KvOptions options, KvQuotes quotes, KvFound out) {
        String kv = options.kvDelimiter();
        String pair = options.pairDelimiter();
        int at = 0;
        boolean blank = pair.isBlank();
        // Where the spaces end that were passed over last.
        int skipped = 0;
        int[] end = new int[1];
        while (at < text.length()) {
            // A key: to the delimiter between key and value.
            String key = token(text, at, kv, pair, quotes, end, out);
            skipped = Math.max(skipped, end[0]);
            while (blank && skipped < text.length() && text.charAt(skipped) == ' ') {
                out.did(1);
                skipped++;
            }
            if (text.startsWith(kv, skipped)) {
                end[0] = skipped;
            }
            if (!text.startsWith(kv, end[0]) || kv.isEmpty()) {
                at = end[0] + Math.max(1, pair.length());
                continue;
            }
            at = end[0] + kv.length();
            while (blank && at < text.length() && text.charAt(at) == ' ') {
                out.did(1);
                at++;
            }
            String value = token(text, at, pair, "", quotes, end, out);
            at = end[0] + Math.max(1, pair.length());
            out.add(key, value);
        }
    }

    /// Text up to a delimiter, quotes and escapes respected and taken off; `end[0]` is where it stopped.
    private static String token(
            String text,
            int from,
            String delimiter,
            String other,
            KvQuotes quotes,
            int[] end,
            KvFound found) {
        int at = from;
        // What was read before `kept`; none while all is kept as it stands.
        StringBuilder out = null;
        int kept = from;
        boolean first = !quotes.isEmpty();
        boolean escaping = !quotes.escapes().isEmpty();
        long eachCharacter = 4L + delimiter.length() + other.length() + quotes.escapes().size();
        while (at < text.length()) {
            found.did(eachCharacter);
            if (!delimiter.isEmpty() && text.startsWith(delimiter, at)
                    || !other.isEmpty() && text.startsWith(other, at)) {
                break;
            }
            if (first) {
                char c = text.charAt(at);
                int kind = quotes.kind(c);
                first = kind < 0 && Character.isWhitespace(c);
                if (kind >= 0) {
                    int close = quotes.close(text, at + 1, kind, found);
                    out = out == null ? new StringBuilder() : out;
                    quotes.unescape(text, at + 1, close, out, found);
                    at = Math.min(close + 1, text.length());
                    kept = at;
                    continue;
                }
            }
            if (escaping && quotes.escapes(text, at)) {
                out = out == null ? new StringBuilder() : out;
                out.append(text, kept, at);
                at++;
                kept = at;
            }
            at++;
        }
        end[0] = at;
        return out == null
                ? text.substring(from, at).strip()
                : out.append(text, kept, at).toString().strip();
    }

    /// Without delimiters every character that is neither letter nor digit is one: a word that is a key has the next word, or quoted text, as
    /// its value.
    private static void bare(String text, KvQuotes quotes, KvFound out) {
        String key = null;
        int[] end = new int[1];
        int at = 0;
        while (at < text.length()) {
            out.did(64);
            char c = text.charAt(at);
            if (quotes.kind(c) >= 0) {
                String value = token(text, at, " ", "", quotes, end, out);
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

    private static void byRegex(String text, String regex, KvFound out, Executor executor) {
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
