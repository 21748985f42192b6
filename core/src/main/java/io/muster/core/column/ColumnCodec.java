package io.muster.core.column;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// Columns as bytes and back, form for form. The layout is versioned by whoever keeps the bytes; checksums and compression are theirs too.
public final class ColumnCodec {
    static final int NULL = 0;
    static final int BOOL = 1;
    static final int LONG = 2;
    static final int REAL = 3;
    static final int STRING = 4;
    static final int LIST = 5;
    static final int SHREDDED = 6;
    static final int SPARSE = 7;
    static final int MIXED = 8;
    static final int DYNAMIC = 9;
    static final int DECIMAL = 10;
    static final int GUID = 11;
    static final int PACKED = 12;

    private ColumnCodec() {}

    public static void write(Column column, DataOutput out) throws IOException {
        switch (column) {
            case NullColumn(int size) -> {
                out.writeByte(NULL);
                out.writeInt(size);
            }
            case BoolColumn(Bits values, Bits present) -> {
                out.writeByte(BOOL);
                writeBits(values, out);
                writeBits(present, out);
            }
            case LongColumn(KqlType type, long[] values, Bits present) -> {
                out.writeByte(LONG);
                writeText(type.wireName(), out);
                writeBits(present, out);
                for (long value : values) {
                    out.writeLong(value);
                }
            }
            case PackedLongColumn(long base, Codes codes) -> {
                out.writeByte(PACKED);
                out.writeLong(base);
                writeCodes(codes, out);
            }
            case RealColumn(double[] values, Bits present) -> {
                out.writeByte(REAL);
                writeBits(present, out);
                for (double value : values) {
                    out.writeDouble(value);
                }
            }
            case DecimalColumn decimals -> {
                out.writeByte(DECIMAL);
                writeBits(decimals.present(), out);
                for (int row = 0; row < decimals.size(); row++) {
                    var value = decimals.values()[row];
                    writeText(value == null ? "" : value.toString(), out);
                }
            }
            case GuidColumn guids -> {
                out.writeByte(GUID);
                writeBits(guids.present(), out);
                for (int row = 0; row < guids.size(); row++) {
                    var value = guids.values()[row];
                    out.writeLong(value == null ? 0 : value.getMostSignificantBits());
                    out.writeLong(value == null ? 0 : value.getLeastSignificantBits());
                }
            }
            case StringColumn(Codes codes, Dictionary dictionary) -> {
                out.writeByte(STRING);
                writeCodes(codes, out);
                writeDictionary(dictionary, out);
            }
            case ListColumn(Bits arrays, int[] offsets, Column values) -> {
                out.writeByte(LIST);
                writeBits(arrays, out);
                writeInts(offsets, out);
                write(values, out);
            }
            case ShreddedColumn(Bits objects, var members) -> {
                out.writeByte(SHREDDED);
                writeBits(objects, out);
                out.writeInt(members.size());
                for (var member : members.entrySet()) {
                    writeText(member.getKey(), out);
                    var nulls = member.getValue().jsonNulls();
                    out.writeBoolean(nulls != null);
                    if (nulls != null) {
                        writeBits(nulls, out);
                    }
                    write(member.getValue().values(), out);
                }
            }
            case SparseColumn(int size, int[] rows, Column values) -> {
                out.writeByte(SPARSE);
                out.writeInt(size);
                writeInts(rows, out);
                write(values, out);
            }
            case MixedColumn(int size, var variants) -> {
                out.writeByte(MIXED);
                out.writeInt(size);
                out.writeInt(variants.size());
                for (var variant : variants) {
                    write(variant, out);
                }
            }
            case DynamicColumn(Dynamic[] values) -> {
                out.writeByte(DYNAMIC);
                out.writeInt(values.length);
                for (var value : values) {
                    writeDynamic(value, out);
                }
            }
            case SelectedColumn selected -> write(selected.dense(), out);
        }
    }

    /// The column that begins at the buffer's position, which moves behind it. What `sharing` has met elsewhere is kept once.
    ///
    /// @throws IOException also when the bytes are no column
    public static Column read(ByteBuffer in, Sharing sharing) throws IOException {
        return new ColumnReader(in, sharing).column();
    }

    private static void writeDictionary(Dictionary dictionary, DataOutput out) throws IOException {
        switch (dictionary) {
            case GuidDictionary guids -> {
                out.writeByte(1);
                out.writeInt(guids.halves().length);
                for (long half : guids.halves()) {
                    out.writeLong(half);
                }
            }
            case TokenDictionary tokens -> {
                out.writeByte(5);
                writeDictionary(tokens.pool(), out);
                writeInts(tokens.starts(), out);
                writeCodes(tokens.tokens(), out);
                out.writeByte(tokens.separator());
            }
            case JoinedDictionary joined -> {
                out.writeByte(6);
                writeDictionary(joined.heads(), out);
                writeCodes(joined.headCodes(), out);
                out.writeByte(joined.separator());
                writeDictionary(joined.tails(), out);
                writeCodes(joined.tailCodes(), out);
            }
            case InstantDictionary instants -> {
                int[] seconds = instants.seconds();
                long[] ticks = instants.ticks();
                if (seconds != null) {
                    out.writeByte(7);
                    writeInts(seconds, out);
                } else if (ticks != null) {
                    out.writeByte(8);
                    out.writeInt(ticks.length);
                    for (long value : ticks) {
                        out.writeLong(value);
                    }
                }
                writeText(instants.suffix(), out);
            }
            case TextDictionary texts -> {
                out.writeByte(3);
                writeInts(texts.offsets(), out);
                out.write(texts.utf8());
            }
            case KeyDictionary key -> writeDictionary(key.base(), out);
            case LowerDictionary lower -> writeDictionary(plain(lower), out);
            case UnionDictionary union -> writeDictionary(plain(union), out);
            case PlainDictionary plain -> {
                out.writeByte(4);
                out.writeBoolean(plain.isDistinct());
                out.writeInt(plain.size());
                for (String value : plain.values()) {
                    writeText(value, out);
                }
            }
        }
    }

    /// Texts that are made when read, as they read.
    private static PlainDictionary plain(Dictionary dictionary) {
        var values = new String[dictionary.size()];
        var texts = dictionary.reader();
        for (int code = 0; code < values.length; code++) {
            values[code] = texts.apply(code);
        }
        return new PlainDictionary(values, dictionary.isDistinct());
    }

    private static void writeCodes(Codes codes, DataOutput out) throws IOException {
        byte[] bytes = codes.bytes();
        short[] shorts = codes.shorts();
        out.writeByte(codes.isIdentity() ? 0 : bytes != null ? 1 : shorts != null ? 2 : 4);
        out.writeInt(codes.size());
        if (codes.isIdentity()) {
            return;
        }
        if (bytes != null) {
            out.write(bytes);
        } else if (shorts != null) {
            for (short code : shorts) {
                out.writeShort(code);
            }
        } else {
            for (int code : codes.toInts()) {
                out.writeInt(code);
            }
        }
    }

    private static void writeDynamic(Dynamic value, DataOutput out) throws IOException {
        switch (value) {
            case Dynamic.DateTime(long ticks) -> {
                out.writeByte(1);
                out.writeLong(ticks);
            }
            case Dynamic.Span(long ticks) -> {
                out.writeByte(2);
                out.writeLong(ticks);
            }
            case Dynamic.Guid(UUID guid) -> {
                out.writeByte(3);
                out.writeLong(guid.getMostSignificantBits());
                out.writeLong(guid.getLeastSignificantBits());
            }
            case Dynamic.Decimal(BigDecimal decimal) -> {
                out.writeByte(4);
                writeText(decimal.toString(), out);
            }
            // As UTF-16: this is where a text with half a surrogate pair stands.
            case Dynamic.Text(String text) -> {
                out.writeByte(5);
                out.writeInt(text.length());
                out.writeChars(text);
            }
            default -> {
                out.writeByte(0);
                writeText(Json.write(value), out);
            }
        }
    }

    private static void writeBits(Bits bits, DataOutput out) throws IOException {
        out.writeInt(bits.size());
        for (int w = 0; w < Bits.words(bits.size()); w++) {
            out.writeLong(bits.word(w));
        }
    }

    private static void writeInts(int[] values, DataOutput out) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static void writeText(String text, DataOutput out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }
}
