package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CodesTest {
    private static final int[] SIZES = {0, 1, 7, 63, 64, 65, 200, 1000};
    private static final int[] DICTIONARIES = {1, 3, 6, 127, 128, 129, 500, 40_000};

    @Test
    void rowsAreSelectedByATableOfTheirCodes() {
        var random = new SplittableRandom(1);
        for (var codes : all(random)) {
            int values = codes.dictionary();
            for (int marked :
                    new int[] {0, 1, 2, 4, 5, values - 5, values - 3, values - 1, values}) {
                boolean[] table = new boolean[values];
                for (int i = 0; i < marked; i++) {
                    table[random.nextInt(values)] = true;
                }
                if (marked == values) {
                    Arrays.fill(table, true);
                }
                var selected = codes.codes().select(table);
                for (int row = 0; row < codes.codes().size(); row++) {
                    int code = codes.codes().get(row);
                    assertThat(selected.get(row)).isEqualTo(code >= 0 && table[code]);
                }
            }
        }
    }

    @Test
    void rowsOfOneCodeAreFound() {
        var random = new SplittableRandom(2);
        for (var codes : all(random)) {
            int wanted = random.nextInt(codes.dictionary());
            var equal = codes.codes().equal(wanted);
            for (int row = 0; row < codes.codes().size(); row++) {
                assertThat(equal.get(row)).isEqualTo(codes.codes().get(row) == wanted);
            }
        }
    }

    @Test
    void codesAreCountedWithTheirFirstRows() {
        var random = new SplittableRandom(3);
        for (var codes : all(random)) {
            int[] counts = new int[codes.dictionary() + 1];
            var firsts = new ArrayList<Integer>();
            for (int row = 0; row < codes.codes().size(); row++) {
                if (counts[codes.codes().get(row) + 1]++ == 0) {
                    firsts.add(row);
                }
            }
            for (int time = 0; time < 2; time++) {
                var counted = codes.codes().counts(codes.dictionary());
                assertThat(counted.counts()).isEqualTo(counts);
                assertThat(counted.firsts()).containsExactly(firsts.toArray(Integer[]::new));
            }
        }
    }

    private record Case(Codes codes, int dictionary) {}

    private static List<Case> all(SplittableRandom random) {
        var cases = new ArrayList<Case>();
        for (int size : SIZES) {
            for (int dictionary : DICTIONARIES) {
                for (int nulls : new int[] {0, 3}) {
                    int[] codes = new int[size];
                    for (int row = 0; row < size; row++) {
                        codes[row] =
                                nulls > 0 && random.nextInt(nulls) == 0
                                        ? -1
                                        : random.nextInt(dictionary);
                    }
                    cases.add(new Case(Codes.of(codes, dictionary), dictionary));
                }
            }
            if (size > 0) {
                cases.add(new Case(Codes.identity(size), size));
            }
        }
        return cases;
    }
}
