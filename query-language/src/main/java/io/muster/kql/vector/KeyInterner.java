package io.muster.kql.vector;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Numbers the distinct values of one key over any number of columns: 0, 1, ... in order of first sight, null being a value like any
/// other (for strings null and "" are one). Texts are met by [TextKeys], once a dictionary code where codes repeat. Confined to one thread.
public final class KeyInterner {
    /// Nanoseconds or so that a value takes.
    private static final long LOOK_UP = 32;

    private final KqlType type;
    private final ColumnBuilder values;
    private int nullId = -1;
    private final Map<Object, Integer> objects;
    private final LongToInt longs;

    /// For long keys: number in `longs` to id.
    private int[] longIds = new int[0];

    private final @Nullable TextKeys texts;
    private final MemoryMeter.Pace pace = new MemoryMeter.Pace();

    public KeyInterner(KqlType type) {
        this.type = type;
        this.values = new ColumnBuilder(type, 16);
        this.objects = new HashMap<>();
        this.longs = new LongToInt();
        this.texts = type == KqlType.STRING ? new TextKeys() : null;
    }

    private KeyInterner(KeyInterner origin) {
        this.type = origin.type;
        this.values = origin.values;
        this.objects = origin.objects;
        this.longs = origin.longs;
        this.longIds = origin.longIds;
        this.nullId = origin.nullId;
        this.texts = origin.texts == null ? null : origin.texts.reader();
    }

    /// The same values to look up, by another thread, beside others that do. Nothing is numbered any more once there is a reader.
    public KeyInterner reader() {
        return new KeyInterner(this);
    }

    public int size() {
        return texts != null ? texts.size() : values.size();
    }

    /// The texts of a string key; null for other types.
    public @Nullable TextKeys texts() {
        return texts;
    }

    /// Numbers another's values; its value i is the result's i here.
    public int[] merge(KeyInterner other) {
        return texts != null && other.texts != null
                ? texts.merge(other.texts)
                : ids(other.values(), true);
    }

    /// The id of each row's value; with `insert` unknown values get a new one, else they are -1.
    public int[] ids(Column column, boolean insert) {
        int[] out = new int[column.size()];
        ids(column, insert, out);
        return out;
    }

    /// [#ids] into an array of as many rows.
    public void ids(Column column, boolean insert, int[] out) {
        Column canonical = Columns.canonical(column, type);
        int rows = canonical.size();
        var pace = new MemoryMeter.Pace();
        switch (canonical) {
            case StringColumn s when texts != null -> texts.ids(s, insert, out);
            // What a path leads to may be of another form in each segment.
            case Column any when type == KqlType.DYNAMIC -> ofObjects(any, insert, out);
            case LongColumn l -> {
                long[] all = l.values();
                for (int row = 0; row < rows; row++) {
                    pace.row(row);
                    out[row] = l.present().get(row) ? ofLong(all[row], insert) : ofNull(insert);
                }
            }
            case RealColumn r -> {
                double[] all = r.values();
                for (int row = 0; row < rows; row++) {
                    pace.row(row);
                    // One zero and one NaN.
                    out[row] =
                            r.present().get(row)
                                    ? ofLong(Double.doubleToLongBits(all[row] + 0.0), insert)
                                    : ofNull(insert);
                }
            }
            case BoolColumn b -> {
                for (int row = 0; row < rows; row++) {
                    out[row] =
                            b.present().get(row)
                                    ? ofLong(b.values().get(row) ? 1 : 0, insert)
                                    : ofNull(insert);
                }
            }
            default -> ofObjects(canonical, insert, out);
        }
    }

    private void ofObjects(Column column, boolean insert, int[] out) {
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < out.length; row++) {
            pace.row(row);
            out[row] = ofObject(column.dynamic(row), insert);
        }
    }

    private int ofNull(boolean insert) {
        if (nullId < 0 && insert) {
            nullId = values.size();
            values.addNull();
        }
        return nullId;
    }

    private int ofLong(long bits, boolean insert) {
        pace.did(LOOK_UP);
        if (!insert) {
            int number = longs.find(bits);
            return number < 0 ? -1 : longIds[number];
        }
        int before = longs.size();
        int number = longs.intern(bits);
        if (number == before) {
            if (number == longIds.length) {
                longIds = Arrays.copyOf(longIds, Math.max(64, number * 2));
            }
            longIds[number] = values.size();
            switch (type) {
                case REAL -> values.addReal(Double.longBitsToDouble(bits));
                case BOOL -> values.addBool(bits != 0);
                default -> values.addLong(bits);
            }
        }
        return longIds[number];
    }

    private int ofObject(Dynamic value, boolean insert) {
        if (value.isNull()) {
            return ofNull(insert);
        }
        pace.did(4 * LOOK_UP);
        // 1.0 and 1.00 are one number.
        Object key =
                value instanceof Dynamic.Decimal(var d) ? stripped(d) : DynamicOrder.keyOf(value);
        Integer id = objects.get(key);
        if (id == null) {
            if (!insert) {
                return -1;
            }
            id = values.size();
            values.add(value);
            objects.put(key, id);
        }
        return id;
    }

    private static BigDecimal stripped(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    /// The values of ids 0, 1, ... as a column.
    public Column values() {
        return texts != null ? texts.values() : values.build();
    }
}
