package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.GROUP;
import static io.muster.service.remediation.Rig.MANAGEMENT_GROUP;
import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.remediation.Remediation;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.fleet.FleetRounds;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Policy Insights' remediations at each of their scopes, as Azure's clients call them, of a policy of a management group that tags machines.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemediationsOverRestTest {
    private static final int MACHINES = 10;
    private static final int EXEMPT = 10;
    private static final String POLICIES = MANAGEMENT_GROUP + "/providers/Microsoft.Authorization/";
    private static final String REMEDIATIONS = "/providers/Microsoft.PolicyInsights/remediations";

    /// A window that is hardly ever open: what waits for it is active and does nothing.
    private static final String CLOSED =
            ",'maintenanceWindows':[{'cron':'0 0 29 2 *','duration':'PT1M','timeZone':'UTC'}]";

    private Rig rig;
    private MusterServer server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        rig = new Rig(data, Duration.ZERO);
        for (int i = 1; i <= MACHINES; i++) {
            rig.machine(i, "");
        }
        rig.settle();
        server = rig.serve(data, Duration.ofMillis(50));
        put(
                POLICIES + "policyDefinitions/tagged",
                "{'properties':{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},"
                        + "{'field':'tags[owner]','exists':'false'}]},'then':{'effect':'modify','details':{'roleDefinitionIds':"
                        + "['/providers/microsoft.authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c'],"
                        + "'operations':[{'operation':'addOrReplace','field':'tags[owner]','value':'ops'}]}}}}}");
        put(
                POLICIES + "policyDefinitions/seen",
                "{'properties':{'mode':'Indexed','policyRule':{'if':{'field':'type','equals':'Microsoft.Compute/virtualMachines'},'then':{'effect':'audit'}}}}");
        put(
                POLICIES + "policySetDefinitions/both",
                "{'properties':{'policyDefinitions':[{'policyDefinitionReferenceId':'tag','policyDefinitionId':'"
                        + POLICIES
                        + "policyDefinitions/tagged'},{'policyDefinitionReferenceId':'look','policyDefinitionId':'"
                        + POLICIES
                        + "policyDefinitions/seen'}]}}");
        assign("set", "policySetDefinitions/both", true, "");
        assign("alone", "policyDefinitions/tagged", true, ",'enforcementMode':'DoNotEnforce'");
        assign("bare", "policyDefinitions/tagged", false, "");
        put(
                Rig.machine(EXEMPT) + "/providers/Microsoft.Authorization/policyExemptions/spared",
                "{'properties':{'exemptionCategory':'Waiver','policyAssignmentId':'"
                        + assignment("set")
                        + "'}}");
        assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
    }

    @AfterAll
    void stop() {
        server.close();
        rig.close();
    }

    private void put(String id, String body) throws Exception {
        var answer = call("PUT", id, "", Rig.json(body));
        assertThat(answer.status()).as("%s", answer.body()).isBetween(200, 201);
    }

    private void assign(String name, String definition, boolean identity, String more)
            throws Exception {
        put(
                POLICIES + "policyAssignments/" + name,
                "{'location':'westeurope'"
                        + (identity ? ",'identity':{'type':'SystemAssigned'}" : "")
                        + ",'properties':{'policyDefinitionId':'"
                        + POLICIES
                        + definition
                        + "'"
                        + more
                        + "}}");
    }

    private static String assignment(String name) {
        return POLICIES + "policyAssignments/" + name;
    }

    private Rig.Answer call(String method, String path, String options, Dynamic body)
            throws Exception {
        return rig.call(
                method, server.httpUrl() + path + "?api-version=2024-10-01" + options, body);
    }

    private Rig.Answer ask(String method, String path) throws Exception {
        return call(method, path, "", Dynamic.NULL);
    }

    private static Dynamic body(String assignment, String more) {
        return Rig.json(
                "{'properties':{'policyAssignmentId':'"
                        + assignment(assignment)
                        + "'"
                        + more
                        + "}}");
    }

    private static final String TAG = ",'policyDefinitionReferenceId':'tag'";

    /// What a remediation is when it is over.
    private Dynamic ended(String scope, String name) throws Exception {
        var until = Instant.now().plus(Duration.ofMinutes(3));
        while (true) {
            var task = ask("GET", scope + REMEDIATIONS + "/" + name).body();
            String state = task.path("properties", "provisioningState").textOr("");
            if (Set.of("Succeeded", "Complete", "Failed", "Canceled").contains(state)) {
                return task;
            }
            assertThat(Instant.now()).as("%s", task).isBefore(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private Dynamic remediate(String scope, String name, String more) throws Exception {
        var made = call("PUT", scope + REMEDIATIONS + "/" + name, "", body("set", TAG + more));
        assertThat(made.status()).as("%s", made.body()).isEqualTo(201);
        assertThat(made.body().path("properties", "provisioningState").textOr(""))
                .isEqualTo("Accepted");
        return ended(scope, name);
    }

    private List<Dynamic> deployments(String scope, String name) throws Exception {
        return ask("POST", scope + REMEDIATIONS + "/" + name + "/listDeployments")
                .body()
                .get("value")
                .items();
    }

    private List<String> listed(String scope, String filter) throws Exception {
        String options =
                filter.isEmpty()
                        ? ""
                        : "&$filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
        var answer = call("GET", scope + REMEDIATIONS, options, Dynamic.NULL);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return rig.names(answer.body().get("value"), "name");
    }

    private long tagged() {
        long tagged = 0;
        for (int i = 1; i <= MACHINES; i++) {
            tagged += rig.resource(Rig.machine(i)).path("tags", "owner").isNull() ? 0 : 1;
        }
        return tagged;
    }

    @Test
    void eachScopeHasItsRemediations() throws Exception {
        // One machine, by its own scope; then by a filter; two by a count; the rest by the group.
        var one = remediate(Rig.machine(1), "own", "");
        assertThat(one.path("properties", "deploymentStatus"))
                .isEqualTo(
                        Rig.json(
                                "{'totalDeployments':1,'successfulDeployments':1,'failedDeployments':0}"));
        assertThat(one.get("id").textOr("")).isEqualTo(Rig.machine(1) + REMEDIATIONS + "/own");
        assertThat(tagged()).isOne();

        remediate(GROUP, "filtered", ",'filters':{'resourceIds':['" + Rig.machine(3) + "']}");
        assertThat(rig.resource(Rig.machine(3)).path("tags", "owner").textOr("")).isEqualTo("ops");
        assertThat(tagged()).isEqualTo(2);

        var elsewhere = remediate(SUBSCRIPTION, "elsewhere", ",'filters':{'locations':['eastus']}");
        assertThat(elsewhere.path("properties", "deploymentStatus", "totalDeployments").longOr(-1))
                .isZero();
        var counted =
                remediate(
                        SUBSCRIPTION,
                        "counted",
                        ",'filters':{'locations':['West Europe']},'resourceCount':2,'parallelDeployments':1,"
                                + "'failureThreshold':{'percentage':0.1},'resourceDiscoveryMode':'ReEvaluateCompliance'");
        assertThat(counted.path("properties", "deploymentStatus", "totalDeployments").longOr(-1))
                .isEqualTo(2);
        assertThat(counted.path("properties", "resourceDiscoveryMode").textOr(""))
                .isEqualTo("ReEvaluateCompliance");
        assertThat(tagged()).isEqualTo(4);

        // The exempt one is left alone.
        var rest = remediate(MANAGEMENT_GROUP, "rest", "");
        assertThat(rest.path("properties", "deploymentStatus", "totalDeployments").longOr(-1))
                .isEqualTo(MACHINES - 5);
        assertThat(tagged()).isEqualTo(MACHINES - 1);
        assertThat(rig.resource(Rig.machine(EXEMPT)).path("tags", "owner").isNull()).isTrue();

        assertThat(deployments(MANAGEMENT_GROUP, "rest"))
                .hasSize(MACHINES - 5)
                .allSatisfy(item -> {
                    assertThat(item.get("status").textOr("")).isEqualTo("Succeeded");
                    assertThat(item.get("resourceLocation").textOr("")).isEqualTo("westeurope");
                    // Modify makes no deployment.
                    assertThat(item.get("deploymentId").isNull()).isTrue();
                });
        assertThat(
                        call(
                                        "POST",
                                        MANAGEMENT_GROUP + REMEDIATIONS + "/rest/listDeployments",
                                        "&$top=2",
                                        Dynamic.NULL)
                                .body()
                                .get("value")
                                .items())
                .hasSize(2);

        lists();
        deletes();
    }

    private void lists() throws Exception {
        assertThat(listed(Rig.machine(1), "")).containsExactly("own");
        assertThat(listed(GROUP, "")).containsExactly("filtered", "own");
        assertThat(listed(SUBSCRIPTION, ""))
                .containsExactly("counted", "elsewhere", "filtered", "own");
        assertThat(listed(MANAGEMENT_GROUP, "")).containsExactly("rest");
        assertThat(
                        listed(
                                SUBSCRIPTION,
                                "PolicyAssignmentId eq '"
                                        + assignment("set").toLowerCase(Locale.ROOT)
                                        + "' AND PolicyDefinitionReferenceId eq 'tag'"))
                .hasSize(4);
        assertThat(listed(SUBSCRIPTION, "policyDefinitionReferenceId eq 'look'")).isEmpty();
        assertThat(listed(SUBSCRIPTION, "name eq 'counted'")).containsExactly("counted");
        assertThat(
                        call("GET", SUBSCRIPTION + REMEDIATIONS, "&$top=1", Dynamic.NULL)
                                .body()
                                .get("value")
                                .items())
                .hasSize(1);
        assertThat(
                        call("GET", SUBSCRIPTION + REMEDIATIONS, "&$filter=x+is+y", Dynamic.NULL)
                                .status())
                .isEqualTo(400);
    }

    private void deletes() throws Exception {
        for (var id :
                List.of(
                        Rig.machine(1) + REMEDIATIONS + "/own",
                        GROUP + REMEDIATIONS + "/filtered")) {
            assertRefused(ask("POST", id + "/cancel"), 400, "InvalidCancelRemediationRequest");
            assertThat(ask("DELETE", id).status()).isEqualTo(200);
            assertThat(ask("DELETE", id).status()).isEqualTo(204);
            assertRefused(ask("GET", id), 404, "RemediationNotFound");
            assertRefused(ask("POST", id + "/cancel"), 404, "RemediationNotFound");
            assertRefused(ask("POST", id + "/listDeployments"), 404, "RemediationNotFound");
        }
    }

    private static void assertRefused(Rig.Answer answer, int status, String code) {
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
        assertThat(answer.body().path("error", "code").textOr("")).isEqualTo(code);
    }

    @Test
    void aPolicysOwnScheduleRemediatesItAtItsTimeAndOnce() throws Exception {
        put(
                POLICIES + "policyDefinitions/nightly",
                "{'properties':{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},"
                        + "{'field':'tags[night]','exists':'false'}]},'then':{'effect':'modify','details':{'roleDefinitionIds':"
                        + "['/providers/microsoft.authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c'],"
                        + "'operations':[{'operation':'addOrReplace','field':'tags[night]','value':'yes'}]}}}}}");
        assign(
                "timed",
                "policyDefinitions/nightly",
                true,
                ",'metadata':{'musterRemediation':{'schedule':'0 3 * * *','timeZone':'Europe/Berlin','parallelDeployments':2}}");
        server.bean(FleetRounds.class).run();
        var now = new AtomicReference<>(Instant.parse("2026-01-10T01:40:00Z"));
        schedules(now).run();
        now.set(Instant.parse("2026-01-10T01:59:59Z"));
        var kept = schedules(now);
        kept.run();
        String name = "timed-20260110-0200";
        assertRefused(
                ask("GET", MANAGEMENT_GROUP + REMEDIATIONS + "/" + name),
                404,
                "RemediationNotFound");

        // It was stopped at its time, and another one is started a little later.
        now.set(Instant.parse("2026-01-10T02:09:00Z"));
        schedules(now).run();
        var task = ended(MANAGEMENT_GROUP, name);
        assertThat(task.path("properties", "parallelDeployments").longOr(0)).isEqualTo(2);
        assertThat(task.path("properties", "deploymentStatus", "successfulDeployments").longOr(0))
                .isEqualTo(MACHINES);
        assertThat(rig.resource(Rig.machine(2)).path("tags", "night").textOr("")).isEqualTo("yes");
        kept.run();
        assertThat(listed(MANAGEMENT_GROUP, "PolicyAssignmentId eq '" + assignment("timed") + "'"))
                .containsExactly(name);
        assertThat(ask("DELETE", MANAGEMENT_GROUP + REMEDIATIONS + "/" + name).status())
                .isEqualTo(200);
    }

    @Test
    void aMemberThatCannotBeRemediatedNowDoesNotKeepTheOthersFromTheirTime() throws Exception {
        for (String tag : List.of("first", "second")) {
            put(
                    POLICIES + "policyDefinitions/" + tag,
                    "{'properties':{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},"
                            + "{'field':'tags["
                            + tag
                            + "]','exists':'false'}]},'then':{'effect':'modify','details':{'roleDefinitionIds':"
                            + "['/providers/microsoft.authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c'],"
                            + "'operations':[{'operation':'addOrReplace','field':'tags["
                            + tag
                            + "]','value':'yes'}]}}}}}");
        }
        put(
                POLICIES + "policySetDefinitions/two",
                "{'properties':{'policyDefinitions':[{'policyDefinitionReferenceId':'tag: first','policyDefinitionId':'"
                        + POLICIES
                        + "policyDefinitions/first'},{'policyDefinitionReferenceId':'tag: second','policyDefinitionId':'"
                        + POLICIES
                        + "policyDefinitions/second'}]}}");
        assign(
                "daily",
                "policySetDefinitions/two",
                true,
                ",'metadata':{'musterRemediation':{'schedule':'0 4 * * *'}}");
        server.bean(FleetRounds.class).run();
        String inTheWay = MANAGEMENT_GROUP + REMEDIATIONS + "/intheway";
        String first = ",'policyDefinitionReferenceId':'tag: first'" + CLOSED;
        assertThat(call("PUT", inTheWay, "", body("daily", first)).status()).isEqualTo(201);

        schedules(new AtomicReference<>(Instant.parse("2026-01-12T04:01:00Z"))).run();

        String ofDaily =
                "PolicyAssignmentId eq '" + assignment("daily") + "' and name ne 'intheway'";
        var made = listed(MANAGEMENT_GROUP, ofDaily);
        // A name may not have all that a reference ID may.
        assertThat(made)
                .singleElement()
                .asString()
                .matches("daily-tag_ second-[0-9a-f]+-20260112-0400");
        assertThat(ask("GET", MANAGEMENT_GROUP + REMEDIATIONS).body().get("value").items())
                .anyMatch(task ->
                        task.path("properties", "policyDefinitionReferenceId")
                                .textOr("")
                                .equals("tag: second"));
        ask("POST", inTheWay + "/cancel");
        ended(MANAGEMENT_GROUP, "intheway");
        ended(MANAGEMENT_GROUP, made.getFirst().replace(" ", "%20"));
        assertThat(rig.resource(Rig.machine(2)).path("tags", "second").textOr("")).isEqualTo("yes");
        for (String name : List.of("intheway", made.getFirst().replace(" ", "%20"))) {
            assertThat(ask("DELETE", MANAGEMENT_GROUP + REMEDIATIONS + "/" + name).status())
                    .isEqualTo(200);
        }
    }

    private PolicySchedules schedules(AtomicReference<Instant> now) {
        return new PolicySchedules(
                server.bean(Remediation.class),
                server.bean(PolicyCompliance.class),
                server.bean(FleetCompliance.class),
                now::get);
    }

    @Test
    void whatIsUnderWayIsInTheWayOfAnotherAndCanBeCancelled() throws Exception {
        // A policy that is not enforced is remediated all the same.
        String id = MANAGEMENT_GROUP + REMEDIATIONS + "/slow";
        assertThat(call("PUT", id, "", body("alone", CLOSED)).status()).isEqualTo(201);

        assertRefused(
                call("PUT", id, "", body("alone", "")), 400, "InvalidUpdateRemediationRequest");
        assertRefused(ask("DELETE", id), 400, "InvalidDeleteRemediationRequest");
        // Only the tree of management groups tells that the subscription lies below.
        var second = call("PUT", SUBSCRIPTION + REMEDIATIONS + "/second", "", body("alone", ""));
        assertRefused(second, 400, "InvalidCreateRemediationRequest");
        assertThat(second.body().path("error", "message").textOr(""))
                .contains("'slow'", "conflicting with requested scope");

        var cancelled = ask("POST", id + "/cancel");
        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.body().path("properties", "provisioningState").textOr(""))
                .isIn("Cancelling", "Canceled", "Evaluating");
        assertThat(ended(MANAGEMENT_GROUP, "slow").path("properties", "provisioningState"))
                .isEqualTo(Dynamic.of("Canceled"));
        assertThat(deployments(MANAGEMENT_GROUP, "slow"))
                .allSatisfy(
                        item -> assertThat(item.get("status").textOr("")).isEqualTo("Canceled"));
        assertThat(ask("DELETE", id).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "none   |                                             | 404 | PolicyAssignmentNotFound        | could not be found",
                "set    |                                             | 400 | InvalidCreateRemediationRequest | single policy definition reference ID",
                "set    | ,'policyDefinitionReferenceId':'x'          | 400 | InvalidCreateRemediationRequest | is not in the policy set definition",
                "set    | ,'policyDefinitionReferenceId':'look'       | 400 | InvalidCreateRemediationRequest | The effect of the policy is 'audit'",
                "alone  | ,'policyDefinitionReferenceId':'tag'        | 400 | InvalidCreateRemediationRequest | must not be specified",
                "bare   |                                             | 400 | InvalidCreateRemediationRequest | has no managed identity",
                "alone  | ,'resourceCount':0                          | 400 | InvalidCreateRemediationRequest | between 1 and 50000, not 0",
                "alone  | ,'resourceCount':50001                      | 400 | InvalidCreateRemediationRequest | between 1 and 50000, not 50001",
                "alone  | ,'parallelDeployments':31                   | 400 | InvalidCreateRemediationRequest | between 1 and 30, not 31",
                "alone  | ,'parallelDeployments':0                    | 400 | InvalidCreateRemediationRequest | between 1 and 30, not 0",
                "alone  | ,'failureThreshold':{'percentage':1.1}      | 400 | InvalidCreateRemediationRequest | between 0.0 and 1.0, not 1.1",
                "alone  | ,'failureThreshold':{'percentage':-0.1}     | 400 | InvalidCreateRemediationRequest | between 0.0 and 1.0, not -0.1",
                "alone  | ,'resourceDiscoveryMode':'Never'            | 400 | InvalidCreateRemediationRequest | not 'Never'",
                "alone  | ,'resourceDiscoveryMode':'ReEvaluateCompliance' | 400 | InvalidCreateRemediationRequest | at subscription scope and below",
                "alone  | ,'filters':{'locations':'eastus'}           | 400 | InvalidCreateRemediationRequest | 'locations' must be an array",
                "alone  | ,'filters':{'location':['eastus']}          | 400 | InvalidCreateRemediationRequest | 'location' of the filters is not known",
                "alone  | ,'filters':'eastus'                         | 400 | InvalidCreateRemediationRequest | the filters is an object",
                "alone  | ,'failureThreshold':0.1                     | 400 | InvalidCreateRemediationRequest | the failure threshold is an object",
                "alone  | ,'maintenanceWindows':{'cron':'0 0 * * *'}  | 400 | InvalidCreateRemediationRequest | 'maintenanceWindows' must be an array",
                "alone  | ,'resourceDiscoveryMode':1                  | 400 | InvalidCreateRemediationRequest | 'resourceDiscoveryMode' must be a text",
                "alone  | ,'shape':'round'                            | 400 | InvalidCreateRemediationRequest | The property 'shape' is not known",
            })
    void whatAzureRefusesIsRefused(
            String assignment, String more, int status, String code, String message)
            throws Exception {
        var answer =
                call(
                        "PUT",
                        MANAGEMENT_GROUP + REMEDIATIONS + "/wrong",
                        "",
                        body(assignment, more == null ? "" : more));
        assertRefused(answer, status, code);
        assertThat(answer.body().path("error", "message").textOr("")).contains(message);
        assertRefused(
                ask("GET", MANAGEMENT_GROUP + REMEDIATIONS + "/wrong"), 404, "RemediationNotFound");
    }
}
