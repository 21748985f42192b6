package io.muster.service.store;

import io.muster.core.column.Bits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Which rows of a segment are deleted, as bytes: `MDR1`, then row r as bit r % 8 of byte r / 8, and behind them their checksum (CRC-32, four bytes, the highest first),
/// for a bit that turned would bring a resource back or hide one. Earlier versions wrote no mark, so that one cut short by its checksum looked like those of the
/// first, which wrote none: both are still read.
final class DeletedRows {
    private static final byte[] MARK = {'M', 'D', 'R', '1'};

    private DeletedRows() {}

    static byte @Nullable [] bytesOf(@Nullable Bits bits, int rows) {
        if (bits == null) {
            return null;
        }
        byte[] bytes = new byte[MARK.length + length(rows) + Integer.BYTES];
        System.arraycopy(MARK, 0, bytes, 0, MARK.length);
        for (int row = 0; row < rows; row++) {
            if (bits.get(row)) {
                bytes[MARK.length + (row >> 3)] |= (byte) (1 << (row & 7));
            }
        }
        ByteBuffer.wrap(bytes)
                .putInt(MARK.length + length(rows), checksum(bytes, MARK.length, rows));
        return bytes;
    }

    /// Whether the bytes are those that were written, as far as that can be told.
    static boolean isSound(byte @Nullable [] bytes, int rows) {
        if (bytes == null) {
            return true;
        }
        int behindMark = bytes.length - MARK.length;
        if (behindMark == length(rows) + Integer.BYTES) {
            return isMarked(bytes) && isChecked(bytes, MARK.length, rows);
        }
        return bytes.length == length(rows) + Integer.BYTES && isChecked(bytes, 0, rows)
                || bytes.length == length(rows) && !isMarked(bytes);
    }

    /// Of a few bytes their beginning tells.
    private static boolean isMarked(byte[] bytes) {
        int known = Math.min(bytes.length, MARK.length);
        return Arrays.equals(bytes, 0, known, MARK, 0, known);
    }

    private static boolean isChecked(byte[] bytes, int from, int rows) {
        return ByteBuffer.wrap(bytes).getInt(from + length(rows)) == checksum(bytes, from, rows);
    }

    static @Nullable Bits bitsOf(byte @Nullable [] bytes, int rows) {
        if (bytes == null) {
            return null;
        }
        int from = bytes.length == MARK.length + length(rows) + Integer.BYTES ? MARK.length : 0;
        var bits = new Bits.Builder(rows);
        for (int row = 0; row < rows; row++) {
            if ((bytes[from + (row >> 3)] >> (row & 7) & 1) != 0) {
                bits.set(row);
            }
        }
        return bits.build(rows);
    }

    private static int length(int rows) {
        return (rows + 7) / 8;
    }

    private static int checksum(byte[] bytes, int from, int rows) {
        var checksum = new CRC32();
        checksum.update(bytes, from, length(rows));
        return (int) checksum.getValue();
    }
}
