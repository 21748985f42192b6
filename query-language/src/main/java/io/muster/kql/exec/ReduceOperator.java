package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// `reduce by`: texts of one shape (runs that hold digits or that differ within a group become `*`) counted together.
final class ReduceOperator {
    /// The pattern of texts in which nothing stays the same.
    private static final String OTHERS = "others";

    /// Bytes of a pattern in the maps, its texts apart.
    private static final long ENTRY = 144;

    private ReduceOperator() {}

    static Relation relation(LogicalPlan.Reduce reduce, Executor executor) {
        if (reduce.keepsRows()) {
            return withPatterns(reduce, executor);
        }
        var input = executor.relation(reduce.input());
        return Relation.single(sink -> {
            var value = Compiled.of(reduce.value(), executor);
            Map<String, Long> counts = new LinkedHashMap<>();
            Map<String, String> samples = new LinkedHashMap<>();
            var made = new MemoryMeter.Tally();
            input.forEach(batch -> {
                executor.context().check();
                var texts = (StringColumn) Columns.canonical(value.column(batch), KqlType.STRING);
                var pace = new MemoryMeter.Pace();
                for (int row = 0; row < batch.rows(); row++) {
                    String text = Columns.text(texts, row);
                    pace.did(256 + 8L * text.length());
                    String shape = shape(text, reduce.characters());
                    boolean outlier = isOutlier(shape);
                    String pattern = outlier ? OTHERS : shape;
                    if (counts.merge(pattern, 1L, Long::sum) == 1) {
                        samples.put(pattern, outlier ? "" : text);
                        made.add(
                                ENTRY
                                        + MemoryMeter.sizeOf(pattern)
                                        + MemoryMeter.sizeOf(outlier ? "" : text));
                    }
                }
                return true;
            });
            made.settle();
            var pattern = new ColumnBuilder(KqlType.STRING, counts.size());
            var count = new ColumnBuilder(KqlType.LONG, counts.size());
            var sample = new ColumnBuilder(KqlType.STRING, counts.size());
            var ordered = new ArrayList<>(counts.entrySet());
            ordered.sort((a, b) -> Long.compare(b.getValue(), a.getValue()));
            for (var entry : ordered) {
                pattern.addText(entry.getKey());
                count.addLong(entry.getValue());
                sample.addText(samples.getOrDefault(entry.getKey(), ""));
            }
            List<Column> columns = List.of(pattern.build(), count.build(), sample.build());
            return counts.isEmpty() || sink.test(Batch.of(counts.size(), columns));
        });
    }

    private static Relation withPatterns(LogicalPlan.Reduce reduce, Executor executor) {
        var value = Compiled.of(reduce.value(), executor);
        return executor.relation(reduce.input())
                .map(batch -> {
                    executor.context().check();
                    var texts =
                            (StringColumn) Columns.canonical(value.column(batch), KqlType.STRING);
                    var pattern = new ColumnBuilder(KqlType.STRING, batch.rows());
                    var pace = new MemoryMeter.Pace();
                    for (int row = 0; row < batch.rows(); row++) {
                        String text = Columns.text(texts, row);
                        pace.did(256 + 8L * text.length());
                        String shape = shape(text, reduce.characters());
                        pattern.addText(isOutlier(shape) ? OTHERS : shape);
                    }
                    var patterns = pattern.build();
                    var columns = new ArrayList<Supplier<Column>>(batch.suppliers());
                    columns.add(() -> patterns);
                    return Batch.lazy(batch.rows(), columns);
                });
    }

    private static boolean isOutlier(String shape) {
        return shape.indexOf('*') >= 0 && shape.chars().noneMatch(Character::isLetterOrDigit);
    }

    /// A run of letters and digits that holds a digit is taken to vary. `characters` part a run: what stands before the first of them stays.
    private static String shape(String text, String characters) {
        var out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (!isPart(c, characters)) {
                out.append(c);
                at++;
                continue;
            }
            int from = at;
            int parted = -1;
            while (at < text.length() && isPart(text.charAt(at), characters)) {
                parted = parted < 0 && characters.indexOf(text.charAt(at)) >= 0 ? at : parted;
                at++;
            }
            String word = text.substring(from, at);
            if (word.chars().noneMatch(Character::isDigit)) {
                out.append(word);
                continue;
            }
            String kept = parted < 0 ? "" : text.substring(from, parted);
            out.append(kept.chars().anyMatch(Character::isDigit) ? "" : kept).append('*');
        }
        return out.toString();
    }

    private static boolean isPart(char c, String characters) {
        return Character.isLetterOrDigit(c) || characters.indexOf(c) >= 0;
    }
}
