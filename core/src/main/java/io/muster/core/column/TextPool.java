package io.muster.core.column;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Gives each distinct text a code in order of first sight, keeping the bytes in one array. Confined to one thread.
public final class TextPool {
    private byte[] utf8 = new byte[64];
    private int[] offsets = new int[9];
    private int size;

    /// Open addressing: code + 1, 0 for free.
    private int[] slots = new int[16];

    private byte[] scratch = new byte[64];

    public int intern(String text) {
        if (text.length() * 3 > scratch.length) {
            scratch = new byte[text.length() * 3];
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 128) {
                byte[] bytes = encode(CharBuffer.wrap(text));
                return internBytes(bytes, bytes.length);
            }
            scratch[i] = (byte) c;
        }
        return internBytes(scratch, text.length());
    }

    /// Interns a stretch of characters without making a String of it.
    public int intern(char[] text, int from, int length) {
        if (length > scratch.length) {
            scratch = new byte[Math.max(length, scratch.length * 2)];
        }
        for (int i = 0; i < length; i++) {
            char c = text[from + i];
            if (c >= 128) {
                byte[] bytes = encode(CharBuffer.wrap(text, from, length));
                return internBytes(bytes, bytes.length);
            }
            scratch[i] = (byte) c;
        }
        return internBytes(scratch, length);
    }

    /// Interns the UTF-8 `bytes[from .. to)`.
    int intern(byte[] bytes, int from, int to) {
        return internBytes(bytes, from, to);
    }

    // A lone surrogate has no UTF-8; it becomes '?' as everywhere in the JDK.
    private static byte[] encode(CharBuffer text) {
        var bytes = StandardCharsets.UTF_8.encode(text);
        byte[] out = new byte[bytes.remaining()];
        bytes.get(out);
        return out;
    }

    private int internBytes(byte[] bytes, int length) {
        return internBytes(bytes, 0, length);
    }

    private int internBytes(byte[] bytes, int start, int end) {
        int length = end - start;
        int mask = slots.length - 1;
        int slot = hash(bytes, start, end) & mask;
        for (; slots[slot] != 0; slot = slot + 1 & mask) {
            int code = slots[slot] - 1;
            int from = offsets[code];
            if (offsets[code + 1] - from == length
                    && Arrays.equals(utf8, from, from + length, bytes, start, end)) {
                return code;
            }
        }
        int code = size++;
        slots[slot] = code + 1;
        int from = offsets[code];
        if (from + length > utf8.length) {
            utf8 = Arrays.copyOf(utf8, Math.max(utf8.length * 2, from + length));
        }
        System.arraycopy(bytes, start, utf8, from, length);
        if (code + 2 > offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[code + 1] = from + length;
        if (size * 2 > slots.length) {
            rehash();
        }
        return code;
    }

    private void rehash() {
        int[] wider = new int[slots.length * 2];
        int mask = wider.length - 1;
        for (int code = 0; code < size; code++) {
            int slot = hash(utf8, offsets[code], offsets[code + 1]) & mask;
            while (wider[slot] != 0) {
                slot = slot + 1 & mask;
            }
            wider[slot] = code + 1;
        }
        slots = wider;
    }

    private static int hash(byte[] bytes, int from, int to) {
        int h = 0;
        for (int i = from; i < to; i++) {
            h = h * 31 + bytes[i];
        }
        h *= 0x9E3779B9;
        return h ^ h >>> 15;
    }

    public int size() {
        return size;
    }

    /// The bytes of text kept so far.
    public long bytes() {
        return offsets[size];
    }

    public String get(int code) {
        return new String(
                utf8, offsets[code], offsets[code + 1] - offsets[code], StandardCharsets.UTF_8);
    }

    public TextDictionary toDictionary() {
        return new TextDictionary(
                Arrays.copyOf(utf8, offsets[size]), Arrays.copyOf(offsets, size + 1));
    }
}
