package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.PatternPart;
import io.muster.kql.regex.Regex;
import io.muster.kql.regex.RegexSyntax;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.TextFinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `parse`, `parse-where`: texts cut by a pattern, once a distinct text. A text that does not fit gives null in every new column.
final class ParseOperator {
    private ParseOperator() {}

    static Relation relation(LogicalPlan.Parse parse, Executor executor) {
        var source = Compiled.of(parse.source(), executor);
        var targets = new ArrayList<PatternPart.Target>();
        for (var part : parse.pattern()) {
            if (part instanceof PatternPart.Target target) {
                targets.add(target);
            }
        }
        Function<String, Dynamic @Nullable []> match =
                parse.kind().equals("regex")
                        ? regex(parse, targets, executor)
                        : text -> simple(parse, text, targets);
        var known =
                new ByText<Cut>(cut -> cut.columns.stream().mapToLong(Columns::heldBytes).sum());
        return executor.relation(parse.input())
                .map(batch -> parse(parse, batch, source, targets, match, known, executor));
    }

    /// Texts that were cut: a column for each target, and which texts fit.
    private record Cut(List<Column> columns, Bits fits) {}

    private static Batch parse(
            LogicalPlan.Parse parse,
            Batch batch,
            Compiled source,
            List<PatternPart.Target> targets,
            Function<String, Dynamic @Nullable []> match,
            ByText<Cut> known,
            Executor executor) {
        executor.context().check();
        var texts = (StringColumn) Columns.canonical(source.column(batch), KqlType.STRING);
        int rows = batch.rows();
        var byCode = known.of(texts, each -> cut(each, targets, match));
        var cut = byCode == null ? cut(texts, targets, match) : byCode;
        // One array of codes for all new columns, so that keys made of them meet once a code.
        Codes codes =
                byCode == null ? null : withoutNulls(texts.codes(), texts.dictionary().size() + 1);
        var columns = new ArrayList<Supplier<Column>>(batch.suppliers());
        while (columns.size() < parse.schema().size()) {
            columns.add(() -> Columns.nulls(KqlType.DYNAMIC, rows));
        }
        for (int t = 0; t < targets.size(); t++) {
            var built = cut.columns.get(t);
            columns.set(
                    targets.get(t).column(),
                    codes == null ? () -> built : () -> Columns.byCode(built, codes));
        }
        var out = Batch.lazy(rows, columns);
        if (!parse.dropMisses()) {
            return out;
        }
        var kept = new Bits.Builder(rows);
        for (int row = 0; row < rows; row++) {
            if (cut.fits.get(codes == null ? row : codes.get(row))) {
                kept.set(row);
            }
        }
        return out.select(kept.build(rows).toArray());
    }

    private static Cut cut(
            StringColumn texts,
            List<PatternPart.Target> targets,
            Function<String, Dynamic @Nullable []> match) {
        int rows = texts.size();
        var builders = new ArrayList<ColumnBuilder>();
        for (var target : targets) {
            builders.add(new ColumnBuilder(target.type(), rows));
        }
        var hits = new Bits.Builder(rows);
        var reader = texts.dictionary().reader();
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < rows; row++) {
            int code = texts.codes().get(row);
            String text = code < 0 ? "" : reader.apply(code);
            pace.did(256 + 8L * text.length());
            Dynamic[] values = match.apply(text);
            if (values != null) {
                hits.set(row);
            }
            for (int t = 0; t < builders.size(); t++) {
                if (values == null) {
                    builders.get(t).addNull();
                } else {
                    builders.get(t).add(values[t]);
                }
            }
        }
        return new Cut(builders.stream().map(ColumnBuilder::build).toList(), hits.build(rows));
    }

    /// The codes with `size - 1`, the code of "", where a row has none.
    private static Codes withoutNulls(Codes codes, int size) {
        if (!codes.hasNulls()) {
            return codes;
        }
        int[] all = codes.toInts();
        for (int row = 0; row < all.length; row++) {
            all[row] = all[row] < 0 ? size - 1 : all[row];
        }
        return Codes.of(all, size);
    }

    /// Literals stand verbatim; a column takes the shortest text to the next literal, the last one the rest.
    private static Dynamic @Nullable [] simple(
            LogicalPlan.Parse parse, String text, List<PatternPart.Target> targets) {
        boolean relaxed = parse.kind().equals("relaxed");
        var values = new Dynamic[targets.size()];
        var parts = parse.pattern();
        int at = 0;
        int column = 0;
        int pending = -1;
        boolean free = false;
        int started = 0;
        for (int i = 0; i < parts.size(); i++) {
            switch (parts.get(i)) {
                case PatternPart.Skip skip -> {
                    if (pending >= 0 && targets.get(pending).type() != KqlType.STRING) {
                        // A typed column before `*` takes what reads as its type.
                        int end = typedEnd(text, started, targets.get(pending).type());
                        if (!take(
                                text,
                                started,
                                end,
                                targets.get(pending),
                                relaxed,
                                values,
                                pending)) {
                            return null;
                        }
                        at = end;
                        pending = -1;
                    }
                    free = true;
                }
                case PatternPart.Target target -> {
                    if (pending >= 0) {
                        // With no text between two columns the first takes what reads as its type;
                        // of a
                        // string the shortest text, which is none.
                        var type = targets.get(pending).type();
                        at = type == KqlType.STRING ? started : typedEnd(text, started, type);
                        if (!take(
                                text,
                                started,
                                at,
                                targets.get(pending),
                                relaxed,
                                values,
                                pending)) {
                            return null;
                        }
                    }
                    pending = column++;
                    started = at;
                    free = true;
                }
                case PatternPart.Text(var literal) -> {
                    int found =
                            free
                                    ? TextFinder.find(text, literal, at)
                                    : text.startsWith(literal, at) ? at : -1;
                    if (found < 0) {
                        return null;
                    }
                    if (pending >= 0) {
                        if (!take(
                                text,
                                started,
                                found,
                                targets.get(pending),
                                relaxed,
                                values,
                                pending)) {
                            return null;
                        }
                        pending = -1;
                    }
                    at = found + literal.length();
                    free = false;
                }
            }
        }
        if (pending >= 0
                && !take(
                        text,
                        started,
                        text.length(),
                        targets.get(pending),
                        relaxed,
                        values,
                        pending)) {
            return null;
        }
        return values;
    }

    private static int typedEnd(String text, int from, KqlType type) {
        int end = from;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean part =
                    switch (type) {
                        case INT, LONG ->
                                Character.isDigit(c) || (end == from && (c == '-' || c == '+'));
                        case REAL, DECIMAL ->
                                Character.isDigit(c)
                                        || c == '.'
                                        || c == '-'
                                        || c == '+'
                                        || c == 'e'
                                        || c == 'E';
                        default -> !Character.isWhitespace(c);
                    };
            if (!part) {
                break;
            }
            end++;
        }
        return end;
    }

    private static boolean take(
            String text,
            int from,
            int to,
            PatternPart.Target target,
            boolean relaxed,
            Dynamic[] values,
            int index) {
        Dynamic raw = Dynamic.of(text.substring(from, Math.max(from, to)));
        Dynamic value =
                target.type() == KqlType.STRING
                        ? raw
                        : target.type() == KqlType.DYNAMIC
                                ? Conversions.json(raw.textOr(""))
                                : Conversions.convert(raw, target.type());
        values[index] = value;
        return relaxed || !value.isNull() || target.type() == KqlType.DYNAMIC;
    }

    private static Function<String, Dynamic @Nullable []> regex(
            LogicalPlan.Parse parse, List<PatternPart.Target> targets, Executor executor) {
        String flags = RegexSyntax.flags(parse.flags());
        var regex = new StringBuilder(RegexSyntax.toRe2(flags));
        var parts = parse.pattern();
        // The flag `U` swaps them.
        String lazy = "*?";
        String greedy = "*";
        var groups = new ArrayList<Integer>();
        int group = 1;
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            switch (parts.get(i)) {
                case PatternPart.Skip skip ->
                        regex.append("(?:.|\\n)").append(last ? greedy : lazy);
                case PatternPart.Text(var text) -> {
                    regex.append("(?:").append(RegexSyntax.toRe2(flags + text)).append(')');
                    var alone = executor.context().evaluation().pattern(flags + text);
                    group += alone.isPresent() ? alone.get().groupCount() : 0;
                }
                case PatternPart.Target target -> {
                    groups.add(group++);
                    regex.append(
                            switch (target.type()) {
                                case INT, LONG -> "([-+]?\\d+)";
                                case REAL, DECIMAL -> "([-+]?[0-9.eE]+)";
                                default -> "((?:.|\\n)" + greedy + ")";
                            });
                }
            }
        }
        Optional<Regex> pattern = executor.context().evaluation().pattern(regex.toString());
        return text -> {
            if (pattern.isEmpty()) {
                return null;
            }
            var matcher = pattern.get().once(text);
            if (!matcher.find()) {
                return null;
            }
            var values = new Dynamic[targets.size()];
            for (int t = 0; t < values.length; t++) {
                String found = matcher.group(groups.get(t));
                if (!take(
                        found == null ? "" : found,
                        0,
                        found == null ? 0 : found.length(),
                        targets.get(t),
                        true,
                        values,
                        t)) {
                    return null;
                }
            }
            return values;
        };
    }
}
