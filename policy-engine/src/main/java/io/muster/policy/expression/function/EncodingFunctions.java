package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.textOrNull;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/// Encodings, URIs and hashes.
final class EncodingFunctions {
    private static final UUID GUID_NAMESPACE =
            UUID.fromString("11fb06fb-712d-4ddd-98c7-e71bbd588830");
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final String UNRESERVED = "-_.~";

    private EncodingFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction(
                        "base64", 1, 1, a -> Dynamic.of(encode(textOrNull("base64", a, 0)))),
                new TemplateFunction(
                        "base64ToString",
                        1,
                        1,
                        a -> Dynamic.of(decode(text("base64ToString", a, 0)))),
                new TemplateFunction(
                        "base64ToJson",
                        1,
                        1,
                        a -> ConversionFunctions.parse(decode(text("base64ToJson", a, 0)))),
                new TemplateFunction("dataUri", 1, 1, EncodingFunctions::dataUri),
                new TemplateFunction("dataUriToString", 1, 1, EncodingFunctions::dataUriToString),
                new TemplateFunction(
                        "uriComponent",
                        1,
                        1,
                        a -> Dynamic.of(escape(textOrNull("uriComponent", a, 0)))),
                new TemplateFunction(
                        "uriComponentToString",
                        1,
                        1,
                        a -> Dynamic.of(unescape(textOrNull("uriComponentToString", a, 0)))),
                new TemplateFunction("uri", 2, 2, EncodingFunctions::uri),
                new TemplateFunction(
                        "uniqueString",
                        1,
                        TemplateFunction.ANY,
                        a -> Dynamic.of(uniqueString(joined("uniqueString", a)))),
                new TemplateFunction(
                        "guid",
                        1,
                        TemplateFunction.ANY,
                        a -> Dynamic.of(guid(joined("guid", a)).toString())));
    }

    private static String joined(String name, List<Dynamic> a) throws EvaluationFailure {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            parts.add(
                    a.get(i) instanceof Dynamic.Whole(var number)
                            ? Long.toString(number)
                            : textOrNull(name, a, i));
        }
        return String.join("-", parts);
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String base64) throws EvaluationFailure {
        // .NET passes over white space and wants the padding.
        String plain = base64.replaceAll("[ \\t\\r\\n]", "");
        if (plain.length() % 4 != 0) {
            throw new EvaluationFailure("the text is no Base64");
        }
        try {
            return new String(Base64.getDecoder().decode(plain), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException unreadable) {
            throw new EvaluationFailure("the text is no Base64");
        }
    }

    private static Dynamic dataUri(List<Dynamic> a) {
        return Dynamic.of(
                a.getFirst() instanceof Dynamic.Text(var text)
                        ? "data:text/plain;charset=utf8;base64," + encode(text)
                        : "data:application/json;base64," + encode(Json.write(a.getFirst())));
    }

    private static Dynamic dataUriToString(List<Dynamic> a) throws EvaluationFailure {
        String uri = text("dataUriToString", a, 0);
        int comma = uri.indexOf(',');
        if (!uri.regionMatches(true, 0, "data:", 0, 5) || comma < 0) {
            throw new EvaluationFailure("the text is no data URI");
        }
        String head = uri.substring(5, comma);
        String body = uri.substring(comma + 1);
        return Dynamic.of(head.endsWith(";base64") ? decode(body) : unescape(body));
    }

    private static String escape(String text) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c < 128 && Character.isLetterOrDigit(c)) || UNRESERVED.indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }

    /// Percent sequences that are none stay as they are.
    private static String unescape(String text) {
        var out = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                out.write(high * 16 + low);
                i += 2;
            } else {
                out.write(bytes[i] == '+' ? ' ' : bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Dynamic uri(List<Dynamic> a) throws EvaluationFailure {
        return Dynamic.of(UriReference.resolve(text("uri", a, 0), textOrNull("uri", a, 1)));
    }

    /// RFC 4122 version 5.
    static UUID guid(String name) {
        try {
            var sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(
                    ByteBuffer.allocate(16)
                            .putLong(GUID_NAMESPACE.getMostSignificantBits())
                            .putLong(GUID_NAMESPACE.getLeastSignificantBits())
                            .array());
            var hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            long most = (hash.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000L;
            long least = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
            return new UUID(most, least);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// 13 characters of base 32 over a 64-bit Murmur hash.
    static String uniqueString(String text) {
        long hash = murmur64(text.getBytes(StandardCharsets.UTF_8));
        var out = new StringBuilder(13);
        for (int i = 0; i < 13; i++) {
            out.append(BASE32.charAt((int) (hash >>> 59)));
            hash <<= 5;
        }
        return out.toString();
    }

    // Two interleaved 32-bit Murmur lanes, as the deployment engine computes it.
    private static long murmur64(byte[] data) {
        int h1 = 0;
        int h2 = 0;
        int i = 0;
        for (; i + 7 < data.length; i += 8) {
            h1 ^= lane1(little(data, i, 4));
            h1 = (Integer.rotateLeft(h1, 19) + h2) * 5 + 0x561ccd1b;
            h2 ^= lane2(little(data, i + 4, 4));
            h2 = (Integer.rotateLeft(h2, 13) + h1) * 5 + 0x0bcaa747;
        }
        int tail = data.length - i;
        if (tail > 0) {
            h1 ^= lane1(little(data, i, Math.min(tail, 4)));
            if (tail > 4) {
                h2 ^= lane2(little(data, i + 4, tail - 4));
            }
        }
        h1 ^= data.length;
        h2 ^= data.length;
        h1 += h2;
        h2 += h1;
        h1 = mix(h1);
        h2 = mix(h2);
        h1 += h2;
        h2 += h1;
        return ((long) h2 << 32) | (h1 & 0xffff_ffffL);
    }

    private static int little(byte[] data, int from, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value |= (data[from + i] & 0xff) << (8 * i);
        }
        return value;
    }

    private static int lane1(int k) {
        return Integer.rotateLeft(k * 0x239b961b, 15) * 0xab0e9789;
    }

    private static int lane2(int k) {
        return Integer.rotateLeft(k * 0xab0e9789, 17) * 0x38b34ae5;
    }

    private static int mix(int h) {
        int mixed = (h ^ (h >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }
}
