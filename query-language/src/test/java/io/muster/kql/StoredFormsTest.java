package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.JoinedDictionary;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Sharing;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What a snapshot keeps in small forms (texts joined of parts, keys, arrays beside their elements) answers as plain values do.
class StoredFormsTest {
    private static final int ROWS = 2700;

    private static final List<String> QUERIES =
            List.of(
                    "vms | distinct id",
                    "vms | summarize count() by id",
                    "vms | summarize n = count() by lower = tolower(id) | where n > 1",
                    "vms | where tolower(id) endswith '-7' | project tolower(id), id",
                    "vms | join kind=leftanti (vms | where n > 5 | distinct id) on id | project id, n",
                    "vms | join kind=leftsemi (vms | where n > 5 | distinct id) on id | project id, n",
                    "vms | join kind=leftanti (vms | where n > 99) on id | count",
                    "vms | join kind=inner (vms | where n > 5 | project id, m = n) on id | project id, n, m",
                    "vms | join kind=rightouter (vms | where n > 5) on id | project id, id1, n1",
                    "vms | join kind=fullouter (exts | project id = tostring(split(id, '/extensions/')[0])) on id"
                            + " | project id, id1",
                    "vms | project m = tolower(id), n | join kind=inner (exts | project m ="
                            + " tolower(tostring(split(id, '/extensions/')[0])), e = id) on m | project m, n, e",
                    "exts | project m = tostring(split(id, '/extensions/')[0]) | distinct m"
                            + " | join kind=leftanti vms on $left.m == $right.id",
                    "vms | union exts | summarize count(), any = min(name) by id",
                    "vms | union exts | distinct id | join kind=inner (vms) on id | project id, n",
                    "vms | where name != '' | summarize arg_max(n, id) by name | project name, id",
                    "vms | mv-expand app = apps | where isnotnull(app) | summarize count() by tostring(app.ref)",
                    "vms | mv-expand app = apps | summarize count() by tostring(app.ref)",
                    "vms | mv-expand with_itemindex=i app = apps | where isnotempty(app.ref) | summarize sum(i) by id",
                    "vms | mv-expand app = apps | where isnotnull(app) | where app.ref contains '/a1/' | distinct id"
                            + " | join kind=rightanti vms on id | project id1 = id, n",
                    "vms | mv-expand app = apps | where app.ref contains '/a1/' | summarize count() by name",
                    "vms | mv-expand app = apps | where app.ref !contains '/a1/' | summarize count() by name",
                    "vms | mv-expand app = apps | summarize count() by name",
                    "vms | mv-expand app = apps | where isnotnull(app) | summarize count() by id",
                    "vms | where n > 2 | mv-expand app = apps | where isnotnull(app) and app.ref !endswith '.3.0'"
                            + " | summarize n = count() by name, lower = tolower(name) | top 9 by n asc, name asc",
                    "vms | mv-expand app = apps | mv-expand other = apps | where app.ref != other.ref"
                            + " | summarize count() by name",
                    "exts | summarize count() by tostring(split(id, '/')[4])",
                    "exts | extend m = split(tolower(id), '/extensions/')[0] | summarize count(), dcount(m) by n",
                    "exts | project p = split(id, '/')[-1], q = split(id, '/')[99], r = split(id, 'x')[0] | distinct"
                            + " tostring(p), isnull(q), tostring(r)",
                    "vms | mv-expand app = apps limit 1 | where isnotnull(app) | project id, app",
                    "vms | mv-expand app = apps | where isnotnull(app) | parse tostring(app.ref) with * '/apps/' app"
                            + " '/versions/' version | summarize count() by app, version",
                    "vms | mv-expand app = apps | parse tostring(app.ref) with * '/apps/' app '/versions/' version"
                            + " | summarize count() by app, version, name",
                    "vms | summarize count() by name",
                    // Most rows, of which some texts lose their first and some all.
                    "vms | where n != 3 | summarize count() by name",
                    "vms | where id !endswith '1' | summarize count(), min(tolower(name)) by name",
                    "vms | where name !endswith '3' and n != 5 | summarize n = count() by name | where n > 1",
                    "vms | join kind=leftanti (vms | where n == 4 | distinct id) on id | summarize count() by name",
                    "vms | where n > 6 | summarize count() by name",
                    "vms | summarize count(), countif(name startswith 'N') by lower = tolower(name)",
                    "vms | where isnotempty(name) | extend m = strcat(name, '-') | summarize n = count() by m | where n > 3",
                    "vms | extend d = strlen(name) | project d, name | where d > 5 | distinct name",
                    "vms | join kind=leftouter (exts | summarize e = count() by n | project name ="
                            + " strcat('Name', n), e) on name | summarize count(), max(e) by name1",
                    "vms | join kind=inner (exts | project name = strcat('Name', n), e = id) on name"
                            + " | summarize count(), dcount(e) by name",
                    "vms | join kind=leftanti (print name = 'Name7') on name | summarize count() by tolower(name)",
                    "vms | summarize count() by r = rand(1) < 2, name",
                    "vms | mv-expand app = apps | where isnotnull(app) and app.ref !endswith '.3.0'"
                            + " | summarize count() by tostring(split(app.ref, '/')[3]) | top 3 by count_",
                    "vms | mv-expand app = apps | where isnotnull(app) | parse-where tostring(app.ref) with *"
                            + " '/a1/versions/' version | summarize count(), min(version) by strlen(version)",
                    "vms | mv-expand app = apps | where isnotnull(app.ref) | where app.ref has 'a2'"
                            + " | project name, n | summarize count() by name",
                    "vms | mv-expand app = apps | where isnotnull(app) | sort by n desc, id asc | project id, n",
                    "vms | mv-expand app = apps | where isnotnull(app) | top 7 by tostring(app.ref) desc | project id",
                    "vms | mv-expand app = apps | where isnotnull(app) | partition by name (top 2 by id) | project id",
                    "vms | mv-apply app = apps on (where app.ref contains 'a1' | count) | project id, Count",
                    "vms | sort by id desc | take 20 | project id",
                    "vms | top 20 by tolower(id) asc | project id",
                    "vms | extend low = tolower(name) | summarize dcount(low), dcount(id) by n",
                    "vms | where id in (toscalar(vms | where n == 3 | summarize make_list(id))) | project id",
                    "vms | project id, twin = strcat(id, '') | where id == twin | count",
                    "vms | partition by name (top 1 by id asc) | project name, id",
                    "vms | summarize make_set(id) by n | project n, array_length(set_id)",
                    "vms | extend created = todatetime(created) | summarize max(created), min(created) by n",
                    "vms | summarize arg_max(todatetime(created), id) by n",
                    "vms | summarize percentiles(array_length(apps), 50, 95) by n",
                    "vms | extend c = coalesce(array_length(apps), 0) | summarize percentiles(c, 5, 50, 99), avg(c) by n",
                    "vms | where tostring(split(id, '/')[2]) =~ 'G7' | project id",
                    "vms | mv-expand app = apps | extend v = parse_version(tostring(split(app.ref, '/')[-1]))"
                            + " | summarize max(v), min(v) by name",
                    "vms | mv-expand app = apps | extend v = parse_version(tostring(split(app.ref, '/')[-1]))"
                            + " | join kind=inner (vms | mv-expand a = apps | summarize newest ="
                            + " max(parse_version(tostring(split(a.ref, '/')[-1]))) by name) on name"
                            + " | where v < newest | summarize count() by name");

    @Test
    void storedAndPlainValuesGiveTheSameRowsInTheSameOrder() throws Exception {
        var vms = vms();
        var exts = extensions(vms);
        var stored = Catalog.of(List.of(stored("vms", vms), stored("exts", exts)));
        var plain = Catalog.of(List.of(plain("vms", vms), plain("exts", exts)));
        for (String query : QUERIES) {
            var wanted = Kql.run(query, plain, QueryOptions.DEFAULT).rows();
            assertThat(wanted).as(query).isNotEmpty();
            assertThat(Kql.run(query, stored, QueryOptions.DEFAULT).rows())
                    .as(query)
                    .isEqualTo(wanted);
        }
    }

    @Test
    void rowsAreCountedByTheirCodesWhereOnlyOneTextIsRead() throws Exception {
        var catalog = Catalog.of(List.of(stored("vms", vms())));
        assertThat(Kql.prepare("vms | summarize count() by l = tolower(name)", catalog).explain())
                .contains("condense by name");
        assertThat(Kql.prepare("vms | summarize count() by name, n", catalog).explain())
                .doesNotContain("condense");
        assertThat(Kql.prepare("vms | summarize sum(n) by name", catalog).explain())
                .doesNotContain("condense");
        assertThat(
                        Kql.prepare("vms | summarize count() by name, f = rand() < 2", catalog)
                                .explain())
                .doesNotContain("condense");
    }

    @Test
    void idsAreKeptJoinedOfTheirParts() {
        var column = stored("vms", vms()).segments().getFirst().column(0);
        assertThat(((StringColumn) column).dictionary()).isInstanceOf(JoinedDictionary.class);
    }

    @Test
    void segmentsShareTheTextsOfAPath() {
        var segments = stored("vms", vms()).segments();
        for (var path : List.of("name", "apps")) {
            var found =
                    segments.stream()
                            .map(segment -> segment.column(SCHEMA.indexOf(path)))
                            .map(c -> path.equals("apps") ? c.elements().values().at("ref") : c)
                            .map(column -> ((StringColumn) column.dense()).dictionary())
                            .toList();
            assertThat(found).as(path).allMatch(dictionary -> dictionary == found.getFirst());
        }
    }

    private static List<Dynamic> vms() {
        var random = new SplittableRandom(7);
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < ROWS; i++) {
            var row = Dynamic.bag();
            // Every hundredth id is its neighbour's in another case.
            String id = "/subscriptions/G%d/vms/machine-%d".formatted(i / 2 % 9, i);
            row.put("id", Dynamic.of(i % 100 == 99 ? upper(rows.getLast().get("id")) : id));
            row.put("name", Dynamic.of(i % 11 == 0 ? "" : "Name" + i % 13));
            row.put("n", Dynamic.of((long) random.nextInt(9)));
            row.put("created", Dynamic.of("2026-05-" + (10 + i % 19) + "T0" + i % 10 + ":19:20Z"));
            if (i % 5 != 0) {
                var apps = new ArrayList<Dynamic>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    apps.add(app(random));
                }
                row.put("apps", new Dynamic.Array(apps));
            }
            rows.add(row.build());
        }
        return rows;
    }

    private static String upper(Dynamic text) {
        return text.textOr("").toUpperCase(Locale.ROOT);
    }

    private static Dynamic app(SplittableRandom random) {
        if (random.nextInt(20) == 0) {
            return Dynamic.NULL;
        }
        String ref = "/Galleries/apps/a" + random.nextInt(5) + "/versions/1." + random.nextInt(12);
        return Dynamic.bag().put("ref", Dynamic.of(ref + ".0")).build();
    }

    private static List<Dynamic> extensions(List<Dynamic> vms) {
        var rows = new ArrayList<Dynamic>();
        for (int i = 0; i < vms.size(); i += 3) {
            String id = vms.get(i).get("id").textOr("");
            rows.add(
                    Dynamic.bag()
                            .put("id", Dynamic.of(upper(vms.get(i).get("id"))))
                            .put("name", Dynamic.of("e"))
                            .put("n", Dynamic.of(1L))
                            .put("created", Dynamic.of("never"))
                            .build());
            rows.add(
                    Dynamic.bag()
                            .put("id", Dynamic.of(id + "/extensions/agent-" + i))
                            .put("name", Dynamic.of("f"))
                            .put("n", Dynamic.of(2L))
                            .put("created", Dynamic.of("never"))
                            .build());
        }
        return rows;
    }

    private static final Schema SCHEMA =
            Schema.of(
                    new Field("id", KqlType.STRING),
                    new Field("name", KqlType.STRING),
                    new Field("n", KqlType.LONG),
                    new Field("created", KqlType.DYNAMIC),
                    new Field("apps", KqlType.DYNAMIC));

    /// In three segments, the last without its every fifth row, those being in a segment of their own: rows that were changed.
    private static Table stored(String name, List<Dynamic> rows) {
        var segments = new ArrayList<Segment>();
        var sharing = new Sharing();
        int third = rows.size() / 3;
        for (int part = 0; part < 3; part++) {
            var of = rows.subList(part * third, part == 2 ? rows.size() : (part + 1) * third);
            var builder = new ShreddingBuilder();
            of.forEach(builder::append);
            if (part == 2) {
                // Two rows that have been deleted: one lives on elsewhere.
                builder.append(rows.getFirst());
                builder.append(rows.get(1));
            }
            Column root = builder.build(sharing);
            var columns = new ArrayList<Column>();
            for (var field : SCHEMA.fields()) {
                columns.add(root.at(field.name()));
            }
            var segment = new Segment(root.size(), columns);
            if (part == 2) {
                var deleted = new Bits.Builder(root.size());
                deleted.set(of.size());
                deleted.set(of.size() + 1);
                segment = segment.without(deleted.build(root.size()));
            }
            segments.add(segment);
        }
        return new Table(name, SCHEMA, segments, Optional.of("id"));
    }

    private static Table plain(String name, List<Dynamic> rows) {
        var columns = new ArrayList<Column>();
        for (var field : SCHEMA.fields()) {
            var builder = new ColumnBuilder(field.type(), rows.size());
            for (var row : rows) {
                builder.add(row.get(field.name()));
            }
            columns.add(builder.build());
        }
        return new Table(name, SCHEMA, List.of(new Segment(rows.size(), columns)));
    }
}
