package io.muster.core.column;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing text in UTF-8, put together of the parts that a dictionary keeps. Confined to one thread.
final class Utf8Buffer {
    private byte[] bytes = new byte[192];
    private int size;

    void clear() {
        size = 0;
    }

    boolean isEqual(byte[] utf8, int from, int to) {
        return Arrays.equals(bytes, 0, size, utf8, from, to);
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    void append(byte[] utf8, int from, int to) {
        room(to - from);
        System.arraycopy(utf8, from, bytes, size, to - from);
        size += to - from;
    }

    void append(byte ascii) {
        room(1);
        bytes[size++] = ascii;
    }

    void append(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        append(utf8, 0, utf8.length);
    }

    private void room(int wanted) {
        if (size + wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + wanted));
        }
    }

    /// Appends the text behind a code.
    void append(Dictionary dictionary, int code) {
        switch (dictionary) {
            case TextDictionary texts ->
                    append(texts.utf8(), texts.offsets()[code], texts.offsets()[code + 1]);
            case JoinedDictionary joined -> {
                append(joined.heads(), joined.headCodes().get(code));
                append(joined.separator());
                append(joined.tails(), joined.tailCodes().get(code));
            }
            case TokenDictionary tokens -> {
                for (int i = tokens.starts()[code]; i < tokens.starts()[code + 1]; i++) {
                    if (i > tokens.starts()[code]) {
                        append(tokens.separator());
                    }
                    append(tokens.pool(), tokens.tokens().get(i));
                }
            }
            case KeyDictionary key -> append(key.base(), code);
            case LowerDictionary lower -> append(lower.get(code));
            case UnionDictionary union -> append(union.get(code));
            case GuidDictionary guids -> append(guids.get(code));
            case InstantDictionary instants -> append(instants.get(code));
            case PlainDictionary plain -> append(plain.get(code));
        }
    }

    String text() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    static String text(Dictionary dictionary, int code) {
        var out = new Utf8Buffer();
        out.append(dictionary, code);
        return out.text();
    }
}
