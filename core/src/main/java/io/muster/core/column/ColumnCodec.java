package io.muster.core.column;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.UUID;

/// Columns as bytes and back, form for form. The layout is versioned by whoever keeps the bytes; checksums and compression are theirs too.
public final class ColumnCodec {
    private static final int NULL = 0;
    private static final int BOOL = 1;
    private static final int LONG = 2;
    private static final int REAL = 3;
    private static final int STRING = 4;
    private static final int LIST = 5;
    private static final int SHREDDED = 6;
    private static final int SPARSE = 7;
    private static final int MIXED = 8;
    private static final int DYNAMIC = 9;
    private static final int DECIMAL = 10;
    private static final int GUID = 11;
    private static final int PACKED = 12;

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

    /// @throws IOException also when the bytes are no column
    public static Column read(DataInput in) throws IOException {
        return read(in, new Sharing());
    }

    /// The same, with what `sharing` has met elsewhere kept once.
    ///
    /// @throws IOException also when the bytes are no column
    public static Column read(DataInput in, Sharing sharing) throws IOException {
        int form = in.readByte();
        return switch (form) {
            case NULL -> new NullColumn(in.readInt());
            case BOOL -> new BoolColumn(readBits(in, sharing), readBits(in, sharing));
            case LONG -> {
                String name = readText(in);
                var type =
                        KqlType.parse(name).orElseThrow(() -> new IOException("no type " + name));
                var present = readBits(in, sharing);
                long[] values = new long[present.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.readLong();
                }
                yield new LongColumn(type, values, present);
            }
            case PACKED -> new PackedLongColumn(in.readLong(), readCodes(in, sharing));
            case REAL -> {
                var present = readBits(in, sharing);
                double[] values = new double[present.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = in.readDouble();
                }
                yield new RealColumn(values, present);
            }
            case DECIMAL -> {
                var present = readBits(in, sharing);
                var values = new BigDecimal[present.size()];
                for (int i = 0; i < values.length; i++) {
                    String text = readText(in);
                    values[i] = text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
                }
                yield new DecimalColumn(values, present);
            }
            case GUID -> {
                var present = readBits(in, sharing);
                var values = new UUID[present.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = new UUID(in.readLong(), in.readLong());
                }
                yield new GuidColumn(values, present);
            }
            case STRING -> new StringColumn(readCodes(in, sharing), readDictionary(in, sharing));
            case LIST ->
                    new ListColumn(readBits(in, sharing), readInts(in, sharing), read(in, sharing));
            case SHREDDED -> {
                var objects = readBits(in, sharing);
                int count = in.readInt();
                var members = new LinkedHashMap<String, ShreddedColumn.Member>();
                for (int i = 0; i < count; i++) {
                    String name = readText(in);
                    var nulls = in.readBoolean() ? readBits(in, sharing) : null;
                    members.put(name, new ShreddedColumn.Member(read(in, sharing), nulls));
                }
                yield new ShreddedColumn(objects, members);
            }
            case SPARSE -> new SparseColumn(in.readInt(), readInts(in, sharing), read(in, sharing));
            case MIXED -> {
                int size = in.readInt();
                int count = in.readInt();
                var variants = new ArrayList<Column>();
                for (int i = 0; i < count; i++) {
                    variants.add(read(in, sharing));
                }
                yield new MixedColumn(size, variants);
            }
            case DYNAMIC -> {
                var values = new Dynamic[in.readInt()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = readDynamic(in);
                }
                yield new DynamicColumn(values);
            }
            default -> throw new IOException("no column form " + form);
        };
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

    private static Dictionary readDictionary(DataInput in, Sharing sharing) throws IOException {
        int form = in.readByte();
        return switch (form) {
            case 1 -> {
                long[] halves = new long[in.readInt()];
                for (int i = 0; i < halves.length; i++) {
                    halves[i] = in.readLong();
                }
                yield new GuidDictionary(sharing.same(halves));
            }
            case 2, 5 -> {
                if (!(readDictionary(in, sharing) instanceof TextDictionary pool)) {
                    throw new IOException("a token dictionary without its pool");
                }
                int[] starts = readInts(in, sharing);
                var tokens = readCodes(in, sharing);
                yield new TokenDictionary(
                        pool, starts, tokens, form == 2 ? (byte) '/' : in.readByte());
            }
            case 3 -> {
                int[] offsets = readInts(in, sharing);
                byte[] utf8 = new byte[offsets[offsets.length - 1]];
                in.readFully(utf8);
                yield new TextDictionary(sharing.same(utf8), offsets);
            }
            case 4 -> {
                boolean distinct = in.readBoolean();
                var values = new String[in.readInt()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = readText(in);
                }
                yield new PlainDictionary(values, distinct);
            }
            case 6 -> {
                var heads = readDictionary(in, sharing);
                var headCodes = readCodes(in, sharing);
                byte separator = in.readByte();
                var tails = readDictionary(in, sharing);
                yield new JoinedDictionary(
                        heads, headCodes, separator, tails, readCodes(in, sharing));
            }
            case 7 -> new InstantDictionary(readInts(in, sharing), null, readText(in));
            case 8 -> {
                long[] ticks = new long[in.readInt()];
                for (int i = 0; i < ticks.length; i++) {
                    ticks[i] = in.readLong();
                }
                yield new InstantDictionary(null, sharing.same(ticks), readText(in));
            }
            default -> throw new IOException("no dictionary form " + form);
        };
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

    private static Codes readCodes(DataInput in, Sharing sharing) throws IOException {
        int width = in.readByte();
        int size = in.readInt();
        if (width == 0) {
            return Codes.identity(size);
        }
        int[] codes = new int[size];
        if (width == 1) {
            byte[] bytes = new byte[size];
            in.readFully(bytes);
            for (int i = 0; i < size; i++) {
                codes[i] = bytes[i];
            }
            return sharing.same(Codes.of(codes, 128));
        }
        for (int i = 0; i < size; i++) {
            codes[i] = width == 2 ? in.readShort() : in.readInt();
        }
        return sharing.same(width == 2 ? Codes.of(codes, 32768) : Codes.wrap(codes));
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

    private static Dynamic readDynamic(DataInput in) throws IOException {
        int form = in.readByte();
        return switch (form) {
            case 0 -> {
                try {
                    yield Json.parse(readText(in));
                } catch (JsonException damaged) {
                    throw new IOException("a stored value is no JSON", damaged);
                }
            }
            case 1 -> new Dynamic.DateTime(in.readLong());
            case 2 -> new Dynamic.Span(in.readLong());
            case 3 -> new Dynamic.Guid(new UUID(in.readLong(), in.readLong()));
            case 4 -> new Dynamic.Decimal(new BigDecimal(readText(in)));
            case 5 -> {
                char[] text = new char[in.readInt()];
                for (int i = 0; i < text.length; i++) {
                    text[i] = in.readChar();
                }
                yield new Dynamic.Text(new String(text));
            }
            default -> throw new IOException("no value form " + form);
        };
    }

    private static void writeBits(Bits bits, DataOutput out) throws IOException {
        out.writeInt(bits.size());
        for (int w = 0; w < Bits.words(bits.size()); w++) {
            out.writeLong(bits.word(w));
        }
    }

    private static Bits readBits(DataInput in, Sharing sharing) throws IOException {
        int size = in.readInt();
        long[] words = new long[Bits.words(size)];
        for (int w = 0; w < words.length; w++) {
            words[w] = in.readLong();
        }
        return sharing.same(Bits.wrap(words, size));
    }

    private static void writeInts(int[] values, DataOutput out) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static int[] readInts(DataInput in, Sharing sharing) throws IOException {
        int[] values = new int[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
        }
        return sharing.same(values);
    }

    private static void writeText(String text, DataOutput out) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInput in) throws IOException {
        byte[] utf8 = new byte[in.readInt()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
