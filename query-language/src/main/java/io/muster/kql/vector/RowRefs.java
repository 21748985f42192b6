package io.muster.kql.vector;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/// Rows picked out of several columns: a reference is `source << 32 | row`, or -1 for a row of nulls.
public final class RowRefs {
    private RowRefs() {}

    public static long of(int source, int row) {
        return (long) source << 32 | row;
    }

    public static int source(long ref) {
        return (int) (ref >> 32);
    }

    public static int row(long ref) {
        return (int) ref;
    }

    /// The values at those references, one column of the type.
    public static Column gather(List<Column> sources, KqlType type, long[] refs) {
        int rows = refs.length;
        if (sources.size() == 1) {
            int[] plain = new int[rows];
            for (int i = 0; i < rows; i++) {
                plain[i] = (int) refs[i];
            }
            return Columns.canonical(sources.getFirst(), type).gather(plain);
        }
        var canonical = new ArrayList<Column>(sources.size());
        for (var source : sources) {
            canonical.add(Columns.canonical(source, type));
        }
        return switch (type) {
            case STRING -> texts(canonical, refs);
            case INT, LONG, DATETIME, TIMESPAN -> {
                long[] out = new long[rows];
                var present = new Bits.Builder(rows);
                for (int i = 0; i < rows; i++) {
                    if (refs[i] >= 0
                            && canonical.get(source(refs[i])) instanceof LongColumn l
                            && l.present().get(row(refs[i]))) {
                        out[i] = l.values()[row(refs[i])];
                        present.set(i);
                    }
                }
                yield new LongColumn(type, out, present.build(rows));
            }
            case REAL -> {
                double[] out = new double[rows];
                var present = new Bits.Builder(rows);
                for (int i = 0; i < rows; i++) {
                    if (refs[i] >= 0
                            && canonical.get(source(refs[i])) instanceof RealColumn r
                            && r.present().get(row(refs[i]))) {
                        out[i] = r.values()[row(refs[i])];
                        present.set(i);
                    }
                }
                yield new RealColumn(out, present.build(rows));
            }
            case BOOL -> {
                var out = new Bits.Builder(rows);
                var present = new Bits.Builder(rows);
                for (int i = 0; i < rows; i++) {
                    if (refs[i] >= 0
                            && canonical.get(source(refs[i])) instanceof BoolColumn b
                            && b.present().get(row(refs[i]))) {
                        present.set(i);
                        if (b.values().get(row(refs[i]))) {
                            out.set(i);
                        }
                    }
                }
                yield new BoolColumn(out.build(rows), present.build(rows));
            }
            case DECIMAL, GUID, DYNAMIC -> {
                var out = new ColumnBuilder(type, rows);
                for (long ref : refs) {
                    if (ref < 0) {
                        out.addNull();
                    } else {
                        var source = canonical.get(source(ref));
                        var value = source.dynamic(row(ref));
                        if (source instanceof DynamicColumn) {
                            out.addShared(value);
                        } else {
                            out.add(value);
                        }
                    }
                }
                yield out.build();
            }
        };
    }

    /// Not many computed texts for the few that are picked.
    private static boolean isWorthKeeping(Dictionary dictionary, long[] refs) {
        return !(dictionary instanceof PlainDictionary) || dictionary.size() <= 2L * refs.length;
    }

    private static Column texts(List<Column> sources, long[] refs) {
        var dictionaries = new IdentityHashMap<Dictionary, StringColumn>();
        for (var source : sources) {
            if (source instanceof StringColumn s) {
                dictionaries.putIfAbsent(s.dictionary(), s);
            }
        }
        // Rows of one dictionary keep their codes.
        if (dictionaries.size() == 1
                && isWorthKeeping(dictionaries.keySet().iterator().next(), refs)) {
            int[] out = new int[refs.length];
            for (int i = 0; i < refs.length; i++) {
                out[i] =
                        refs[i] >= 0 && sources.get(source(refs[i])) instanceof StringColumn s
                                ? s.codes().get(row(refs[i]))
                                : -1;
            }
            var dictionary = dictionaries.keySet().iterator().next();
            return new StringColumn(Codes.of(out, dictionary.size()), dictionary);
        }
        var texts = new TextRefs();
        var known = new IdentityHashMap<Dictionary, int[]>();
        int[] out = new int[refs.length];
        for (int i = 0; i < refs.length; i++) {
            out[i] = -1;
            if (refs[i] >= 0 && sources.get(source(refs[i])) instanceof StringColumn s) {
                int code = s.codes().get(row(refs[i]));
                if (code >= 0) {
                    out[i] = texts.once(s.dictionary(), code, known);
                }
            }
        }
        var distinct = texts.build();
        return distinct.gather(out);
    }
}
