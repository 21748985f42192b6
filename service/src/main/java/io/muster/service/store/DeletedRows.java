package io.muster.service.store;

import io.muster.core.column.Bits;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Which rows of a segment are deleted, as bytes: row r is bit r % 8 of byte r / 8, and behind them their checksum (CRC-32, four bytes, the highest first), for a
/// bit that turned would bring a resource back or hide one. An earlier version wrote no checksum, and reads past this one.
final class DeletedRows {
    private DeletedRows() {}

    static byte @Nullable [] bytesOf(@Nullable Bits bits, int rows) {
        if (bits == null) {
            return null;
        }
        byte[] bytes = new byte[length(rows) + Integer.BYTES];
        for (int row = 0; row < rows; row++) {
            if (bits.get(row)) {
                bytes[row >> 3] |= (byte) (1 << (row & 7));
            }
        }
        ByteBuffer.wrap(bytes).putInt(length(rows), checksum(bytes, rows));
        return bytes;
    }

    /// Whether the bytes are those that were written, as far as that can be told.
    static boolean isSound(byte @Nullable [] bytes, int rows) {
        return bytes == null
                || bytes.length == length(rows)
                || bytes.length == length(rows) + Integer.BYTES
                        && ByteBuffer.wrap(bytes).getInt(length(rows)) == checksum(bytes, rows);
    }

    static @Nullable Bits bitsOf(byte @Nullable [] bytes, int rows) {
        if (bytes == null) {
            return null;
        }
        var bits = new Bits.Builder(rows);
        for (int row = 0; row < rows; row++) {
            if ((bytes[row >> 3] >> (row & 7) & 1) != 0) {
                bits.set(row);
            }
        }
        return bits.build(rows);
    }

    private static int length(int rows) {
        return (rows + 7) / 8;
    }

    private static int checksum(byte[] bytes, int rows) {
        var checksum = new CRC32();
        checksum.update(bytes, 0, length(rows));
        return (int) checksum.getValue();
    }
}
