package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What a virtual table is asked for: the columns that the query reads, and the values it allows.
class ScanRequestTest {
    private static final Schema SCHEMA =
            new Schema(
                    List.of(
                            new Field("id", KqlType.STRING),
                            new Field("name", KqlType.STRING),
                            new Field("kind", KqlType.STRING),
                            new Field("a", KqlType.STRING),
                            new Field("b", KqlType.STRING),
                            new Field("bag", KqlType.DYNAMIC)));

    /// Two rows; columns not asked for are empty.
    private record Virtual(String name, List<ScanRequest> requests) implements TableSource {
        @Override
        public Schema schema() {
            return SCHEMA;
        }

        @Override
        public List<Segment> scan(ScanRequest request) {
            requests.add(request);
            var columns = new ArrayList<Column>();
            for (var field : SCHEMA.fields()) {
                if (!request.wants(field.name()) || field.type() == KqlType.DYNAMIC) {
                    columns.add(Columns.nulls(field.type(), 2));
                    continue;
                }
                var column = new ColumnBuilder(KqlType.STRING, 2);
                column.add(Dynamic.of(field.name() + "1"));
                column.add(Dynamic.of(field.name() + "2"));
                columns.add(column.build());
            }
            return List.of(new Segment(2, columns));
        }
    }

    /// The columns asked of the table, scan by scan.
    private static List<Set<String>> columns(String query) throws Exception {
        var requests = new ArrayList<ScanRequest>();
        var result =
                Kql.run(query, Tables.catalog(new Virtual("v", requests)), QueryOptions.DEFAULT);
        assertThat(result.rowCount()).isPositive();
        var out = new ArrayList<Set<String>>();
        for (var request : requests) {
            out.add(request.columns().<Set<String>>map(TreeSet::new).orElse(Set.of("all of them")));
        }
        return out;
    }

    @Test
    void onlyTheColumnsReadAreAskedFor() throws Exception {
        assertThat(columns("v | count")).containsExactly(Set.of());
        assertThat(columns("v | project name, x = strcat(a, kind)"))
                .containsExactly(Set.of("a", "kind", "name"));
        assertThat(columns("v | extend x = a | project-away x, b | where kind == 'kind1'"))
                .containsExactly(Set.of("a", "bag", "id", "kind", "name"));
        assertThat(columns("v | summarize n = count() by kind | order by n desc"))
                .containsExactly(Set.of("kind"));
        assertThat(columns("v")).containsExactly(Set.of("all of them"));
    }

    @Test
    void eachSideOfAJoinIsAskedForItsOwn() throws Exception {
        assertThat(columns("v | join kind=inner (v | project id, b) on id | project a, b1"))
                .containsExactlyInAnyOrder(Set.of("a", "id"), Set.of("b", "id"));
        assertThat(columns("v | join kind=leftsemi (v) on id | project a"))
                .containsExactlyInAnyOrder(Set.of("a", "id"), Set.of("id"));
    }

    @Test
    void whatSeveralStepsReadIsAskedForTogether() throws Exception {
        assertThat(
                        columns(
                                "let m = materialize(v | where kind != ''); union (m | project a), (m | project a = b)"))
                .containsExactly(Set.of("a", "b", "kind"));
        assertThat(columns("v | where a in ((v | project a)) | project b"))
                .containsExactlyInAnyOrder(Set.of("a", "b"), Set.of("a"));
    }

    @Test
    void expandedParsedAndSerialStepsPassOnWhatIsWantedOfThem() throws Exception {
        assertThat(columns("v | extend d = pack_array(a) | mv-expand d | project d"))
                .containsExactly(Set.of("a"));
        assertThat(columns("v | parse name with 'name' n | project n, b"))
                .containsExactly(Set.of("b", "name"));
        assertThat(columns("v | order by id asc | extend p = prev(a) | project p"))
                .first()
                .satisfies(read -> assertThat(read).contains("a", "id"));
    }

    @Test
    void valuesThatTheConditionAllowsAreToldBeneathTheColumns() throws Exception {
        var requests = new ArrayList<ScanRequest>();
        Kql.run(
                "v | where kind in~ ('x', 'KIND1') and a == 'a1' | project b",
                Tables.catalog(new Virtual("v", requests)),
                QueryOptions.DEFAULT);
        assertThat(requests).hasSize(1);
        assertThat(requests.getFirst().columns()).contains(Set.of("kind", "a", "b"));
        assertThat(requests.getFirst().equals())
                .containsExactlyInAnyOrder(
                        new ScanRequest.ColumnIn("kind", Set.of("x", "KIND1"), true),
                        new ScanRequest.ColumnIn("a", Set.of("a1"), false));
    }

    @Test
    void valuesThatAMemberMayHaveAreToldByItsPath() throws Exception {
        var requests = new ArrayList<ScanRequest>();
        Kql.run(
                "v | extend p = 1 | where bag.state == 'On' and tostring(bag.place) in~ ('x') and bag.deep.er == 'y' and bag['a.b'] == 'z' | project b",
                Tables.catalog(new Virtual("v", requests)),
                QueryOptions.DEFAULT);
        assertThat(requests.getFirst().equals())
                .containsExactlyInAnyOrder(
                        new ScanRequest.ColumnIn("bag.state", Set.of("On"), false),
                        new ScanRequest.ColumnIn("bag.place", Set.of("x"), true));
    }
}
