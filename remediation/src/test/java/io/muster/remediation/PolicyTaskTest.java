package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyTaskTest {
    private final Bench bench = new Bench(7);

    private ApplicationProfile profile(int machine) {
        return ApplicationProfile.ofResource(bench.arm.resource(machine(machine)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"modify", "deploy"})
    void whatIsMissingIsAddedAndEverythingElseIsKept(String effect) throws Exception {
        bench.arm.put(vm(1));
        bench.arm.put(vm(2, rich(OTHER, "1.0.0")));
        bench.arm.put(vm(3, entry(AGENT, "1.0.0")));

        var task = bench.run("t", policyBody(effect));

        assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(task.counts().total()).isEqualTo(2);
        assertThat(task.counts().successful()).isEqualTo(2);
        assertThat(profile(1).entries()).containsExactly(entry(AGENT, "latest"));
        assertThat(profile(2).entries())
                .containsExactly(rich(OTHER, "1.0.0"), entry(AGENT, "latest"));
        assertThat(profile(3).entries()).containsExactly(entry(AGENT, "1.0.0"));
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    @Test
    void aModifyIsWrittenOnlyWhenTheMachineIsStillAsRead() throws Exception {
        bench.arm.put(vm(1));
        bench.run("t", policyBody("modify"));

        assertThat(bench.arm.accepted())
                .allSatisfy(write -> {
                    assertThat(write.ifMatch()).isNotNull();
                    assertThat(write.change())
                            .isInstanceOfSatisfying(
                                    ResourceChange.Patch.class,
                                    patch ->
                                            assertThat(patch.body().get("properties").members())
                                                    .containsOnlyKeys("applicationProfile"));
                });
    }

    @Test
    void aMachineThatSomebodyElseChangesMeanwhileIsPlannedAnew() throws Exception {
        bench.arm.put(vm(1));
        var meddled = new AtomicInteger();
        bench.arm.beforeWrite =
                () -> {
                    if (meddled.getAndIncrement() < 2) {
                        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
                    }
                };

        var task = bench.run("t", policyBody("modify"));

        assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(profile(1).entries())
                .containsExactly(rich(OTHER, "1.0.0"), entry(AGENT, "latest"));
        assertThat(bench.arm.accepted()).hasSize(1);
    }

    @Test
    void aMachineThatIsGoneIsNoFailure() throws Exception {
        bench.arm.put(vm(1));
        try (var process = bench.process(Crashes.never())) {
            var gone = machine(99);
            var task =
                    bench.run(
                            process,
                            "t",
                            Bench.json(
                                    "{'properties':{'application':{'kind':'require','applicationId':'"
                                            + AGENT.text()
                                            + "'},'filters':{'resourceIds':['"
                                            + gone.text()
                                            + "']}}}"));
            assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
            assertThat(process.deployments(SCOPE, "t"))
                    .extracting(ItemView::outcome)
                    .containsExactly(ItemOutcome.NOT_APPLICABLE);
        }
    }

    @Test
    void deploymentsAreListedAsPolicyInsightsDoes() throws Exception {
        bench.arm.put(vm(1));
        try (var process = bench.process(Crashes.never())) {
            bench.run(process, "t", policyBody("deploy"));

            var listed = process.deployments(SCOPE, "t").getFirst().toDynamic();
            assertThat(listed.get("remediatedResourceId")).isEqualTo(Dynamic.of(machine(1).text()));
            assertThat(listed.get("status").textOr("")).isEqualTo("Succeeded");
            assertThat(listed.get("resourceLocation").textOr("")).isEqualTo("westeurope");
            assertThat(listed.get("deploymentId").textOr("").toLowerCase(Locale.ROOT))
                    .startsWith(
                            (Estate.GROUP.text() + "/providers/microsoft.resources/deployments/")
                                    .toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void theTaskIsShownInAzuresShape() throws Exception {
        bench.arm.put(vm(1));
        var shown =
                bench.run("t", policyBody("modify", "'failureThreshold':{'percentage':0.1}"))
                        .toDynamic();

        assertThat(shown.get("id").textOr(""))
                .isEqualTo(SCOPE.text() + "/providers/Microsoft.PolicyInsights/remediations/t");
        var properties = shown.get("properties");
        assertThat(properties.get("provisioningState").textOr("")).isEqualTo("Succeeded");
        assertThat(properties.get("resourceCount")).isEqualTo(Dynamic.of(500));
        assertThat(properties.get("parallelDeployments")).isEqualTo(Dynamic.of(10));
        assertThat(properties.path("failureThreshold", "percentage")).isEqualTo(Dynamic.of(0.1));
        assertThat(properties.get("resourceDiscoveryMode").textOr(""))
                .isEqualTo("ExistingNonCompliant");
        assertThat(properties.path("deploymentStatus", "totalDeployments"))
                .isEqualTo(Dynamic.of(1));
    }

    @Test
    void whatTheCountLeavesOutIsSaid() throws Exception {
        for (int i = 1; i <= 5; i++) {
            bench.arm.put(vm(i));
        }
        var some = bench.run("some", policyBody("modify", "'resourceCount':2"));
        assertThat(some.toDynamic().path("properties", "resourcesFound")).isEqualTo(Dynamic.of(5));
        assertThat(some.statusMessage())
                .isEqualTo("Of 5 resources 3 were left out: resourceCount is 2.");

        var rest = bench.run("rest", policyBody("modify")).toDynamic().get("properties");
        assertThat(rest.get("resourcesFound")).isEqualTo(Dynamic.NULL);
        assertThat(rest.path("deploymentStatus", "totalDeployments")).isEqualTo(Dynamic.of(3));
        assertThat(rest.get("statusMessage")).isEqualTo(Dynamic.of(""));
    }

    @Test
    void filtersAndCountLimitTheResources() throws Exception {
        for (int i = 1; i <= 5; i++) {
            bench.arm.put(vm(i));
        }
        assertThat(
                        bench.run("far", policyBody("modify", "'filters':{'locations':['eastus']}"))
                                .counts()
                                .total())
                .isZero();
        assertThat(
                        bench.run(
                                        "one",
                                        policyBody(
                                                "modify",
                                                "'filters':{'resourceIds':['"
                                                        + machine(4).text().toUpperCase(Locale.ROOT)
                                                        + "']}"))
                                .counts()
                                .total())
                .isEqualTo(1);
        assertThat(profile(4).has(AGENT)).isTrue();
        assertThat(bench.run("two", policyBody("modify", "'resourceCount':2")).counts().total())
                .isEqualTo(2);
        assertThat(
                        bench.run(
                                        "here",
                                        policyBody(
                                                "modify",
                                                "'filters':{'locations':['West Europe']}"))
                                .counts()
                                .total())
                .isEqualTo(2);
    }

    @Test
    void theFailureThresholdStopsATaskWithinWhatIsInFlight() throws Exception {
        for (int i = 1; i <= 40; i++) {
            bench.arm.put(vm(i));
        }
        bench.arm.refusing = true;

        var task =
                bench.run(
                        "t",
                        policyBody(
                                "modify",
                                "'parallelDeployments':4",
                                "'failureThreshold':{'percentage':0.1}"));

        assertThat(task.state()).isEqualTo(ProvisioningState.FAILED);
        assertThat(task.counts().failed()).isBetween(5, 5 + 4);
        assertThat(task.statusMessage()).contains("above the failure threshold of 0.1");
        assertThat(ItemView.of(bench.ledger.entries(task.id())))
                .filteredOn(item -> item.outcome() == ItemOutcome.CANCELED)
                .hasSizeGreaterThan(30);
    }

    @Test
    void failuresBelowTheThresholdLeaveATaskComplete() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.refusing = true;

        var task = bench.run("t", policyBody("modify"));

        assertThat(task.state()).isEqualTo(ProvisioningState.COMPLETE);
        var item = ItemView.of(bench.ledger.entries(task.id())).getFirst();
        assertThat(item.code()).isEqualTo("RequestDisallowedByPolicy");
        assertThat(item.toDynamic().path("error", "message").textOr("")).isEqualTo("no");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | The request has no properties.",
                "{'properties':{}} | The policy assignment ID must be specified.",
                "{'properties':{'policyAssignmentId':'x'}} | 'x' is no resource id: it must begin with '/'.",
                "{'properties':{'policyAssignmentId':'/subscriptions/s'}} | '/subscriptions/s' is not the ID of a policy assignment.",
                "{'properties':{'policyAssignmentId':'A','resourceCount':0}} | The resource count must be between 1 and 50000, not 0.",
                "{'properties':{'policyAssignmentId':'A','resourceCount':50001}} | The resource count must be between 1 and 50000, not 50001.",
                "{'properties':{'policyAssignmentId':'A','resourceCount':'9'}} | The property 'resourceCount' must be a whole number.",
                "{'properties':{'policyAssignmentId':'A','parallelDeployments':31}} | The number of parallel deployments must be between 1 and 30, not 31.",
                "{'properties':{'policyAssignmentId':'A','failureThreshold':{'percentage':1.5}}} | The failure threshold percentage must be between 0.0 and 1.0, not 1.5.",
                "{'properties':{'policyAssignmentId':'A','resourceDiscoveryMode':'Both'}} | The resource discovery mode must be ExistingNonCompliant or ReEvaluateCompliance, not 'Both'.",
                "{'properties':{'policyAssignmentId':'A','surprise':1}} | The property 'surprise' is not known."
            })
    void aRequestOutOfFormIsRefusedAsPolicyInsightsWordsIt(String body, String reason) {
        try (var process = bench.process(Crashes.never())) {
            assertThatThrownBy(() ->
                            process.create(
                                    SCOPE,
                                    "t",
                                    Bench.json(
                                            body.replace(
                                                    "'A'",
                                                    "'"
                                                            + RequiredAgent.assignment("modify")
                                                                    .text()
                                                            + "'")),
                                    ""))
                    .isInstanceOfSatisfying(
                            RemediationException.class,
                            fault -> {
                                assertThat(fault.status()).isEqualTo(400);
                                assertThat(fault.code())
                                        .isEqualTo("InvalidCreateRemediationRequest");
                            })
                    .hasMessage("The request to create remediation 't' is invalid. " + reason);
        }
        assertThat(bench.ledger.tasks()).isEmpty();
    }

    @Test
    void anAssignmentThatCannotBeRemediatedIsRefused() {
        assertRefused(policyBody("nowhere"), "PolicyAssignmentNotFound", "could not be found");
        assertRefused(
                policyBody("set"), "InvalidCreateRemediationRequest", "must specify a single");
        assertRefused(
                policyBody("set", "'policyDefinitionReferenceId':'nope'"),
                "InvalidCreateRemediationRequest",
                "'nope' is not in the policy set definition");
        assertRefused(
                policyBody("set", "'policyDefinitionReferenceId':'audit'"),
                "InvalidCreateRemediationRequest",
                "The effect of the policy is 'audit'.");
        assertRefused(policyBody("audit"), "InvalidCreateRemediationRequest", "'audit'");
        assertRefused(policyBody("bare"), "InvalidCreateRemediationRequest", "managed identity");
        assertRefused(
                policyBody("modify", "'policyDefinitionReferenceId':'x'"),
                "InvalidCreateRemediationRequest",
                "does not assign a policy set definition");
    }

    private void assertRefused(Dynamic body, String code, String message) {
        try (var process = bench.process(Crashes.never())) {
            assertThatThrownBy(() -> process.create(SCOPE, "t", body, ""))
                    .isInstanceOfSatisfying(
                            RemediationException.class,
                            fault -> assertThat(fault.code()).isEqualTo(code))
                    .hasMessageContaining(message);
        }
    }

    @Test
    void oneMemberOfAnInitiativeIsRemediated() throws Exception {
        bench.arm.put(vm(1));
        var task = bench.run("t", policyBody("set", "'policyDefinitionReferenceId':'modify'"));
        assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(task.counts().successful()).isEqualTo(1);
    }

    @Test
    void complianceIsNotReEvaluatedAcrossAManagementGroup() {
        var group = ResourceId.parse("/providers/Microsoft.Management/managementGroups/contoso");
        try (var process = bench.process(Crashes.never())) {
            assertThatThrownBy(() ->
                            process.create(
                                    group,
                                    "t",
                                    policyBody(
                                            "modify",
                                            "'resourceDiscoveryMode':'ReEvaluateCompliance'"),
                                    ""))
                    .hasMessageEndingWith(
                            "Evaluating compliance before remediation is only supported for"
                                    + " remediations at subscription scope and below.");
        }
    }

    @Test
    void aPausedTaskBeginsNothingUntilItIsResumed() throws Exception {
        bench.arm.put(vm(1));
        try (var process = bench.process(Crashes.never())) {
            var created = process.create(SCOPE, "first", policyBody("modify"), "");
            process.await(created.task().id());
            bench.arm.put(vm(2));
            bench.arm.put(vm(3));
            bench.arm.beforeWrite =
                    () -> {
                        try {
                            process.pause(SCOPE, "t");
                        } catch (RemediationException fault) {
                            throw new AssertionError(fault);
                        }
                    };
            var task = bench.run(process, "t", policyBody("modify", "'parallelDeployments':1"));
            assertThat(task.state()).isEqualTo(ProvisioningState.ACCEPTED);
            assertThat(task.paused()).isTrue();
            assertThat(bench.arm.accepted()).hasSize(2);

            bench.arm.beforeWrite = () -> {};
            process.unpause(SCOPE, "t");
            assertThat(process.await(task.id()).state()).isEqualTo(ProvisioningState.SUCCEEDED);
            assertThat(bench.arm.accepted()).hasSize(3);
        }
    }

    @Test
    void aCancelledTaskEndsWithWhatIsInFlight() throws Exception {
        for (int i = 1; i <= 20; i++) {
            bench.arm.put(vm(i));
        }
        try (var process = bench.process(Crashes.never())) {
            bench.arm.beforeWrite =
                    () -> {
                        try {
                            process.cancel(SCOPE, "t");
                        } catch (RemediationException fault) {
                            throw new AssertionError(fault);
                        }
                    };
            var task = bench.run(process, "t", policyBody("modify", "'parallelDeployments':3"));

            assertThat(task.state()).isEqualTo(ProvisioningState.CANCELED);
            assertThat(bench.arm.accepted()).hasSizeBetween(1, 6);
            assertThat(task.counts().successful()).isEqualTo(bench.arm.accepted().size());
            assertThatThrownBy(() -> process.cancel(SCOPE, "t"))
                    .hasMessageEndingWith("A completed remediation cannot be cancelled.");
            assertThat(process.delete(SCOPE, "t")).isTrue();
            assertThat(process.delete(SCOPE, "t")).isFalse();
            assertThatThrownBy(() -> process.get(SCOPE, "t")).hasMessageContaining("'t'");
        }
    }

    @Test
    void anActiveTaskIsNeitherReplacedNorDeletedNorDoubled() throws Exception {
        bench.arm.put(vm(1));
        try (var process = bench.process(Crashes.never())) {
            bench.arm.beforeWrite =
                    () -> {
                        assertThatThrownBy(
                                        () -> process.create(SCOPE, "t", policyBody("modify"), ""))
                                .hasMessageEndingWith(
                                        "A remediation may not be changed or replaced while it is"
                                                + " active.");
                        assertThatThrownBy(() -> process.delete(SCOPE, "t"))
                                .hasMessageContaining("terminal provisioning state");
                        assertThatThrownBy(() ->
                                        process.create(Estate.GROUP, "u", policyBody("modify"), ""))
                                .hasMessageContaining("The following remediations: 't' are already")
                                .hasMessageEndingWith("conflicting with requested scope.");
                    };
            assertThat(bench.run(process, "t", policyBody("modify")).state())
                    .isEqualTo(ProvisioningState.SUCCEEDED);
            bench.arm.beforeWrite = () -> {};
            assertThat(process.create(SCOPE, "t", policyBody("modify"), "").isNew()).isFalse();
            process.await(Bench.taskId("t"));
        }
    }

    @Test
    void aDryRunShowsBeforeAndAfterAndChangesNothing() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        try (var process = bench.process(Crashes.never())) {
            var lines = process.dryRun(SCOPE, "t", policyBody("modify")).lines();

            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst().decision())
                    .isInstanceOfSatisfying(
                            Decision.Act.class,
                            act -> {
                                var change =
                                        ((ResourceChange.Patch) act.change()).changes().getFirst();
                                assertThat(change.path())
                                        .isEqualTo(
                                                "properties/applicationProfile/galleryApplications");
                                assertThat(change.before().items())
                                        .isEqualTo(List.of(rich(OTHER, "1.0.0").json()));
                                assertThat(change.after().items()).hasSize(2);
                            });
        }
        assertThat(bench.arm.accepted()).isEmpty();
        assertThat(bench.ledger.tasks()).isEmpty();
    }

    @Test
    void throttlingAndOtherFaultsAreWaitedOut() throws Exception {
        for (int i = 1; i <= 40; i++) {
            bench.arm.put(vm(i));
        }
        // Seldom enough that no request meets as many in a row as end a machine's turn.
        bench.arm.faults = 0.3;
        var task = bench.run("t", policyBody("modify"));
        assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
        assertThat(bench.arm.accepted()).hasSize(40);
        assertThat(bench.pacer.passed().toSeconds()).isGreaterThan(7);
    }
}
