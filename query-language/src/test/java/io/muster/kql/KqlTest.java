package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Catalog;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

class KqlTest {
    private static final Catalog FLEET =
            Tables.catalog(
                    Tables.resources(
                            "resources",
                            """
                            {"id":"/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines/vm1","name":"vm1",
                             "type":"microsoft.compute/virtualmachines","location":"eastus","resourceGroup":"rg1","subscriptionId":"s1","kind":"",
                             "tags":{"env":"prod"},"properties":{"applicationProfile":{"galleryApplications":[
                               {"packageReferenceId":"/subscriptions/p/resourceGroups/pr/providers/Microsoft.Compute/galleries/g1/applications/agent/versions/1.2.0",
                                "enableAutomaticUpgrade":true},
                               {"packageReferenceId":"/subscriptions/p/resourceGroups/pr/providers/Microsoft.Compute/galleries/g1/applications/scanner/versions/latest"}]}}}
                            """,
                            """
                            {"id":"/subscriptions/s1/resourceGroups/rg2/providers/Microsoft.Compute/virtualMachines/vm2","name":"vm2",
                             "type":"microsoft.compute/virtualmachines","location":"westeurope","resourceGroup":"rg2","subscriptionId":"s1","kind":"",
                             "properties":{}}
                            """,
                            """
                            {"id":"/subscriptions/s2/resourceGroups/rg3/providers/Microsoft.Compute/virtualMachineScaleSets/ss1","name":"ss1",
                             "type":"microsoft.compute/virtualmachinescalesets","location":"eastus","resourceGroup":"rg3","subscriptionId":"s2","kind":"",
                             "properties":{"virtualMachineProfile":{"applicationProfile":{"galleryApplications":[
                               {"packageReferenceId":"/subscriptions/p/resourceGroups/pr/providers/Microsoft.Compute/galleries/g1/applications/agent/versions/1.3.0",
                                "treatFailureAsDeploymentFailure":true}]}}}}
                            """,
                            """
                            {"id":"/subscriptions/p/resourceGroups/pr/providers/Microsoft.Compute/galleries/g1/applications/agent/versions/1.3.0","name":"1.3.0",
                             "type":"microsoft.compute/galleries/applications/versions","location":"eastus","resourceGroup":"pr","subscriptionId":"p","kind":"",
                             "properties":{"provisioningState":"Succeeded","publishingProfile":{"excludeFromLatest":false,
                               "publishedDate":"2024-05-01T00:00:00Z","targetRegions":[{"name":"East US"}]}}}
                            """));

    private static List<String> run(String query) throws DiagnosticException {
        return run(query, QueryOptions.DEFAULT);
    }

    private static List<String> run(String query, QueryOptions options) throws DiagnosticException {
        var out = new ArrayList<String>();
        for (var row : Kql.run(query, FLEET, options).rows()) {
            out.add(Json.write(new Dynamic.Array(row)));
        }
        return out;
    }

    private static List<Diagnostic> faults(String query) {
        try {
            Kql.prepare(query, FLEET);
            return List.of();
        } catch (DiagnosticException refused) {
            return refused.diagnostics();
        }
    }

    @Test
    void warmingUpAsksOnlyWhatCanBeAnswered() {
        assertThatNoException().isThrownBy(Kql::warmUp);
    }

    @Test
    void aTableMayBeCalledByItsName() throws Exception {
        assertThat(
                        run(
                                "table('resources') | summarize count() by location | order by location asc"))
                .containsExactly("[\"eastus\",3]", "[\"westeurope\",1]");
    }

    @Test
    void summarizeCountsGroupsOverAllSegments() throws Exception {
        assertThat(run("resources | summarize count() by location | order by location asc"))
                .containsExactly("[\"eastus\",3]", "[\"westeurope\",1]");
    }

    @Test
    void publishedApplicationVersionsAreReadFromTheirIds() throws Exception {
        assertThat(
                        run(
                                """
                                resources
                                | where type == "microsoft.compute/galleries/applications/versions"
                                | parse id with "/subscriptions/" sub "/resourceGroups/" rg "/providers/Microsoft.Compute/galleries/" gallery "/applications/" app "/versions/" version
                                | extend pp = properties["publishingProfile"]
                                | project subscriptionId, location, gallery, app, version, provisioningState = properties["provisioningState"],
                                          excludeFromLatest = pp["excludeFromLatest"], targetRegions = pp["targetRegions"], publishedDate = pp["publishedDate"]
                                """))
                .containsExactly(
                        "[\"p\",\"eastus\",\"g1\",\"agent\",\"1.3.0\",\"Succeeded\",false,[{\"name\":\"East US\"}],\"2024-05-01T00:00:00Z\"]");
    }

    @Test
    void deployedApplicationsOfMachinesAndScaleSetsStandInOneTable() throws Exception {
        assertThat(
                        run(
                                """
                                resources
                                | where type == "microsoft.compute/virtualmachines" or type == "microsoft.compute/virtualmachinescalesets"
                                | where properties has "applicationProfile"
                                | extend kind = iff(type == "microsoft.compute/virtualmachines", "VM", "VMSS")
                                | extend apps = iff(kind == "VM", parse_json(properties["applicationProfile"]["galleryApplications"]),
                                                    parse_json(properties["virtualMachineProfile"]["applicationProfile"]["galleryApplications"]))
                                | mv-expand apps
                                | extend ref = apps["packageReferenceId"], autoUpgrade = apps["enableAutomaticUpgrade"], failHard = apps["treatFailureAsDeploymentFailure"]
                                | parse ref with "/subscriptions/" pubSub "/resourceGroups/" pubRg "/providers/Microsoft.Compute/galleries/" gallery "/applications/" app "/versions/" version
                                | project name, kind, app, version, autoUpgrade, failHard
                                """))
                .containsExactly(
                        "[\"vm1\",\"VM\",\"agent\",\"1.2.0\",true,null]",
                        "[\"vm1\",\"VM\",\"scanner\",\"latest\",null,null]",
                        "[\"ss1\",\"VMSS\",\"agent\",\"1.3.0\",null,true]");
    }

    @Test
    void everyFaultIsReportedAtOnceWithItsPlaceAndTheNameMeant() {
        var faults = faults("resources\n| where tpye =~ 'x'\n| extend y = strln(name)");
        assertThat(faults).extracting(d -> d.code()).containsExactly("KS142", "KS211");
        assertThat(faults.getFirst().line()).isEqualTo(2);
        assertThat(faults.getFirst().column()).isEqualTo(9);
        assertThat(faults.getFirst().helpText()).contains("did you mean 'type'?");
        assertThat(faults.getLast().helpText()).contains("did you mean 'strlen'?");
    }

    @Test
    void operatorsThatAreMisspelledAreReportedWithTheNearestName() {
        for (var each :
                List.of(
                        "wher,where",
                        "WHERE,where",
                        "project_away,project-away",
                        "mv-expnd,mv-expand")) {
            var faults = faults("resources | " + each.split(",")[0] + " name");
            assertThat(faults.getFirst().helpText())
                    .contains("did you mean '" + each.split(",")[1] + "'?");
        }
    }

    @Test
    void declaredParametersTakeNoValuesOfOtherTypes() {
        var options = QueryOptions.DEFAULT.withParameters(Map.of("n", Dynamic.of("abc")));
        assertThatThrownBy(() ->
                        Kql.prepare(
                                "declare query_parameters(n:long); print n",
                                Tables.catalog(),
                                options))
                .isInstanceOf(DiagnosticException.class)
                .hasMessageContaining("'n' must have the type long");
    }

    @Test
    void queryThatLimitsItsResultIsTold() {
        assertThat(
                        List.of(
                                "resources | take 5",
                                "take 5",
                                "resources | // some\n take 5",
                                "resources | project id |\n limit 5 ;",
                                "resources | sample 3 | project id",
                                "resources | where name == 'a;b' | take 1",
                                "let n = 3; resources | take n"))
                .allMatch(Kql::limitsItself);
        assertThat(
                        List.of(
                                "resources | where name == '| take 5'",
                                "resources // | take 5",
                                "resources | join (resourcecontainers | take 5) on id",
                                "let few = resources | take 5; few | project id",
                                "resources | where name == @'\\' or kind == '| limit 1'",
                                "resources | where name == ```\n| take 5```",
                                "resources | extend takes = 1 | order by id",
                                "resources | take"))
                .noneMatch(Kql::limitsItself);
    }

    @Test
    void unclosedStringIsNamedAsSuch() {
        assertThat(faults("resources | where name == 'abc"))
                .extracting(d -> d.code())
                .containsExactly("KS004");
    }

    @Test
    void unknownTableIsReportedWithTheNearestName() {
        var faults = faults("resorces | count");
        assertThat(faults).extracting(d -> d.code()).containsExactly("KS204");
        assertThat(faults.getFirst().helpText()).contains("did you mean 'resources'?");
    }

    @Test
    void tableNamesIgnoreCaseAndAQueryMayStartWithAnOperator() throws Exception {
        assertThat(run("RESOURCES | count")).containsExactly("[4]");
        assertThat(run("where name == 'vm2' | project name")).containsExactly("[\"vm2\"]");
    }

    @Test
    void parametersReplaceDeclaredDefaults() throws Exception {
        var options = QueryOptions.DEFAULT.withParameters(Map.of("wanted", Dynamic.of("vm1")));
        assertThat(
                        run(
                                "declare query_parameters(wanted:string = 'vm2'); resources | where name == wanted | project name",
                                options))
                .containsExactly("[\"vm1\"]");
    }

    @Test
    void nowIsOneInstantGivenByTheClock() throws Exception {
        var options =
                QueryOptions.DEFAULT.withClock(
                        InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));
        assertThat(run("print a = now(), b = ago(1d)", options))
                .containsExactly(
                        "[\"2026-01-02T03:04:05.0000000Z\",\"2026-01-01T03:04:05.0000000Z\"]");
    }

    @Test
    void workersGiveTheSameRowsAsOneThread() throws Exception {
        String query =
                "resources | where location == 'eastus' | summarize n = count(), names = make_list(name) by resourceGroup";
        try (var pool = new ForkJoinPool(2)) {
            assertThat(run(query, QueryOptions.DEFAULT.withPool(pool, 1))).isEqualTo(run(query));
        }
    }

    @Test
    void explainShowsStepsWithRowsAndTime() throws Exception {
        var prepared = Kql.prepare("resources | where name == 'vm1' | count", FLEET);
        assertThat(prepared.explain())
                .contains("summarize count()", "where (name == 'vm1')", "scan resources");
        assertThat(prepared.explainRun()).contains("-- rows 1");
    }

    @Test
    void aRunThatNestsTooDeepEndsWithAClearErrorWhenExplainedToo() throws Exception {
        var resources = FLEET.table("resources").orElseThrow();
        TableSource bottomless =
                new TableSource() {
                    @Override
                    public String name() {
                        return resources.name();
                    }

                    @Override
                    public Schema schema() {
                        return resources.schema();
                    }

                    @Override
                    public List<Segment> scan(ScanRequest request) {
                        throw new StackOverflowError();
                    }
                };
        var prepared = Kql.prepare("resources | count", Tables.catalog(bottomless));
        for (Runnable run : List.<Runnable>of(prepared::run, prepared::explainRun)) {
            assertThatThrownBy(run::run)
                    .isInstanceOfSatisfying(
                            QueryStoppedException.class,
                            stopped -> assertThat(stopped.code()).isEqualTo("query-too-deep"));
        }
    }

    @Test
    void resultSchemaIsKnownBeforeARun() throws Exception {
        var prepared = Kql.prepare("resources | project name, n = strlen(name)", FLEET);
        assertThat(prepared.schema()).hasToString("name:string, n:long");
    }

    @Test
    void renderIsKeptAsAHint() throws Exception {
        var result =
                Kql.run(
                        "resources | summarize count() by location | render piechart",
                        FLEET,
                        QueryOptions.DEFAULT);
        assertThat(result.renderHint()).containsEntry("visualization", Dynamic.of("piechart"));
    }

    @Test
    void groupingByADynamicIsRefused() {
        assertThat(faults("resources | summarize count() by properties"))
                .extracting(d -> d.code())
                .containsExactly("KS116");
    }

    @Test
    void faultsCarryAllDiagnostics() {
        assertThatThrownBy(() -> Kql.run("resources | where", FLEET, QueryOptions.DEFAULT))
                .isInstanceOf(DiagnosticException.class);
    }
}
