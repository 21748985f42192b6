package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 128, 1000})
    void stretchesAreCountedAsOneByOne(int size) {
        var random = RandomGenerator.of("SplittableRandom");
        for (int round = 0; round < 50; round++) {
            var chosen = new long[Bits.words(size)];
            int rarity = round % 2 == 0 ? 3 : 1 + size / 2;
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
            if (counts.stretches() == null) {
                assertThat(counts.counts()).as(() -> Arrays.toString(bounds)).isEqualTo(wanted);
            }
            int[] some = counts.some();
            assertThat(some)
                    .as(() -> Arrays.toString(bounds))
                    .isEqualTo(IntStream.range(0, 39).filter(i -> wanted[i] > 0).toArray());
            for (int k = 0; k < some.length; k++) {
                assertThat(counts.counts()[counts.place(k, some)]).isEqualTo(wanted[some[k]]);
            }
            for (int i = 0; i < wanted.length; i++) {
                assertThat(bits.count(bounds[i], bounds[i + 1])).isEqualTo(wanted[i]);
            }
        }
    }
}
