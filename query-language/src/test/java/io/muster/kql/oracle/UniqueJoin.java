package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// All pairs of an innerunique join, carried through the operators behind it: which left row of a key stays is decided last, when it is
/// known which of them the conditions on the left side let pass.
final class UniqueJoin {
    /// Texts, members and names, in the texts of expressions.
    private static final Pattern WORDS =
            Pattern.compile("'[^']*'|\\.[A-Za-z_]\\w*|([A-Za-z_]\\w*)");

    /// @param left which row of the left side
    /// @param row what the operators so far have made of the pair
    /// @param kept whether the other conditions let it pass
    private record Pair(int left, Dynamic key, Dynamic[] row, boolean kept) {}

    private List<Pair> pairs = new ArrayList<>();

    /// The columns of the rows as they are now that are columns of the left side.
    private Set<Integer> fromLeft = new HashSet<>();

    UniqueJoin(List<Dynamic[]> left, List<Dynamic[]> right, int leftKey, int rightKey) {
        for (int l = 0; l < left.size(); l++) {
            var row = left.get(l);
            for (int c = 0; c < row.length; c++) {
                fromLeft.add(c);
            }
            for (var other : right) {
                if (row[leftKey].equals(other[rightKey])) {
                    pairs.add(new Pair(l, row[leftKey], RandomQuery.beside(row, other), true));
                }
            }
        }
    }

    void where(Expr predicate, List<Rows.Column> columns) {
        if (!predicate.conjuncts().isEmpty()) {
            predicate.conjuncts().forEach(c -> where(c, columns));
            return;
        }
        var read = reads(predicate, columns);
        boolean ofLeft = !read.isEmpty() && fromLeft.containsAll(read);
        var out = new ArrayList<Pair>();
        for (var pair : pairs) {
            boolean holds = Dynamic.TRUE.equals(predicate.value().apply(pair.row()));
            if (!ofLeft) {
                out.add(new Pair(pair.left(), pair.key(), pair.row(), pair.kept() && holds));
            } else if (holds) {
                out.add(pair);
            }
        }
        pairs = out;
    }

    private static Set<Integer> reads(Expr expr, List<Rows.Column> columns) {
        var names = columns.stream().map(Rows.Column::name).toList();
        var out = new HashSet<Integer>();
        for (var words = WORDS.matcher(expr.text()); words.find(); ) {
            int index = words.group(1) == null ? -1 : names.indexOf(words.group(1));
            if (index >= 0) {
                out.add(index);
            }
        }
        return out;
    }

    /// A column that only repeats another is as good as that one.
    void extend(int at, Expr expr, List<Rows.Column> columns) {
        int same = columns.stream().map(Rows.Column::name).toList().indexOf(expr.text());
        if (fromLeft.contains(same)) {
            fromLeft.add(at);
        } else {
            fromLeft.remove(at);
        }
        each(row -> {
            var line = Arrays.copyOf(row, Math.max(row.length, at + 1));
            line[at] = expr.value().apply(row);
            return line;
        });
    }

    void project(List<Integer> picked) {
        var from = new HashSet<Integer>();
        for (int i = 0; i < picked.size(); i++) {
            if (fromLeft.contains(picked.get(i))) {
                from.add(i);
            }
        }
        fromLeft = from;
        each(row -> picked.stream().map(i -> row[i]).toArray(Dynamic[]::new));
    }

    private void each(UnaryOperator<Dynamic[]> step) {
        pairs =
                pairs.stream()
                        .map(p -> new Pair(p.left(), p.key(), step.apply(p.row()), p.kept()))
                        .toList();
    }

    List<Dynamic[]> rows() {
        var firsts = new HashMap<Dynamic, Integer>();
        var out = new ArrayList<Dynamic[]>();
        for (var pair : pairs) {
            firsts.putIfAbsent(pair.key(), pair.left());
            if (pair.kept() && firsts.get(pair.key()) == pair.left()) {
                out.add(pair.row());
            }
        }
        return out;
    }
}
