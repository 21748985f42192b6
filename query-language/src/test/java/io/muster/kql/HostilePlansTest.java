package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts of a megabyte or two that are long in the reading and planning, and values that share themselves.
class HostilePlansTest {
    private static String each(int count, String piece, String between) {
        return IntStream.range(0, count)
                .mapToObj(i -> piece.replace("#i", "" + i))
                .collect(Collectors.joining(between));
    }

    private static final String COLUMNS = "print " + each(4000, "c#i = 'a'", ", ");

    /// What each needs is limited in some other way, or it would end after seconds.
    @Test
    void planningCountsForTheTimeOfTheQuery() {
        var brief = QueryOptions.DEFAULT.withTimeLimit(Duration.ofMillis(50));
        for (String query :
                new String[] {
                    COLUMNS + " | search 'a' and " + each(4000, "'b#i'", " and "),
                    "print x = 1 | union " + each(20_000, "(print x = #i)", ", "),
                    "union " + each(4000, "(print y#i = #i)", ", "),
                    COLUMNS + " | project-away " + each(40_000, "c*#i*", ", "),
                    COLUMNS + " | facet by " + each(4000, "c#i", ", "),
                    COLUMNS + " | extend " + each(4000, "d#i = strcat(c#i, 'x')", ", "),
                    "print x = 'a' | where " + each(40_000, "x == '#i'", " or "),
                    "print x = 1 | where x in (" + each(100_000, "#i", ", ") + ")",
                }) {
            assertThat(Refusals.code(query, brief))
                    .as(query.substring(0, 60))
                    .isEqualTo("query-timeout");
        }
    }

    @Test
    void planningEndsWhenItIsCancelled() {
        var cancelled = new CancellationToken();
        cancelled.cancel();
        assertThatThrownBy(() ->
                        Kql.prepare(
                                "print x = 1 | union " + each(20_000, "(print x = #i)", ", "),
                                Tables.catalog(),
                                QueryOptions.DEFAULT,
                                cancelled))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-cancelled"));
    }

    @Test
    void manyUnnamedColumnsAreNumberedInOneGo() throws Exception {
        var columns = Kql.prepare("print " + each(4_000, "#i", ", "), Tables.catalog()).schema();
        assertThat(columns.field(3_999).name()).isEqualTo("print_3999");
    }

    /// Forty small values, and no end of reading the last.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "summarize max(strlen(tostring(x)))",
                "where x has 'a' | count",
                "where x == x | count",
                "summarize dcount(x)",
                "summarize make_set(x)",
                "project x",
            })
    void valueThatSharesItselfIsRefused(String step) {
        for (String piece :
                new String[] {
                    "bag_pack('a', x, 'b', x)", "pack_array(x, x)", "array_concat(x, x)"
                }) {
            assertThat(
                            Refusals.code(
                                    "range y from 1 to 1 step 1 | extend x = pack_array(bag_pack('a', y))"
                                            + (" | extend x = " + piece).repeat(40)
                                            + " | "
                                            + step,
                                    QueryOptions.DEFAULT))
                    .as(piece)
                    .isEqualTo("query-memory");
        }
    }

    @Test
    void constantThatSharesItselfIsRefused() {
        assertThat(
                        Refusals.code(
                                "print x = dynamic(['a'])"
                                        + " | extend x = pack_array(x, x, x, x, x, x, x, x)"
                                                .repeat(12)
                                        + " | project hash(x)",
                                QueryOptions.DEFAULT))
                .isEqualTo("query-memory");
    }

    @Test
    void columnsOfManyTablesAndTermsOfManyColumnsAreCounted() {
        for (String query :
                new String[] {
                    "union " + each(1300, "(print y#i = #i)", ", "),
                    COLUMNS + " | search 'a' and " + each(500, "'b#i'", " and "),
                }) {
            assertThat(Refusals.code(query, QueryOptions.DEFAULT))
                    .as(query.substring(0, 60))
                    .isEqualTo("query-too-large");
        }
    }

    @Test
    void caseAndCoalesceTakeAsManyAsThereAre() throws Exception {
        var rows =
                Kql.run(
                                "range x from 100 to 400 step 300 | project v = case("
                                        + each(600, "x == #i, 'is #i'", ", ")
                                        + ", 'none'), w = coalesce("
                                        + each(300, "tostring(dynamic(null))", ", ")
                                        + ", tostring(x))",
                                Tables.catalog(),
                                QueryOptions.DEFAULT)
                        .rows();
        assertThat(rows)
                .isEqualTo(
                        List.of(
                                List.of(Dynamic.of("is 100"), Dynamic.of("100")),
                                List.of(Dynamic.of("is 400"), Dynamic.of("400"))));
    }

    @Test
    void levelsWithoutAnEndAreRefused() {
        assertThat(
                        Refusals.code(
                                "range x from 1 to 3000 step 1 | scan declare (d: dynamic) with (step s: true => d = pack_array(x, s.d);) | count",
                                QueryOptions.DEFAULT))
                .isEqualTo("query-too-deep");
    }

    @Test
    void pathsAndSortedMembersOfSharedValuesAreCharged() {
        for (String use :
                new String[] {"array_length(treepath(x))", "strlen(dynamic_to_json(x))"}) {
            assertThat(
                            Refusals.code(
                                    "range y from 1 to 1 step 1 | extend x = bag_pack('a', y)"
                                            + " | extend x = bag_pack('a', x, 'b', x)".repeat(21)
                                            + " | project v = "
                                            + use,
                                    QueryOptions.DEFAULT.withMemoryLimit(64 << 20)))
                    .as(use)
                    .isEqualTo("query-memory");
        }
    }

    @Test
    void planningIsTakenOffTheFirstRunAlone() throws Exception {
        var options = QueryOptions.DEFAULT;
        var slowlyPlanned =
                new PreparedQuery(
                        Kql.prepare("print x = 1", Tables.catalog()).plan(),
                        Map.of(),
                        options,
                        Map.of(),
                        List.of(),
                        options.timeLimit().toNanos());
        assertThatThrownBy(slowlyPlanned::run)
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-timeout"));
        assertThat(slowlyPlanned.run().rowCount()).isEqualTo(1);
    }
}
