package io.muster.kql.binder;

import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The rows of a table as codes of their values, and the closed patterns in them. A null or an empty string is no value of a pattern.
final class Patterns {
    /// Enough for what a person reads; the search ends there.
    private static final int MAX_PATTERNS = 20_000;

    private static final double MAX_WORK = 5e8;

    /// Steps between two looks whether to go on.
    private static final int MANY = 1 << 16;

    /// About the bytes of a value with its code.
    private static final long VALUE = 100;

    private final Table table;
    private final int[] columns;
    private final int[][] codes;
    private final List<List<Dynamic>> values;
    private final double[] weights;
    private final double total;
    private final MemoryMeter.Pace pace = new MemoryMeter.Pace();

    private Patterns(
            Table table,
            int[] columns,
            int[][] codes,
            List<List<Dynamic>> values,
            double[] weights) {
        this.table = table;
        this.columns = columns;
        this.codes = codes;
        this.values = values;
        this.weights = weights;
        this.total = Arrays.stream(weights).sum();
    }

    /// One code a column, -1 for any value.
    ///
    /// @param weight of all rows that match
    record Pattern(int[] codes, double weight) {
        int dimensions() {
            int count = 0;
            for (int code : codes) {
                count += code >= 0 ? 1 : 0;
            }
            return count;
        }
    }

    /// @param weight column of the rows' weights, -1 for one each; no dimension
    /// @param apart a further column that is no dimension, or -1
    /// What it holds is charged to the meter that is current.
    static Patterns of(Table table, int weight, int apart) {
        var columns = new ArrayList<Integer>();
        for (int c = 0; c < table.schema().size(); c++) {
            if (c != weight && c != apart) {
                columns.add(c);
            }
        }
        int[][] codes = new int[columns.size()][];
        var held = new MemoryMeter.Tally();
        var pace = new MemoryMeter.Pace();
        var values = new ArrayList<List<Dynamic>>();
        for (int c = 0; c < codes.length; c++) {
            var cells = PluginReader.cells(table, columns.get(c));
            Map<Dynamic, Integer> known = new HashMap<>();
            var mine = new ArrayList<Dynamic>();
            MemoryMeter.current().charge(4L * cells.size());
            codes[c] = new int[cells.size()];
            for (int row = 0; row < cells.size(); row++) {
                var cell = cells.get(row);
                pace.did(64);
                boolean empty =
                        cell.isNull() || cell instanceof Dynamic.Text(var text) && text.isEmpty();
                Integer code = empty ? Integer.valueOf(-1) : known.get(DynamicOrder.keyOf(cell));
                if (code == null) {
                    code = mine.size();
                    held.add(VALUE);
                    known.put(DynamicOrder.keyOf(cell), code);
                    mine.add(cell);
                }
                codes[c][row] = code;
            }
            values.add(mine);
        }
        held.settle();
        int rows = 0;
        for (var segment : table.segments()) {
            rows += segment.size();
        }
        MemoryMeter.current().charge(8L * rows);
        double[] weights = new double[rows];
        Arrays.fill(weights, 1);
        if (weight >= 0) {
            var cells = PluginReader.cells(table, weight);
            for (int row = 0; row < rows; row++) {
                weights[row] =
                        cells.get(row).isNull() ? 0 : Math.max(0, Columns.doubleOf(cells.get(row)));
            }
        }
        return new Patterns(
                table, columns.stream().mapToInt(c -> c).toArray(), codes, values, weights);
    }

    int[] columns() {
        return columns.clone();
    }

    Dynamic value(int column, int code) {
        return values.get(column).get(code);
    }

    double total() {
        return total;
    }

    boolean[] all() {
        boolean[] out = new boolean[weights.length];
        Arrays.fill(out, true);
        return out;
    }

    /// Rows whose value of a column of the table prints as the text.
    boolean[] where(int column, String text) {
        var cells = PluginReader.cells(table, column);
        boolean[] out = new boolean[cells.size()];
        for (int row = 0; row < out.length; row++) {
            pace.did(64);
            String printed = ScalarText.of(cells.get(row));
            out[row] =
                    printed.equals(text)
                            || table.schema().type(column) == KqlType.BOOL
                                    && printed.equalsIgnoreCase(text);
        }
        return out;
    }

    double weight(boolean[] rows) {
        double sum = 0;
        for (int row = 0; row < rows.length; row++) {
            pace.did(1);
            sum += rows[row] ? weights[row] : 0;
        }
        return sum;
    }

    double weight(Pattern pattern, boolean[] rows) {
        double sum = 0;
        for (int row = 0; row < rows.length; row++) {
            pace.did(4);
            if (rows[row] && matches(pattern, row)) {
                sum += weights[row];
            }
        }
        return sum;
    }

    void remove(Pattern pattern, boolean[] rows) {
        for (int row = 0; row < rows.length; row++) {
            pace.did(4);
            rows[row] &= !matches(pattern, row);
        }
    }

    private boolean matches(Pattern pattern, int row) {
        for (int c = 0; c < columns.length; c++) {
            if (pattern.codes()[c] >= 0 && codes[c][row] != pattern.codes()[c]) {
                return false;
            }
        }
        return true;
    }

    /// All patterns of at least one dimension that weigh `least` and lose weight by any further value.
    ///
    /// @param most values a pattern may be asked by; what all its rows share comes on top
    List<Pattern> closed(double least, int most) {
        var out = new ArrayList<Pattern>();
        if (columns.length == 0) {
            return out;
        }
        int[] rows = IntStream.range(0, weights.length).filter(row -> weights[row] > 0).toArray();
        if (rows.length == 0) {
            return out;
        }
        int[] none = new int[columns.length];
        Arrays.fill(none, -1);
        var search = new Search(least, out);
        int[] root = search.closure(none, rows);
        if (new Pattern(root, total).dimensions() > 0 && total >= least) {
            out.add(new Pattern(root, total));
        }
        search.extend(root, rows, -1, most);
        return out;
    }

    /// Closed patterns, each found once: a pattern is extended by values in the order of columns, and what a value brings along must lie
    /// behind it.
    private final class Search {
        private final double least;
        private final List<Pattern> out;
        private final MemoryMeter meter = MemoryMeter.current();
        private double work;

        private void did(double steps) {
            work += steps;
            pace.did((long) steps);
        }

        Search(double least, List<Pattern> out) {
            this.least = least;
            this.out = out;
        }

        int[] closure(int[] pattern, int[] rows) {
            int[] closed = pattern.clone();
            for (int c = 0; c < columns.length; c++) {
                if (closed[c] >= 0) {
                    continue;
                }
                int shared = codes[c][rows[0]];
                for (int i = 1; i < rows.length && shared >= 0; i++) {
                    if ((i & MANY - 1) == 0) {
                        pace.did(MANY);
                    }
                    if (codes[c][rows[i]] != shared) {
                        shared = -1;
                    }
                }
                closed[c] = shared;
            }
            return closed;
        }

        void extend(int[] pattern, int[] rows, int behind, int most) {
            if (most == 0) {
                return;
            }
            for (int c = behind + 1; c < columns.length; c++) {
                if (pattern[c] >= 0) {
                    continue;
                }
                var weightOf = new double[values.get(c).size()];
                meter.charge(12L * weightOf.length);
                int[] countOf = new int[weightOf.length];
                for (int row : rows) {
                    int code = codes[c][row];
                    if (code >= 0) {
                        weightOf[code] += weights[row];
                        countOf[code]++;
                    }
                }
                did(rows.length + weightOf.length);
                for (int code = 0; code < weightOf.length; code++) {
                    if (weightOf[code] < least || countOf[code] == 0) {
                        continue;
                    }
                    if (out.size() >= MAX_PATTERNS || work > MAX_WORK) {
                        meter.charge(-12L * weightOf.length);
                        return;
                    }
                    meter.charge(4L * countOf[code]);
                    int[] with = new int[countOf[code]];
                    int n = 0;
                    pace.did(rows.length);
                    for (int row : rows) {
                        if (codes[c][row] == code) {
                            with[n++] = row;
                        }
                    }
                    did((double) with.length * columns.length);
                    int[] longer = pattern.clone();
                    longer[c] = code;
                    int[] closed = closure(longer, with);
                    boolean first = true;
                    for (int before = 0; before < c && first; before++) {
                        first = closed[before] == pattern[before];
                    }
                    if (first) {
                        meter.charge(64 + 4L * closed.length);
                        out.add(new Pattern(closed, weightOf[code]));
                        extend(closed, with, c, most - 1);
                    }
                    meter.charge(-4L * with.length);
                }
                meter.charge(-12L * weightOf.length);
            }
        }
    }
}
