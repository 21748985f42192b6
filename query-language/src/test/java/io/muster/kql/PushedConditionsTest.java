package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Conditions go below the steps that they do not depend on, and stay above the others; the rows and their order are those of the plan as bound.
class PushedConditionsTest {
    private static final Schema SCHEMA =
            Schema.of(
                    new Field("id", KqlType.STRING),
                    new Field("place", KqlType.STRING),
                    new Field("n", KqlType.LONG),
                    new Field("x", KqlType.REAL),
                    new Field("items", KqlType.DYNAMIC));

    private static final Catalog CATALOG =
            Tables.catalog(table("vms", 0, 40), table("exts", 7, 30), table("none", 0, 0));

    /// Rows of two a segment, each with something missing now and then.
    private static Table table(String name, int from, int rows) {
        var segments = new ArrayList<Segment>();
        for (int at = from; at < from + rows; at += 2) {
            var columns =
                    SCHEMA.fields().stream().map(f -> new ColumnBuilder(f.type(), 2)).toList();
            for (int i = at; i < at + 2; i++) {
                columns.get(0).add(Dynamic.of("id-" + i));
                columns.get(1).add(i % 5 == 0 ? Dynamic.NULL : Dynamic.of("place-" + i % 4));
                columns.get(2).add(i % 6 == 0 ? Dynamic.NULL : Dynamic.of(i % 9L));
                columns.get(3).add(i % 7 == 0 ? Dynamic.NULL : Dynamic.of(i % 2 == 0 ? 0.0 : -0.0));
                columns.get(4)
                        .add(
                                i % 4 == 0
                                        ? Dynamic.NULL
                                        : Dynamic.array(Dynamic.of(i % 3L), Dynamic.of("t" + i)));
            }
            segments.add(new Segment(2, columns.stream().map(c -> c.build()).toList()));
        }
        return new Table(name, SCHEMA, segments, Optional.of("id"));
    }

    /// The conditions of the improved plan that stand above any step of that name, once both plans gave the same rows.
    private static List<String> above(String step, String query) throws Exception {
        var prepared = Kql.prepare(query, CATALOG, QueryOptions.DEFAULT);
        assertThat(prepared.run().rows())
                .as(prepared.explain())
                .isEqualTo(AsBound.run(query, CATALOG).rows());
        var lines = prepared.explain().lines().map(String::strip).toList();
        assertThat(lines).as(query).anyMatch(line -> line.startsWith(step));
        return lines.stream()
                .takeWhile(line -> !line.startsWith(step))
                .filter(line -> line.startsWith("where"))
                .toList();
    }

    private static Stream<List<String>> passed() {
        return Stream.of(
                List.of("join", "vms | join kind=inner exts on n | where place == 'place-1'"),
                List.of("join", "vms | join kind=inner exts on n | where place1 == 'place-1'"),
                List.of(
                        "join",
                        "vms | join kind=inner exts on n | where place1 == '' and x > -1 and n < 5 | order by id asc, id1 asc"),
                List.of(
                        "join",
                        "vms | join kind=innerunique exts on n | where place1 == 'place-1'"),
                List.of(
                        "join",
                        "vms | sort by place asc | join kind=innerunique exts on id | sort by n asc | where place == 'place-1'"),
                List.of(
                        "join",
                        "vms | join kind=leftouter exts on n | where place == 'place-1' or isnull(x)"),
                List.of("join", "vms | lookup exts on n | where place == 'place-1'"),
                List.of("join", "vms | join kind=rightouter exts on n | where place1 != 'place-1'"),
                List.of("join", "vms | join kind=leftsemi exts on n | where place == 'place-1'"),
                List.of("join", "vms | join kind=leftanti exts on place | where isnull(n)"),
                List.of("join", "vms | join kind=rightsemi exts on n | where place == 'place-1'"),
                List.of("join", "vms | join kind=rightanti exts on id | where n > 2"),
                List.of(
                        "union",
                        "vms | union (exts | extend more = n), none | where place has '1' and isnotnull(more)"),
                List.of(
                        "union",
                        "union (exts | project n, place), (vms | project place, n) | where n > 3"),
                List.of("sort", "vms | sort by n desc, id asc | where place == 'place-1'"),
                List.of(
                        "project",
                        "vms | extend y = strcat(place, n) | where n > 3 | where place != ''"),
                List.of("mv-expand", "vms | mv-expand items | where n > 3 and isempty(place)"),
                List.of(
                        "mv-expand",
                        "vms | mv-expand with_itemindex=at item = items limit 1 | where n > 3"),
                List.of("parse", "vms | parse id with 'id-' number: long | where n > 3"),
                List.of("parse-where", "vms | parse-where id with 'id-1' * | where n > 3"),
                List.of(
                        "parse-kv",
                        "vms | parse-kv place as (a: string) with (pair_delimiter=' ', kv_delimiter='-') | where n > 3"),
                List.of(
                        "summarize",
                        "vms | summarize count(), take_any(id) by place, n | where place != 'place-1' and isnotnull(n)"),
                List.of(
                        "summarize",
                        "vms | summarize make_list(id) by place | where isnull(place) or place == ''"),
                List.of("summarize", "vms | distinct place, n | where n in ((exts | project n))"),
                List.of(
                        "summarize",
                        "vms | sort by n asc | distinct place | join kind=leftouter (exts | distinct place, id) on place | where place != ''"),
                // A row's elements fare as they do without the other rows.
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items on (where item != 2) | where n > 3 and place != ''"),
                List.of("mv-apply", "vms | mv-apply items on (take 1) | where n > 3"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items to typeof(long) on (top 1 by item) | where isnull(n)"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items on (summarize c = count(), make_list(item)) | where n > 3"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items on (summarize c = count() by n, p = place) | where n > 3 | where p == 'place-1'"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply with_itemindex=at item = items to typeof(long) limit 2 on (sort by item asc | extend r = row_number() | project item, r) | where place != 'place-1'"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items to typeof(long) on (join kind=leftouter (exts | distinct n | project item = n) on item | extend z = 1) | where n > 3"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items on (take 1) | where tostring(x) == '-0'"),
                List.of(
                        "partition",
                        "vms | partition by place (top 2 by n desc) | where place == 'place-1'"),
                List.of(
                        "partition",
                        "vms | partition by n (summarize c = count() by p = place, n) | where n > 3 or isnull(n)"),
                List.of(
                        "partition",
                        "vms | partition by place (project-rename q = place | take 3) | where q has '1'"));
    }

    @ParameterizedTest
    @MethodSource
    void passed(List<String> stepAndQuery) throws Exception {
        assertThat(above(stepAndQuery.getFirst(), stepAndQuery.getLast())).isEmpty();
    }

    private static Stream<List<String>> stayed() {
        return Stream.of(
                List.of("join", "vms | join kind=leftouter exts on n | where isempty(place1)"),
                List.of("join", "vms | join kind=rightouter exts on n | where place == ''"),
                List.of(
                        "join",
                        "vms | join kind=fullouter exts on n | where place == '' and place1 == ''"),
                List.of("join", "vms | join kind=inner exts on n | where place != place1"),
                // Another row of the left would take the place of the one left out.
                List.of(
                        "join",
                        "vms | join kind=innerunique exts on n | sort by id1 asc | where place == 'place-1'"),
                List.of(
                        "sort",
                        "vms | sort by n desc, id asc | extend r = row_number() | where place == 'place-1'"),
                List.of("serial", "vms | sort by id asc | extend p = prev(n) | where n > 3"),
                List.of("top", "vms | top 9 by n desc | where place == 'place-1'"),
                List.of("take", "vms | take 9 | where place == 'place-1'"),
                List.of("mv-expand", "vms | mv-expand items | where items == 1"),
                List.of("mv-expand", "vms | mv-expand with_itemindex=at items | where at == 1"),
                List.of("parse", "vms | parse id with 'id-' n: long | where n > 3"),
                List.of("summarize", "vms | summarize c = count() by place | where c > 3"),
                List.of("summarize", "vms | summarize c = count() | where c < 0"),
                List.of("summarize", "vms | summarize c = count() by k = n % 3 | where k == 1"),
                // One of the zeros stands for both.
                List.of(
                        "summarize",
                        "vms | summarize c = count() by x | where tostring(x) == '-0'"),
                List.of(
                        "top-nested",
                        "vms | top-nested 2 of place by count() | where place == 'place-1'"),
                List.of("partition", "vms | partition by place (top 1 by n) | where n > 3"),
                List.of(
                        "partition",
                        "vms | partition by place (extend place = strcat('a', place)) | where place == 'aplace-1'"),
                List.of(
                        "partition",
                        "vms | partition by place (summarize c = count() | extend place = 'place-1') | where place == 'place-1'"),
                List.of(
                        "partition",
                        "vms | partition by place (project n, place = id, q = place | take 2) | where place == 'id-1'"),
                // The zeros are of one part.
                List.of(
                        "partition",
                        "vms | partition by x (top 1 by id asc) | where tostring(x) == '-0'"),
                List.of("mv-apply", "vms | mv-apply item = items on (take 1) | where item == 1"),
                List.of("mv-apply", "vms | mv-apply items on (take 1) | where items == 1"),
                List.of("mv-apply", "vms | mv-apply item = items on (extend n = 5) | where n > 3"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items on (summarize n = count()) | where n > 1"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply with_itemindex=at item = items on (take 2) | where at == 1"),
                List.of(
                        "mv-apply",
                        "vms | mv-apply item = items to typeof(long) on (join kind=rightouter (exts | project item = n, n) on item) | where n > 3"),
                List.of(
                        "make-series",
                        "vms | make-series c = count() on n step 2 by place | where place == 'place-1'"));
    }

    @ParameterizedTest
    @MethodSource
    void stayed(List<String> stepAndQuery) throws Exception {
        assertThat(above(stepAndQuery.getFirst(), stepAndQuery.getLast())).isNotEmpty();
    }

    /// Whether any part passes or not: the rows are those of the plan as it was bound, in their order.
    @Test
    void anyConditionOnAnySubplanGivesTheSameRows() throws Exception {
        var subplans =
                List.of(
                        "mv-apply items on (take 1)",
                        "mv-apply item = items on (where item == n or n > 3 | extend x = 1.5)",
                        "mv-apply item = items to typeof(long) limit 2 on (top 1 by item asc)",
                        "mv-apply item = items to typeof(long) on (summarize c = count(), n = max(item) by place, x)",
                        "mv-apply item = items on (project-rename n = item, item = n)",
                        "mv-apply item = items to typeof(long) on (sort by item desc | extend place = strcat(place, row_number()))",
                        "mv-apply item = items to typeof(long) on (extend z = 1 | union (exts | project n, place, x, item = 1))",
                        "mv-apply item = items on (mv-apply other = items on (take 2) | where tostring(other) != place)",
                        "mv-apply item = items to typeof(long) on (join kind=leftouter (exts | summarize x = max(x) by item = n) on item)",
                        "partition by place (top 2 by n desc)",
                        "partition by n (summarize c = count(), place = take_any(place) by n, x)",
                        "partition by x (take 2)",
                        "partition by id (extend n = n + 1)",
                        "partition by place (take 2 | as two | union two, (exts | take 1))",
                        "partition by n (mv-expand items | summarize count() by n, place, x)",
                        "partition by place (mv-apply item = items on (take 1) | where n > 1 | extend x = 2.5)");
        var conditions =
                List.of(
                        "n > 3",
                        "n < 4 and place != ''",
                        "place has '1'",
                        "isnull(n) or n == 2",
                        "isempty(place)",
                        "n in ((exts | where x > 0 | project n))",
                        "n > 2 and x >= 0 and place != 'place-2'",
                        "tostring(x) != '-0'",
                        "false or n % 2 == 0",
                        "now() > datetime(1960-01-01)");
        int ran = 0;
        for (var subplan : subplans) {
            for (var condition : conditions) {
                String query = "vms | " + subplan + " | where " + condition;
                ran += same(query) ? 1 : 0;
            }
        }
        assertThat(ran).isGreaterThan(100);
    }

    private static boolean same(String query) throws Exception {
        var rows = Kql.run(query, CATALOG, QueryOptions.DEFAULT).rows();
        assertThat(rows).as(query).isEqualTo(AsBound.run(query, CATALOG).rows());
        return !rows.isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vms | extend r = rand() | where n > 3",
                "vms | extend r = new_guid() | where n > 3",
                "vms | sort by n asc | where rand() < 2 and n > 3",
                "vms | mv-apply item = items on (extend r = rand()) | where n > 3",
                "vms | mv-apply item = items on (top 1 by rand()) | where n > 3",
                "vms | mv-apply item = items on (extend z = toscalar(exts | project rand())) | where n > 3",
                "vms | mv-apply item = items on (take 1) | where rand() < 2 and n > 3",
                "vms | partition by place (extend r = rand()) | where place != ''"
            })
    void nothingPassesChance(String query) throws Exception {
        assertThat(Kql.prepare(query, CATALOG, QueryOptions.DEFAULT).explain())
                .matches("(?s)(project [^\n]*\n *)?where .*")
                .containsOnlyOnce("where");
    }

    @Test
    void whatSeveralReadIsStillComputedOnce() throws Exception {
        assertThat(
                        above(
                                "materialize",
                                "let s = vms | summarize c = count() by place; s | join kind=inner (s | where place != '') on place"))
                .isEmpty();
        assertThat(
                        Kql.prepare(
                                        "let s = vms | summarize c = count() by place; union (s | where place == 'place-1'), s",
                                        CATALOG,
                                        QueryOptions.DEFAULT)
                                .explain())
                .contains("where (place == 'place-1')\n")
                .containsPattern("(?s)materialize.*materialize");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vms | join exts on id",
                "vms | where n > 2 | project key = id, n | join (exts) on $left.key == $right.id",
                "vms | summarize count() by place, n | join exts on n, place",
                "vms | lookup (exts | summarize m = max(n) by place) on place | join exts on id, n",
                "vms | join kind=leftsemi exts on n | join exts on id",
            })
    void aLeftSideThatHasEachKeyOnceIsJoinedAsInner(String query) throws Exception {
        above("join kind=inner on", query);
        assertThat(Kql.prepare(query, CATALOG, QueryOptions.DEFAULT).explain())
                .doesNotContain("innerunique");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vms | join exts on n",
                "vms | union vms | join exts on id",
                "vms | mv-expand items | join exts on id",
                "vms | extend id = tolower(id) | join exts on id",
                "vms | summarize count() by place, n | join exts on n",
                "vms | join kind=inner exts on n | join exts on id",
                "vms | lookup (exts | project place, other = n) on place | join exts on id",
            })
    void aLeftSideThatMayHaveAKeyTwiceIsNot(String query) throws Exception {
        above("join kind=innerunique on", query);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leftouter | isnotempty(place1) | inner",
                "leftouter | n1 > 2 and place != '' | inner",
                "leftouter | items1[0] == 2 or n1 == 4 | inner",
                "leftouter | not(isnull(n1)) | inner",
                "leftouter | place != '' | leftouter",
                "leftouter | place1 != 'x' | leftouter",
                "leftouter | isnull(n1) or n1 > 2 | leftouter",
                "leftouter | n1 > 2 or n > 2 | leftouter",
                "leftouter | n1 == n | leftouter",
                "rightouter | isnotnull(n) | inner",
                "rightouter | isnotnull(n1) | rightouter",
                "fullouter | x1 >= 0 | rightouter",
                "fullouter | tolower(place) == 'place-1' | leftouter",
                "fullouter | place1 =~ 'Place-1' and n < 6 | inner",
                "fullouter | place1 == '' | fullouter"
            })
    void anOuterJoinWhoseRowsWithoutAPartnerAreDroppedIsNone(
            String kind, String condition, String planned) throws Exception {
        above(
                "join kind=" + planned + " on",
                "vms | join kind=%s exts on id | where %s".formatted(kind, condition));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inner",
                "innerunique",
                "leftouter",
                "rightouter",
                "fullouter",
                "leftsemi",
                "leftanti",
                "rightsemi",
                "rightanti"
            })
    void aConditionOfNoColumnLeavesOutAllRowsOfAnyJoin(String kind) throws Exception {
        for (var condition : List.of("false", "now() < datetime(2000-01-01)")) {
            String query = "vms | join kind=%s exts on place | where %s".formatted(kind, condition);
            assertThat(Kql.run(query, CATALOG, QueryOptions.DEFAULT).rows()).as(query).isEmpty();
        }
    }
}
