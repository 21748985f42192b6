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
                    var pace = new MemoryMeter.Pace();
                    for (int row = 0; row < rows; row++) {
                        String text = Columns.text(texts, row);
                        pace.did(256 + 8L * text.length());
                        var found =
                                parse.options().bare()
                                        ? bare(text, parse)
                                        : pairs(text, parse.options(), executor);
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

    private static Map<String, String> pairs(
            String text, LogicalPlan.KvOptions options, Executor executor) {
        if (options.kvDelimiter().isEmpty() && options.pairDelimiter().startsWith("regex:")) {
            return byRegex(text, options.pairDelimiter().substring(6), executor);
        }
        return options.greedy() ? greedy(text, options) : plain(text, options);
    }

    private static Map<String, String> plain(String text, LogicalPlan.KvOptions options) {
        var out = new HashMap<String, String>();
        int at = 0;
        boolean blank = options.pairDelimiter().isBlank();
        while (at < text.length()) {
            // A key: to the delimiter between key and value.
            int[] end = new int[1];
            String key =
                    token(text, at, options, options.kvDelimiter(), options.pairDelimiter(), end);
            int skipped = end[0];
            while (blank && skipped < text.length() && text.charAt(skipped) == ' ') {
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
                at++;
            }
            String value = token(text, at, options, options.pairDelimiter(), "", end);
            at = end[0] + Math.max(1, options.pairDelimiter().length());
            out.putIfAbsent(key.strip(), value);
        }
        return out;
    }

    /// Text up to a delimiter, quotes respected and taken off; `end[0]` is where it stopped.
    private static String token(
            String text,
            int from,
            LogicalPlan.KvOptions options,
            String delimiter,
            String other,
            int[] end) {
        int at = from;
        var out = new StringBuilder();
        boolean first = true;
        while (at < text.length()) {
            if (!delimiter.isEmpty() && text.startsWith(delimiter, at)
                    || !other.isEmpty() && text.startsWith(other, at)) {
                break;
            }
            char c = text.charAt(at);
            String opening = null;
            String closing = null;
            for (String pair : options.quotes()) {
                if (first && !pair.isEmpty() && c == pair.charAt(0)) {
                    opening = pair.substring(0, 1);
                    closing = pair.substring(pair.length() - 1);
                }
            }
            if (opening != null && closing != null) {
                at++;
                while (at < text.length() && !text.startsWith(closing, at)) {
                    if (!options.escape().isEmpty()
                            && text.startsWith(options.escape(), at)
                            && at + 1 < text.length()) {
                        at++;
                    }
                    out.append(text.charAt(at++));
                }
                at++;
                first = false;
                continue;
            }
            if (!options.escape().isEmpty()
                    && text.startsWith(options.escape(), at)
                    && at + 1 < text.length()) {
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

    /// A value may hold pair delimiters: it ends before the last one in front of the next key.
    private static Map<String, String> greedy(String text, LogicalPlan.KvOptions options) {
        var out = new HashMap<String, String>();
        String kv = options.kvDelimiter();
        String pair = options.pairDelimiter();
        int at = 0;
        var finder = new TextFinder(text, kv);
        var pace = new MemoryMeter.Pace();
        int delimiter = finder.from(0);
        while (delimiter >= 0) {
            String key = text.substring(at, delimiter).strip();
            int next = finder.from(delimiter + kv.length());
            int end = next < 0 ? text.length() : text.lastIndexOf(pair, next);
            pace.did(Math.max(0, next - end));
            if (end < delimiter + kv.length()) {
                end = next < 0 ? text.length() : next;
            }
            out.putIfAbsent(key, text.substring(delimiter + kv.length(), end).strip());
            at = Math.min(text.length(), end + pair.length());
            delimiter = next;
        }
        return out;
    }

    /// Without delimiters every character that is neither letter nor digit is one: a word that is a key has the next word, or quoted text, as
    /// its value.
    private static Map<String, String> bare(String text, LogicalPlan.ParseKv parse) {
        var keys = new HashSet<String>();
        for (var target : parse.targets()) {
            keys.add(target.key());
        }
        var out = new HashMap<String, String>();
        String key = null;
        int[] end = new int[1];
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean quoted = parse.options().quotes().stream().anyMatch(q -> q.indexOf(c) == 0);
            if (quoted) {
                String value = token(text, at, parse.options(), " ", "", end);
                if (key != null) {
                    out.putIfAbsent(key, value);
                    key = null;
                }
                at = Math.max(at + 1, end[0]);
            } else if (Character.isLetterOrDigit(c) || c == '_') {
                int from = at;
                while (at < text.length()
                        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                    at++;
                }
                String word = text.substring(from, at);
                if (key != null) {
                    out.putIfAbsent(key, word);
                    key = null;
                } else if (keys.contains(word) && !out.containsKey(word)) {
                    key = word;
                }
            } else {
                at++;
            }
        }
        return out;
    }

    private static Map<String, String> byRegex(String text, String regex, Executor executor) {
        var out = new HashMap<String, String>();
        Optional<Regex> pattern = executor.context().evaluation().pattern(regex);
        if (pattern.isPresent()) {
            var matcher = pattern.get().often(text);
            while (matcher.find()) {
                if (matcher.groupCount() >= 2) {
                    out.putIfAbsent(matcher.group(1), matcher.group(2));
                }
            }
        }
        return out;
    }
}
