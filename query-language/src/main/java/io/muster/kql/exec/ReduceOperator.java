package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `reduce by`: texts of one shape (runs that hold digits or that differ within a group become `*`) counted together.
final class ReduceOperator {
    private ReduceOperator() {}

    static Relation relation(LogicalPlan.Reduce reduce, Executor executor) {
        var input = executor.relation(reduce.input());
        return Relation.single(sink -> {
            var value = Compiled.of(reduce.value(), executor);
            Map<String, Long> counts = new LinkedHashMap<>();
            Map<String, String> samples = new LinkedHashMap<>();
            input.forEach(batch -> {
                executor.context().check();
                var texts = (StringColumn) Columns.canonical(value.column(batch), KqlType.STRING);
                for (int row = 0; row < batch.rows(); row++) {
                    String text = Columns.text(texts, row);
                    String shape = shape(text, reduce.characters());
                    counts.merge(shape, 1L, Long::sum);
                    samples.putIfAbsent(shape, text);
                }
                return true;
            });
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

    private static String shape(String text, String characters) {
        var out = new StringBuilder();
        var word = new StringBuilder();
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '\0';
            if (i < text.length() && (Character.isLetterOrDigit(c) || characters.indexOf(c) >= 0)) {
                word.append(c);
                continue;
            }
            boolean varies = word.chars().anyMatch(Character::isDigit);
            out.append(varies ? "*" : word);
            word.setLength(0);
            if (i < text.length()) {
                out.append(c);
            }
        }
        return out.toString();
    }
}
