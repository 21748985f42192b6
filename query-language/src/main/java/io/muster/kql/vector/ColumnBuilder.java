package io.muster.kql.vector;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.DecimalColumn;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.GuidColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.TextLimit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Collects one value a row into the canonical column of a type. Values of another kind become null, but for the widenings between
/// numbers. Confined to one thread.
public final class ColumnBuilder {
    private final KqlType type;
    private int rows;
    private long[] longs = new long[0];
    private double[] reals = new double[0];
    private String[] texts = new String[0];
    private final ArrayList<@Nullable Object> objects = new ArrayList<>();
    private final Bits.Builder present;
    private final Bits.Builder truths;
    private final MemoryMeter.Tally made = new MemoryMeter.Tally();

    public ColumnBuilder(KqlType type, int expectedRows) {
        this.type = type;
        this.present = new Bits.Builder(expectedRows);
        this.truths = new Bits.Builder(type == KqlType.BOOL ? expectedRows : 0);
        switch (type) {
            case INT, LONG, DATETIME, TIMESPAN -> longs = new long[expectedRows];
            case REAL -> reals = new double[expectedRows];
            case STRING -> texts = new String[expectedRows];
            case BOOL -> {}
            case DECIMAL, GUID, DYNAMIC -> objects.ensureCapacity(expectedRows);
        }
    }

    public int size() {
        return rows;
    }

    public void addNull() {
        switch (type) {
            case INT, LONG, DATETIME, TIMESPAN -> ensureLongs();
            case REAL -> ensureReals();
            case STRING -> {
                ensureTexts();
                texts[rows] = "";
            }
            case BOOL -> {}
            case DECIMAL, GUID -> objects.add(null);
            case DYNAMIC -> objects.add(Dynamic.NULL);
        }
        rows++;
    }

    public void addLong(long value) {
        ensureLongs();
        longs[rows] = value;
        present.set(rows++);
    }

    public void addReal(double value) {
        ensureReals();
        reals[rows] = value;
        present.set(rows++);
    }

    public void addText(String value) {
        TextLimit.check(value.length());
        ensureTexts();
        texts[rows++] = value;
        made.add(MemoryMeter.sizeOf(value));
    }

    public void addBool(boolean value) {
        present.set(rows);
        if (value) {
            truths.set(rows);
        }
        rows++;
    }

    public void add(Dynamic value) {
        switch (type) {
            case BOOL -> {
                if (value instanceof Dynamic.Bool(var b)) {
                    addBool(b);
                } else {
                    addNull();
                }
            }
            case INT, LONG -> {
                if (value instanceof Dynamic.Whole(var w)
                        && (type == KqlType.LONG || w == (int) w)) {
                    addLong(w);
                } else {
                    addNull();
                }
            }
            case DATETIME -> {
                if (value instanceof Dynamic.DateTime(var t)) {
                    addLong(t);
                } else {
                    addNull();
                }
            }
            case TIMESPAN -> {
                if (value instanceof Dynamic.Span(var t)) {
                    addLong(t);
                } else {
                    addNull();
                }
            }
            case REAL -> {
                switch (value) {
                    case Dynamic.Real(var r) -> addReal(r);
                    case Dynamic.Whole(var w) -> addReal((double) w);
                    case Dynamic.Decimal(var d) -> addReal(d.doubleValue());
                    default -> addNull();
                }
            }
            case DECIMAL -> {
                switch (value) {
                    case Dynamic.Decimal(var d) -> addObject(d);
                    case Dynamic.Whole(var w) -> addObject(BigDecimal.valueOf(w));
                    case Dynamic.Real(var r) when Double.isFinite(r) ->
                            addObject(BigDecimal.valueOf(r));
                    default -> addNull();
                }
            }
            case GUID -> {
                if (value instanceof Dynamic.Guid(var g)) {
                    addObject(g);
                } else {
                    addNull();
                }
            }
            case STRING -> addText(value.textOr(""));
            case DYNAMIC -> {
                made.add(MemoryMeter.sizeOf(value));
                addShared(value);
            }
        }
    }

    /// A dynamic value that is held elsewhere as well, so that it costs nothing here.
    void addShared(Dynamic value) {
        objects.add(value);
        rows++;
    }

    private void addObject(Object value) {
        made.add(48);
        objects.add(value);
        present.set(rows++);
    }

    private void ensureLongs() {
        if (rows == longs.length) {
            longs = Arrays.copyOf(longs, Math.max(16, rows * 2));
        }
    }

    private void ensureReals() {
        if (rows == reals.length) {
            reals = Arrays.copyOf(reals, Math.max(16, rows * 2));
        }
    }

    private void ensureTexts() {
        if (rows == texts.length) {
            texts = Arrays.copyOf(texts, Math.max(16, rows * 2));
        }
    }

    public Column build() {
        made.settle();
        return switch (type) {
            case BOOL -> new BoolColumn(truths.build(rows), present.build(rows));
            case INT, LONG, DATETIME, TIMESPAN ->
                    new LongColumn(type, Arrays.copyOf(longs, rows), present.build(rows));
            case REAL -> new RealColumn(Arrays.copyOf(reals, rows), present.build(rows));
            case STRING -> Columns.texts(Arrays.copyOf(texts, rows));
            case DECIMAL ->
                    new DecimalColumn(objects.toArray(new BigDecimal[0]), present.build(rows));
            case GUID -> new GuidColumn(objects.toArray(new UUID[0]), present.build(rows));
            case DYNAMIC -> new DynamicColumn(objects.toArray(new Dynamic[0]));
        };
    }
}
