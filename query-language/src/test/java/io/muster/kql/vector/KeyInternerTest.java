package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.KeyDictionary;
import io.muster.core.column.LongColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyInternerTest {
    private static String[] texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "/vms/" + i).toArray(String[]::new);
    }

    /// Texts of a table's key: no two alike.
    private static StringColumn keys(String[] texts, IdentityHashMap<?, ?> table) {
        int[] codes = IntStream.range(0, texts.length).toArray();
        return new StringColumn(
                Codes.of(codes, texts.length), new KeyDictionary(Dictionary.of(texts), table));
    }

    @Test
    void readersFindWhatWasNumberedWhateverTextsTheyLookUp() throws Exception {
        var table = new IdentityHashMap<Object, Object>();
        var own = keys(texts(0, 20_000), table);
        var others =
                List.<Column>of(
                        own,
                        keys(texts(20_000, 20_100), table),
                        StringColumn.of(texts(10_000, 30_000)),
                        StringColumn.of(new String[] {"", "/vms/7", "/VMS/7", "/vms/19999"}));
        var keys = new KeyInterner(KqlType.STRING);
        keys.ids(own, true);
        var wanted =
                List.of(
                        IntStream.range(0, 20_000).toArray(),
                        IntStream.generate(() -> -1).limit(100).toArray(),
                        IntStream.range(10_000, 30_000).map(i -> i < 20_000 ? i : -1).toArray(),
                        new int[] {-1, 7, -1, 19_999});
        var tasks = new ArrayList<Callable<Boolean>>();
        for (int t = 0; t < 12; t++) {
            int first = t;
            tasks.add(() -> {
                var reader = keys.reader();
                for (int i = 0; i < 2 * others.size(); i++) {
                    int at = (first + i) % others.size();
                    assertThat(reader.ids(others.get(at), false)).isEqualTo(wanted.get(at));
                }
                return true;
            });
        }
        try (var pool = new ForkJoinPool(4)) {
            for (var done : pool.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        }
    }

    private static long looks(KqlType type, Column column) {
        var looks = new AtomicLong();
        MemoryMeter.of(bytes -> looks.incrementAndGet())
                .during(() -> new KeyInterner(type).ids(column, true));
        return looks.get();
    }

    @Test
    void batchOfManyKeysCanBeStoppedInItsMidst() {
        int rows = 300_000;
        assertThat(
                        looks(
                                KqlType.LONG,
                                new LongColumn(
                                        KqlType.LONG,
                                        LongStream.range(0, rows).toArray(),
                                        Bits.all(rows))))
                .isGreaterThan(100);
        assertThat(looks(KqlType.STRING, StringColumn.of(texts(0, rows)))).isGreaterThan(100);
    }
}
