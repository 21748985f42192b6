package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Groups by several texts against a map that is asked row by row.
class GroupsTest {
    private static final int[][] WIDTHS = {
        {1, 1},
        {2, 3},
        {15, 15},
        {16, 16},
        {17, 15},
        {127, 1},
        {128, 1},
        {7, 2, 5},
        {3, 3, 3, 9},
        {200, 2},
        {40, 40},
        {1, 0}
    };

    private final Random random = new Random(7);

    private static Dictionary dictionary(int key, int size, int variant) {
        return Dictionary.of(
                IntStream.range(0, size)
                        .mapToObj(i -> key + " " + (i + variant) % (size + 1))
                        .toArray(String[]::new));
    }

    private StringColumn column(Dictionary dictionary, int rows, int nulls) {
        int[] codes = new int[rows];
        for (int row = 0; row < rows; row++) {
            boolean isNull = dictionary.size() == 0 || nulls > 0 && random.nextInt(nulls) == 0;
            codes[row] = isNull ? -1 : random.nextInt(dictionary.size());
        }
        return new StringColumn(Codes.of(codes, dictionary.size()), dictionary);
    }

    /// Batches of those columns, some with other dictionaries, of which most texts are the same.
    private List<List<Column>> batches(int[] widths) {
        var batches = new ArrayList<List<Column>>();
        var dictionaries = new Dictionary[widths.length];
        for (int b = 0; b < 12; b++) {
            int rows = List.of(3, 700, 5_000, 9_001).get(random.nextInt(4));
            var columns = new ArrayList<Column>();
            for (int k = 0; k < widths.length; k++) {
                if (b == 0 || random.nextInt(6) == 0) {
                    dictionaries[k] = dictionary(k, widths[k], random.nextInt(2));
                }
                columns.add(
                        column(
                                dictionaries[k],
                                rows,
                                List.of(0, 0, 3, 500).get(random.nextInt(4))));
            }
            batches.add(columns);
        }
        return batches;
    }

    private static List<String> key(List<Column> columns, int row) {
        return columns.stream().map(c -> c.isNull(row) ? "" : c.dynamic(row).textOr("")).toList();
    }

    private static List<KqlType> types(int[] widths) {
        return Collections.nCopies(widths.length, KqlType.STRING);
    }

    private static void requireGroups(Groups groups, Map<List<String>, Integer> wanted) {
        assertThat(groups.count()).isEqualTo(wanted.size());
        var columns = groups.columns();
        wanted.forEach((key, group) -> assertThat(key(columns, group)).isEqualTo(key));
    }

    @Test
    void rowsHaveTheGroupOfTheirTextsInOrderOfFirstSight() {
        for (int[] widths : WIDTHS) {
            var groups = new Groups(types(widths));
            var wanted = new LinkedHashMap<List<String>, Integer>();
            for (var batch : batches(widths)) {
                // What another batch left there.
                int[] ids = random.ints(batch.getFirst().size()).toArray();
                groups.write(batch, true, ids);
                for (int row = 0; row < ids.length; row++) {
                    int before = wanted.size();
                    int group = wanted.computeIfAbsent(key(batch, row), key -> before);
                    assertThat(ids[row]).as("%s in %s", row, widths.length).isEqualTo(group);
                }
            }
            requireGroups(groups, wanted);
        }
    }

    @Test
    void groupsThatAreOnlyMetAreTheSame() {
        for (int[] widths : WIDTHS) {
            var groups = new Groups(types(widths));
            var wanted = new LinkedHashMap<List<String>, Integer>();
            for (var batch : batches(widths)) {
                int rows = batch.getFirst().size();
                groups.meet(batch, rows);
                for (int row = 0; row < rows; row++) {
                    int before = wanted.size();
                    wanted.computeIfAbsent(key(batch, row), key -> before);
                }
            }
            requireGroups(groups, wanted);
        }
    }

    @Test
    void whatIsOnlyLookedUpIsFoundOrNowhere() {
        for (int[] widths : WIDTHS) {
            var groups = new Groups(types(widths));
            var wanted = new LinkedHashMap<List<String>, Integer>();
            var batches = batches(widths);
            for (var batch : batches.subList(0, 2)) {
                int rows = Math.min(5, batch.getFirst().size());
                int[] some = IntStream.range(0, rows).toArray();
                var few = batch.stream().map(column -> column.gather(some)).toList();
                groups.meet(few, rows);
                for (int row = 0; row < rows; row++) {
                    int before = wanted.size();
                    wanted.computeIfAbsent(key(few, row), key -> before);
                }
            }
            var reader = groups.reader();
            for (var batch : batches) {
                int[] ids = reader.of(batch, batch.getFirst().size(), false);
                for (int row = 0; row < ids.length; row++) {
                    assertThat(ids[row]).isEqualTo(wanted.getOrDefault(key(batch, row), -1));
                }
            }
        }
    }
}
