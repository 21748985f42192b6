package io.muster.core.column;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.UUID;

/// The reading half of [ColumnCodec]: arrays are taken out of a buffer in one piece. Confined to one thread.
final class ColumnReader {
    private final ByteBuffer in;
    private final Sharing sharing;

    ColumnReader(ByteBuffer in, Sharing sharing) {
        this.in = in;
        this.sharing = sharing;
    }

    /// @throws IOException when the bytes are no column
    Column column() throws IOException {
        try {
            return read();
        } catch (BufferUnderflowException cut) {
            throw new IOException("the column ends too early", cut);
        } catch (IllegalArgumentException | IndexOutOfBoundsException nonsense) {
            throw new IOException("the column makes no sense: " + nonsense.getMessage(), nonsense);
        }
    }

    private Column read() throws IOException {
        int form = in.get();
        return switch (form) {
            case ColumnCodec.NULL -> new NullColumn(in.getInt());
            case ColumnCodec.BOOL -> new BoolColumn(bits(), bits());
            case ColumnCodec.LONG -> {
                String name = text();
                var type =
                        KqlType.parse(name).orElseThrow(() -> new IOException("no type " + name));
                var present = bits();
                yield new LongColumn(type, longs(present.size()), present);
            }
            case ColumnCodec.PACKED -> new PackedLongColumn(in.getLong(), codes());
            case ColumnCodec.REAL -> {
                var present = bits();
                double[] values = new double[fitting(present.size(), Double.BYTES)];
                in.asDoubleBuffer().get(values);
                skip(values.length * Double.BYTES);
                yield new RealColumn(values, present);
            }
            case ColumnCodec.DECIMAL -> {
                var present = bits();
                var values = new BigDecimal[present.size()];
                for (int i = 0; i < values.length; i++) {
                    String text = text();
                    values[i] = text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
                }
                yield new DecimalColumn(values, present);
            }
            case ColumnCodec.GUID -> {
                var present = bits();
                var values = new UUID[present.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = new UUID(in.getLong(), in.getLong());
                }
                yield new GuidColumn(values, present);
            }
            case ColumnCodec.STRING -> new StringColumn(codes(), dictionary());
            case ColumnCodec.LIST -> new ListColumn(bits(), sharing.same(ints()), read());
            case ColumnCodec.SHREDDED -> {
                var objects = bits();
                int count = in.getInt();
                var members = new LinkedHashMap<String, ShreddedColumn.Member>();
                for (int i = 0; i < count; i++) {
                    String name = text();
                    var nulls = in.get() != 0 ? bits() : null;
                    members.put(name, new ShreddedColumn.Member(read(), nulls));
                }
                yield new ShreddedColumn(objects, members);
            }
            case ColumnCodec.SPARSE -> new SparseColumn(in.getInt(), sharing.same(ints()), read());
            case ColumnCodec.MIXED -> {
                int size = in.getInt();
                int count = in.getInt();
                var variants = new ArrayList<Column>();
                for (int i = 0; i < count; i++) {
                    variants.add(read());
                }
                yield new MixedColumn(size, variants);
            }
            case ColumnCodec.DYNAMIC -> {
                var values = new Dynamic[fitting(in.getInt(), 1)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = dynamic();
                }
                yield new DynamicColumn(values);
            }
            default -> throw new IOException("no column form " + form);
        };
    }

    private Dictionary dictionary() throws IOException {
        int form = in.get();
        return switch (form) {
            case 1 -> new GuidDictionary(sharing.same(longs(in.getInt())));
            case 2, 5 -> {
                if (!(dictionary() instanceof TextDictionary pool)) {
                    throw new IOException("a token dictionary without its pool");
                }
                int[] starts = sharing.same(ints());
                var tokens = codes();
                yield new TokenDictionary(pool, starts, tokens, form == 2 ? (byte) '/' : in.get());
            }
            case 3 -> {
                int[] offsets = ints();
                yield sharing.same(new TextDictionary(bytes(offsets[offsets.length - 1]), offsets));
            }
            case 4 -> {
                boolean distinct = in.get() != 0;
                var values = new String[fitting(in.getInt(), Integer.BYTES)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = text();
                }
                yield new PlainDictionary(values, distinct);
            }
            case 6 -> {
                var heads = dictionary();
                var headCodes = codes();
                byte separator = in.get();
                var tails = dictionary();
                yield sharing.same(
                        new JoinedDictionary(heads, headCodes, separator, tails, codes()));
            }
            case 7 -> new InstantDictionary(sharing.same(ints()), null, text());
            case 8 -> new InstantDictionary(null, sharing.same(longs(in.getInt())), text());
            default -> throw new IOException("no dictionary form " + form);
        };
    }

    private Codes codes() throws IOException {
        int width = in.get();
        int size = in.getInt();
        return switch (width) {
            case 0 -> Codes.identity(size);
            case 1 -> sharing.same(Codes.wrap(bytes(size)));
            case 2 -> {
                short[] codes = new short[fitting(size, Short.BYTES)];
                in.asShortBuffer().get(codes);
                skip(size * Short.BYTES);
                yield sharing.same(Codes.wrap(codes));
            }
            case 4 -> sharing.same(Codes.wrap(ints(size)));
            default -> throw new IOException("no width of codes " + width);
        };
    }

    private Dynamic dynamic() throws IOException {
        int form = in.get();
        return switch (form) {
            case 0 -> {
                try {
                    yield Json.parse(text());
                } catch (JsonException damaged) {
                    throw new IOException("a stored value is no JSON", damaged);
                }
            }
            case 1 -> new Dynamic.DateTime(in.getLong());
            case 2 -> new Dynamic.Span(in.getLong());
            case 3 -> new Dynamic.Guid(new UUID(in.getLong(), in.getLong()));
            case 4 -> new Dynamic.Decimal(new BigDecimal(text()));
            case 5 -> {
                char[] text = new char[fitting(in.getInt(), Character.BYTES)];
                in.asCharBuffer().get(text);
                skip(text.length * Character.BYTES);
                yield new Dynamic.Text(new String(text));
            }
            default -> throw new IOException("no value form " + form);
        };
    }

    private Bits bits() throws IOException {
        int size = in.getInt();
        return sharing.same(Bits.wrap(longs(Bits.words(size)), size));
    }

    private int[] ints() throws IOException {
        return ints(in.getInt());
    }

    private int[] ints(int count) throws IOException {
        int[] values = new int[fitting(count, Integer.BYTES)];
        in.asIntBuffer().get(values);
        skip(count * Integer.BYTES);
        return values;
    }

    private long[] longs(int count) throws IOException {
        long[] values = new long[fitting(count, Long.BYTES)];
        in.asLongBuffer().get(values);
        skip(count * Long.BYTES);
        return values;
    }

    private String text() throws IOException {
        return new String(bytes(in.getInt()), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int count) throws IOException {
        byte[] values = new byte[fitting(count, 1)];
        in.get(values);
        return values;
    }

    private void skip(int bytes) {
        in.position(in.position() + bytes);
    }

    /// The count, when that many values of a width can follow: a damaged count must not ask for memory that no bytes stand behind.
    private int fitting(int count, int width) throws IOException {
        if (count < 0 || (long) count * width > in.remaining()) {
            throw new IOException("the column ends too early");
        }
        return count;
    }
}
