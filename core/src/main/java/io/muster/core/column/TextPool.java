package io.muster.core.column;

import io.muster.core.json.JsonBytes;
import io.muster.core.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Gives each distinct text a code in order of first sight, keeping the bytes in one array. Confined to one thread.
public final class TextPool {
    private byte[] utf8 = new byte[64];
    private int[] offsets = new int[9];
    private int size;

    /// Open addressing: code + 1, 0 for free.
    private int[] slots = new int[16];

    /// The hash of each text: most texts that differ are told apart here.
    private int[] hashes = new int[8];

    private byte[] scratch = new byte[64];

    public int intern(String text) {
        int length = text.length();
        if (length > scratch.length) {
            scratch = new byte[Math.max(length, scratch.length * 2)];
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 128) {
                // A lone surrogate has no UTF-8; it becomes '?' as everywhere in the JDK.
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                return intern(bytes, 0, bytes.length);
            }
            scratch[i] = (byte) c;
        }
        return intern(scratch, 0, length);
    }

    /// Interns the UTF-8 `bytes[from .. to)`.
    public int intern(byte[] bytes, int from, int to) {
        return intern(bytes, from, to, Utf8.hash(bytes, from, to));
    }

    /// Interns the text read last.
    public int intern(JsonBytes in) {
        return intern(in.textBytes(), in.textFrom(), in.textTo(), in.textHash());
    }

    private boolean isText(int code, byte[] bytes, int from, int to) {
        int own = offsets[code];
        return offsets[code + 1] - own == to - from
                && Utf8.isEqual(utf8, own, bytes, from, to - from);
    }

    /// The code of another pool's text here, -1 when it is not here.
    int find(TextPool other, int code) {
        int at = slot(other.utf8, other.offsets[code], other.offsets[code + 1], other.hashes[code]);
        return slots[at] - 1;
    }

    /// Interns another pool's text.
    int intern(TextPool other, int code) {
        return intern(other.utf8, other.offsets[code], other.offsets[code + 1], other.hashes[code]);
    }

    /// Where the text is, or a free slot for it.
    private int slot(byte[] bytes, int from, int to, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        for (; slots[slot] != 0; slot = slot + 1 & mask) {
            int known = slots[slot] - 1;
            if (hashes[known] == hash && isText(known, bytes, from, to)) {
                break;
            }
        }
        return slot;
    }

    private int intern(byte[] bytes, int from, int to, int hash) {
        int slot = slot(bytes, from, to, hash);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        int code = size++;
        slots[slot] = code + 1;
        if (code == hashes.length) {
            hashes = Arrays.copyOf(hashes, code * 2);
        }
        hashes[code] = hash;
        int length = to - from;
        int own = offsets[code];
        if (own + length > utf8.length) {
            utf8 = Arrays.copyOf(utf8, Math.max(utf8.length * 2, own + length));
        }
        System.arraycopy(bytes, from, utf8, own, length);
        if (code + 2 > offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[code + 1] = own + length;
        if (size * 2 > slots.length) {
            widen();
        }
        return code;
    }

    private void widen() {
        int[] wider = new int[slots.length * 2];
        int mask = wider.length - 1;
        for (int code = 0; code < size; code++) {
            int slot = hashes[code] & mask;
            while (wider[slot] != 0) {
                slot = slot + 1 & mask;
            }
            wider[slot] = code + 1;
        }
        slots = wider;
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

    /// Takes the next string when it is the one behind that code; whether it did. The text must have no character that JSON escapes.
    boolean takes(JsonBytes in, int code) {
        return in.takeString(utf8, offsets[code], offsets[code + 1]);
    }

    public TextDictionary toDictionary() {
        return new TextDictionary(
                Arrays.copyOf(utf8, offsets[size]), Arrays.copyOf(offsets, size + 1));
    }
}
