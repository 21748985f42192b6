package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.GuidColumn;
import io.muster.core.value.Dynamic;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.value.TextLimit;
import io.muster.kql.vector.Columns;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/// Base64, URL and compressed texts; hashes.
public final class EncodingFunctions {
    /// Deflate, no name, no time, system unknown.
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private EncodingFunctions() {}

    static FunctionFamily family() {
        var encode =
                ScalarFunction.of(
                        "base64_encode_tostring",
                        "(text: string): string",
                        Kernels.text(s ->
                                Base64.getEncoder()
                                        .encodeToString(s.getBytes(StandardCharsets.UTF_8))));
        var decode =
                ScalarFunction.of(
                        "base64_decode_tostring",
                        "(base64: string): string",
                        Kernels.text(s -> bytes(s).flatMap(EncodingFunctions::utf8).orElse("")));
        var xxhash =
                ScalarFunction.of(
                        "hash",
                        "(source: any, mod?: long): long",
                        Kernels.perRowWithNulls((v, c) -> {
                            long hash = XxHash64.hash(hashed(v[0]), 0);
                            return v.length > 1
                                    ? Dynamic.of(
                                            Columns.longOf(v[1]) == 0
                                                    ? 0
                                                    : Math.floorMod(hash, Columns.longOf(v[1])))
                                    : Dynamic.of(hash);
                        }));
        return new FunctionFamily(
                "Encoding and hashes",
                List.of(
                        encode,
                        encode.alias("base64_encodestring"),
                        decode,
                        decode.alias("base64_decodestring"),
                        ScalarFunction.of(
                                "base64_decode_toarray",
                                "(base64: string): dynamic",
                                Kernels.perRow((v, c) ->
                                        bytes(v[0].textOr(""))
                                                .map(b -> {
                                                    var out = new ArrayList<Dynamic>();
                                                    for (byte one : b) {
                                                        out.add(Dynamic.of((long) (one & 255)));
                                                    }
                                                    return (Dynamic) new Dynamic.Array(out);
                                                })
                                                .orElse(Dynamic.NULL))),
                        ScalarFunction.of(
                                "base64_encode_fromarray",
                                "(bytes: dynamic): string",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(
                                                bytes(v[0].items())
                                                        .filter(b -> utf8(b).isPresent())
                                                        .map(Base64.getEncoder()::encodeToString)
                                                        .orElse("")))),
                        ScalarFunction.of(
                                "base64_decode_toguid",
                                "(base64: string): guid",
                                Kernels.perRow((v, c) ->
                                        bytes(v[0].textOr(""))
                                                .filter(b -> b.length == 16)
                                                .map(b -> (Dynamic) new Dynamic.Guid(guid(b)))
                                                .orElse(Dynamic.NULL))),
                        ScalarFunction.of(
                                "base64_encode_fromguid",
                                "(guid: guid): string",
                                Kernels.perRow((v, c) ->
                                        v[0] instanceof Dynamic.Guid(var g)
                                                ? Dynamic.of(
                                                        Base64.getEncoder()
                                                                .encodeToString(bytes(g)))
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "url_encode",
                                "(url: string): string",
                                Kernels.text(s -> urlEncode(s, true))),
                        ScalarFunction.of(
                                "url_encode_component",
                                "(url: string): string",
                                Kernels.text(s -> urlEncode(s, false))),
                        ScalarFunction.of(
                                "url_decode",
                                "(url: string): string",
                                Kernels.text(EncodingFunctions::urlDecode)),
                        ScalarFunction.of(
                                "zlib_compress_to_base64_string",
                                "(text: string): string",
                                Kernels.text(s -> compress(s, false))),
                        ScalarFunction.of(
                                "zlib_decompress_from_base64_string",
                                "(base64: string): string",
                                Kernels.text(s -> decompress(s, false))),
                        ScalarFunction.of(
                                "gzip_compress_to_base64_string",
                                "(text: string): string",
                                Kernels.text(s -> compress(s, true))),
                        ScalarFunction.of(
                                "gzip_decompress_from_base64_string",
                                "(base64: string): string",
                                Kernels.text(s -> decompress(s, true))),
                        xxhash,
                        xxhash.alias("hash_xxhash64"),
                        digest("hash_md5", "MD5"),
                        digest("hash_sha1", "SHA-1"),
                        digest("hash_sha256", "SHA-256"),
                        ScalarFunction.of(
                                "hash_combine",
                                "(hash...: long): long",
                                Kernels.perRow((v, c) -> {
                                    long combined = Columns.longOf(v[0]);
                                    for (int i = 1; i < v.length; i++) {
                                        combined = combine(combined, Columns.longOf(v[i]));
                                    }
                                    return Dynamic.of(combined);
                                })),
                        ScalarFunction.of(
                                "hash_many",
                                "(source...: any): long",
                                Kernels.perRowWithNulls((v, c) -> {
                                    long combined = XxHash64.hash(hashed(v[0]), 0);
                                    for (int i = 1; i < v.length; i++) {
                                        combined =
                                                combine(combined, XxHash64.hash(hashed(v[i]), 0));
                                    }
                                    return Dynamic.of(combined);
                                })),
                        ScalarFunction.of(
                                        "new_guid",
                                        "(): guid",
                                        arguments -> {
                                            var random = arguments.random();
                                            var out = new UUID[arguments.rows()];
                                            for (int i = 0; i < out.length; i++) {
                                                // Version 4, variant 2.
                                                out[i] =
                                                        new UUID(
                                                                random.nextLong() & ~0xF000L
                                                                        | 0x4000L,
                                                                random.nextLong() & ~(3L << 62)
                                                                        | 1L << 63);
                                            }
                                            return new GuidColumn(out, Bits.all(out.length));
                                        })
                                .varying()));
    }

    private static long combine(long seed, long hash) {
        return seed ^ hash + 0x9e3779b97f4a7c15L + (seed << 6) + (seed >>> 2);
    }

    private static ScalarFunction digest(String name, String algorithm) {
        return ScalarFunction.of(
                name,
                "(source: any): string",
                Kernels.perRowWithNulls((v, c) -> {
                    try {
                        return Dynamic.of(
                                HexFormat.of()
                                        .formatHex(
                                                MessageDigest.getInstance(algorithm)
                                                        .digest(
                                                                ScalarText.of(v[0])
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8))));
                    } catch (NoSuchAlgorithmException missing) {
                        // Every Java platform has these three.
                        throw new IllegalStateException(missing);
                    }
                }));
    }

    /// What is hashed of a value: the text's UTF-8, or the eight bytes of a number or time.
    private static byte[] hashed(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole(var w) -> eight(w);
            case Dynamic.DateTime(var t) -> eight(t);
            case Dynamic.Span(var t) -> eight(t);
            case Dynamic.Real(var r) -> eight(Double.doubleToLongBits(r));
            default -> ScalarText.of(value).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] eight(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static Optional<byte[]> bytes(List<Dynamic> items) {
        var out = new ByteArrayOutputStream();
        for (var item : items) {
            if (!(item instanceof Dynamic.Whole(long one)) || one < 0 || one > 255) {
                return Optional.empty();
            }
            out.write((int) one);
        }
        return Optional.of(out.toByteArray());
    }

    private static Optional<byte[]> bytes(String base64) {
        try {
            String s = base64.strip();
            while (s.length() % 4 != 0) {
                s += "=";
            }
            return Optional.of(Base64.getDecoder().decode(s));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }

    /// .NET's order: the first three groups are little-endian.
    private static UUID guid(byte[] b) {
        var buffer = ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
        long high = (long) buffer.getInt() << 32;
        high |= (buffer.getShort() & 0xFFFFL) << 16;
        high |= buffer.getShort() & 0xFFFFL;
        return new UUID(high, ByteBuffer.wrap(b, 8, 8).getLong());
    }

    private static byte[] bytes(UUID guid) {
        long high = guid.getMostSignificantBits();
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) (high >>> 32))
                .putShort((short) (high >>> 16))
                .putShort((short) high)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(guid.getLeastSignificantBits())
                .array();
    }

    private static String urlEncode(String text, boolean plus) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 255);
            if (c == ' ') {
                out.append(plus ? "+" : "%20");
            } else if (c < 128 && (Character.isLetterOrDigit(c) || "-_.!*()".indexOf(c) >= 0)) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().toHexDigits(b));
            }
        }
        return out.toString();
    }

    private static String urlDecode(String text) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%'
                    && i + 2 < text.length()
                    && Character.digit(text.charAt(i + 1), 16) >= 0
                    && Character.digit(text.charAt(i + 2), 16) >= 0) {
                out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else if (c == '+') {
                out.write(' ');
            } else {
                out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String compress(String text, boolean gzip) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        byte[] packed = compress(plain, gzip, Deflater.BEST_SPEED);
        int frame = gzip ? 18 : 6;
        // What compression would not shorten is kept as it is.
        if (packed.length - frame >= plain.length) {
            packed = compress(plain, gzip, Deflater.NO_COMPRESSION);
        }
        return Base64.getEncoder().encodeToString(packed);
    }

    private static byte[] compress(byte[] plain, boolean gzip, int level) {
        var out = new ByteArrayOutputStream();
        try (var deflater = new Deflater(level, gzip)) {
            if (gzip) {
                out.writeBytes(GZIP_HEADER);
            }
            var stream = new DeflaterOutputStream(out, deflater);
            stream.write(plain);
            stream.finish();
            if (gzip) {
                var crc = new CRC32();
                crc.update(plain);
                out.writeBytes(
                        ByteBuffer.allocate(8)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt((int) crc.getValue())
                                .putInt(plain.length)
                                .array());
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return out.toByteArray();
    }

    /// The text; "" for what is not compressed text.
    private static String decompress(String base64, boolean gzip) {
        var packed = bytes(base64);
        if (packed.isEmpty()) {
            return "";
        }
        var in = new ByteArrayInputStream(packed.get());
        try (InputStream stream = gzip ? new GZIPInputStream(in) : new InflaterInputStream(in)) {
            byte[] plain = stream.readNBytes(TextLimit.most() + 1);
            TextLimit.check(plain.length);
            return utf8(plain).orElse("");
        } catch (IOException notCompressed) {
            return "";
        }
    }
}
