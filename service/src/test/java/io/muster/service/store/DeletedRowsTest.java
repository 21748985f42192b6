package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class DeletedRowsTest {
    private static Bits some(int rows) {
        var bits = new Bits.Builder(rows);
        for (int row = 0; row < rows; row += 3) {
            bits.set(row);
        }
        return bits.build(rows);
    }

    private static void areSome(byte[] bytes, int rows) {
        assertThat(DeletedRows.isSound(bytes, rows)).as("%d rows", rows).isTrue();
        var read = DeletedRows.bitsOf(bytes, rows);
        for (int row = 0; row < rows; row++) {
            assertThat(read != null && read.get(row)).as("row %d", row).isEqualTo(row % 3 == 0);
        }
    }

    @Test
    void rowsComeBackAndBytesCutAnywhereAreFound() {
        for (int rows : new int[] {1, 8, 9, 30, 31, 32, 33, 64, 200, 65_536}) {
            byte[] bytes = Objects.requireNonNull(DeletedRows.bytesOf(some(rows), rows));
            areSome(bytes, rows);
            for (int cut = 1; cut <= Math.min(bytes.length, 300); cut++) {
                assertThat(DeletedRows.isSound(Arrays.copyOf(bytes, bytes.length - cut), rows))
                        .as("%d rows cut by %d", rows, cut)
                        .isFalse();
            }
            byte[] turned = bytes.clone();
            turned[bytes.length / 2] ^= 4;
            assertThat(DeletedRows.isSound(turned, rows)).isFalse();
        }
    }

    @Test
    void bytesOfEarlierVersionsAreRead() {
        int rows = 200;
        byte[] marked = Objects.requireNonNull(DeletedRows.bytesOf(some(rows), rows));
        byte[] first = Arrays.copyOfRange(marked, 4, marked.length - 4);
        areSome(first, rows);
        areSome(Arrays.copyOfRange(marked, 4, marked.length), rows);
        var checksum = new CRC32();
        checksum.update(first);
        byte[] second = Arrays.copyOfRange(marked, 4, marked.length);
        assertThat(second[first.length]).isEqualTo((byte) (checksum.getValue() >> 24));
        second[7] ^= 1;
        assertThat(DeletedRows.isSound(second, rows)).isFalse();
        assertThat(DeletedRows.isSound(null, rows)).isTrue();
        assertThat(DeletedRows.bytesOf(null, rows)).isNull();
    }
}
