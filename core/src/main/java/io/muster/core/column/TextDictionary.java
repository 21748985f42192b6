package io.muster.core.column;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Distinct texts as one stretch of UTF-8: value i is `utf8[offsets[i] .. offsets[i+1])`.
public final class TextDictionary implements Dictionary {
    private final byte[] utf8;
    private final int[] offsets;
    private final boolean ascii;

    /// Takes both arrays over.
    public TextDictionary(byte[] utf8, int[] offsets) {
        this.utf8 = utf8;
        this.offsets = offsets;
        boolean onlyAscii = true;
        for (byte b : utf8) {
            if (b < 0) {
                onlyAscii = false;
                break;
            }
        }
        this.ascii = onlyAscii;
    }

    @Override
    public int size() {
        return offsets.length - 1;
    }

    @Override
    public boolean isDistinct() {
        return true;
    }

    @Override
    public String get(int code) {
        int from = offsets[code];
        return new String(
                utf8,
                from,
                offsets[code + 1] - from,
                // ASCII reads as Latin-1, which the JDK copies without looking at the bytes.
                ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    @Override
    public int find(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int code = 0; code < offsets.length - 1; code++) {
            if (offsets[code + 1] - offsets[code] == wanted.length
                    && Arrays.equals(
                            utf8, offsets[code], offsets[code + 1], wanted, 0, wanted.length)) {
                return code;
            }
        }
        return -1;
    }

    boolean isAscii() {
        return ascii;
    }

    int meanLength() {
        return size() == 0 ? 0 : utf8.length / size();
    }

    TextDictionary shared(Sharing sharing) {
        byte[] sameBytes = sharing.same(utf8);
        int[] sameOffsets = sharing.same(offsets);
        return sameBytes == utf8 && sameOffsets == offsets
                ? this
                : new TextDictionary(sameBytes, sameOffsets);
    }

    /// Not to be written.
    byte[] utf8() {
        return utf8;
    }

    /// Not to be written.
    int[] offsets() {
        return offsets;
    }
}
