package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 128, 1000})
    void stretchesAreCountedAsOneByOne(int size) {
        var random = RandomGenerator.of("SplittableRandom");
        for (int round = 0; round < 50; round++) {
            var chosen = new long[Bits.words(size)];
            int rarity = round % 2 == 0 ? 3 : 100;
            for (int row = 0; row < size; row++) {
                chosen[row >>> 6] |= (random.nextInt(rarity) == 0 ? 1L : 0L) << row;
            }
            var bits = Bits.wrap(chosen, size);
            int[] bounds = random.ints(40, 0, size + 1).sorted().toArray();
            bounds[39] = size;
            int[] wanted = new int[39];
            for (int i = 0; i < wanted.length; i++) {
                for (int row = bounds[i]; row < bounds[i + 1]; row++) {
                    wanted[i] += bits.get(row) ? 1 : 0;
                }
            }
            var counts = bits.counts(bounds);
            int[] dense = new int[wanted.length];
            for (int k = 0; k < counts.stretches().length; k++) {
                dense[counts.stretches()[k]] = counts.counts()[k];
            }
            assertThat(dense).as(() -> Arrays.toString(bounds)).isEqualTo(wanted);
            assertThat(counts.counts()).doesNotContain(0);
            assertThat(counts.stretches()).isSorted();
            for (int i = 0; i < wanted.length; i++) {
                assertThat(bits.count(bounds[i], bounds[i + 1])).isEqualTo(wanted[i]);
            }
        }
    }
}
