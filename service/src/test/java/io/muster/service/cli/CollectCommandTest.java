package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.service.config.ServerOptions;
import io.muster.service.store.KeptFleet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/// `muster collect` into a store, and `muster query` over it, with no server.
class CollectCommandTest {
    private static final String NAMES =
            "resources | where type =~ 'A.B/c' | project name, size = tostring(properties.size) | order by name asc";

    @TempDir private Path folder = Path.of("");
    private Instant now = Instant.parse("2026-11-21T08:00:00Z");

    private String run(String... args) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code =
                Muster.run(
                        new Streams(new ByteArrayInputStream(new byte[0]), print, print),
                        () -> now,
                        args);
        return code + " " + out.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    private String collect(Path file, String... more) {
        var args = new ArrayList<String>();
        args.addAll(List.of("collect", "--data", data(), "--input", file.toString()));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private String query(String... more) {
        var args = new ArrayList<String>();
        args.addAll(List.of("query", "--data", data(), "--format", "csv"));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private static String resource(String name, int size) {
        return """
        {"id":"/subscriptions/s/resourceGroups/g/providers/A.B/c/%s","name":"%s","type":"A.B/c","properties":{"size":%d}}
        """
                .formatted(name, name, size);
    }

    @Test
    void collectsIntoTheStoreAndAnswersFromItNowAndAsOfThen() throws Exception {
        var file = folder.resolve("fleet.ndjson");
        assertThat(query(NAMES))
                .startsWith("2 error: no server runs on")
                .contains("nothing is kept");
        Files.writeString(file, resource("a", 1) + resource("b", 1));
        assertThat(collect(file))
                .isEqualTo("0 2 resources read, 2 are kept; 1 of 1 readings are whole\n");
        var first = now;
        now = now.plusSeconds(60);
        Files.writeString(file, resource("a", 2) + resource("c", 1));
        assertThat(collect(file)).startsWith("0 2 resources read");

        assertThat(query(NAMES)).isEqualTo("0 name,size\na,2\nc,1\n");
        assertThat(query("--as-of", first.toString(), NAMES)).isEqualTo("0 name,size\na,1\nb,1\n");
        assertThat(query("--since", first.toString(), NAMES))
                .isEqualTo("0 change,name,size\nRemoved,a,1\nRemoved,b,1\nAdded,a,2\nAdded,c,1\n");
        assertThat(query("--as-of", "then", NAMES)).startsWith("2 ").contains("is no time");
        assertThat(query("--as-of", first.toString(), "--input", file.toString(), NAMES))
                .startsWith("2 error: files have no history");
    }

    @Test
    void whatADamagedByteLostIsNamedAndComesBackWithTheNextCollection() throws Exception {
        var file = folder.resolve("fleet.ndjson");
        Files.writeString(
                file,
                resource("a", 1) + resource("b", 1) + resource("x", 1).replace("A.B/c", "A.B/d"));
        collect(file);
        try (var connection =
                        DriverManager.getConnection(
                                ServerOptions.h2Url(folder.resolve("data")), "sa", "");
                var query =
                        connection.prepareStatement(
                                "select segment_id, content from snapshot_segment where resource_type = 'a.b/c'");
                var rows = query.executeQuery();
                var update =
                        connection.prepareStatement(
                                "update snapshot_segment set content = ? where segment_id = ?")) {
            assertThat(rows.next()).isTrue();
            byte[] content = rows.getBytes(2);
            content[content.length / 2] ^= 4;
            update.setBytes(1, content);
            update.setLong(2, rows.getLong(1));
            assertThat(update.executeUpdate()).isEqualTo(1);
        }

        assertThat(query(NAMES))
                .startsWith("0 note: segment 1 of a.b/c is damaged: its checksum differs\n")
                .contains("note: a.b/c of / from store is partial")
                .endsWith("name,size\n");
        assertThat(query("resources | count")).endsWith("\n1\n");
        now = now.plusSeconds(60);
        assertThat(collect(file))
                .startsWith("0 note: ")
                .contains("its checksum differs", "3 resources read, 3 are kept");
        assertThat(query(NAMES)).isEqualTo("0 name,size\na,1\nb,1\n");
        assertThat(query("resourcechanges | count")).endsWith("\n0\n");
    }

    @Test
    void whatCannotBeReadKeepsItsOldDataAndAnswersSaySo() throws Exception {
        var file = folder.resolve("fleet.ndjson");
        Files.writeString(file, resource("a", 1) + resource("b", 1));
        collect(file);
        now = now.plusSeconds(60);
        Files.writeString(file, resource("a", 2) + "{broken\n");
        assertThat(collect(file)).startsWith("2 error: ").contains("fleet.ndjson:2");
        assertThat(collect(file, "--keep-going"))
                .startsWith("1 error: ")
                .contains("keeps its old data");
        assertThat(query(NAMES))
                .startsWith("0 note: ")
                .contains("is partial")
                .endsWith("a,2\nb,1\n");
        assertThat(run("collect", "--data", data()))
                .startsWith("2 error: say what to collect from");
    }

    /// As a server leaves them: a definition, its assignment, and the verdicts of its last scan.
    private void keepVerdicts(Instant policiesSince) throws Exception {
        var options = ServerOptions.onFreePorts(Path.of(data()));
        try (var connection =
                        DriverManager.getConnection(ServerOptions.h2Url(options.data()), "sa", "");
                var insert =
                        connection.prepareStatement(
                                "insert into policy_object (id, kind, body, changed_at) values (?, ?, ?, ?)")) {
            for (String[] object :
                    new String[][] {
                        {
                            "/subscriptions/s/providers/microsoft.authorization/policydefinitions/small",
                            "policydefinitions",
                            """
                            {"id":"/subscriptions/s/providers/Microsoft.Authorization/policyDefinitions/small","name":"small",
                             "type":"Microsoft.Authorization/policyDefinitions","properties":{"mode":"All","policyRule":{
                             "if":{"field":"name","equals":"a"},"then":{"effect":"audit"}}}}
                            """
                        },
                        {
                            "/subscriptions/s/providers/microsoft.authorization/policyassignments/one",
                            "policyassignments",
                            """
                            {"id":"/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/one","name":"one",
                             "type":"Microsoft.Authorization/policyAssignments","properties":{"scope":"/subscriptions/s",
                             "policyDefinitionId":"/subscriptions/s/providers/Microsoft.Authorization/policyDefinitions/small"}}
                            """
                        }
                    }) {
                insert.setString(1, object[0]);
                insert.setString(2, object[1]);
                insert.setString(3, object[2]);
                insert.setObject(4, policiesSince.atOffset(ZoneOffset.UTC));
                insert.executeUpdate();
            }
        }
        try (var kept = KeptFleet.forWriting(options)) {
            var snapshot = kept.snapshots().latest().orElseThrow();
            var key =
                    new PolicyKey(
                            "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/one",
                            "");
            int b =
                    snapshot.ordinal("/subscriptions/s/resourceGroups/g/providers/A.B/c/b")
                            .orElseThrow();
            // Other than the rule would say, to tell what is kept from what is judged anew.
            var verdicts =
                    Map.of(key, Map.of(ComplianceState.NON_COMPLIANT, RoaringBitmap.bitmapOf(b)));
            kept.verdicts()
                    .keep(
                            new Verdicts(snapshot.version(), verdicts),
                            now,
                            List.of(),
                            _ -> "small",
                            Instant.EPOCH);
        }
    }

    @Test
    void policyresourcesHoldsTheVerdictsThatAServerKept() throws Exception {
        var file = folder.resolve("fleet.ndjson");
        Files.writeString(file, resource("a", 1) + resource("b", 1));
        collect(file);
        String states =
                "policyresources | where type =~ 'microsoft.policyinsights/policystates' | project tostring(properties.resourceId), tostring(properties.complianceState), tostring(properties.policyDefinitionName)";
        assertThat(query(states).lines()).hasSize(1);
        keepVerdicts(now);

        assertThat(query(states).lines().skip(1))
                .containsExactly(
                        "/subscriptions/s/resourceGroups/g/providers/A.B/c/b,NonCompliant,small");
        assertThat(
                        query("policyresources | summarize count() by type | order by type asc")
                                .lines()
                                .skip(1))
                .containsExactly(
                        "microsoft.authorization/policyassignments,1",
                        "microsoft.authorization/policydefinitions,1",
                        "microsoft.policyinsights/policystates,1");
    }

    @Test
    void theVerdictsOfAnEarlierStateAreJudgedByTheDefinitionsOfThen() throws Exception {
        var file = folder.resolve("fleet.ndjson");
        Files.writeString(file, resource("a", 1) + resource("b", 1));
        collect(file);
        var first = now;
        now = now.plusSeconds(60);
        Files.writeString(file, resource("b", 2) + resource("c", 2));
        collect(file);
        keepVerdicts(first);

        assertThat(
                        query(
                                        "--as-of",
                                        first.toString(),
                                        "policyresources | where type =~ 'microsoft.policyinsights/policystates' and properties.complianceState == 'NonCompliant' | project tostring(properties.resourceId)")
                                .lines()
                                .skip(1))
                .containsExactly("/subscriptions/s/resourceGroups/g/providers/A.B/c/a");
    }
}
