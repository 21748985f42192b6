package io.muster.remediation;

import static io.muster.remediation.Bench.policyBody;
import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.GALLERY;
import static io.muster.remediation.Estate.GROUP;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.Rights;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.task.ProvisioningState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the credential may not do is refused before anything is touched.
final class AccessTest {
    private static final Rights.Permission READER =
            new Rights.Permission(List.of("*/read"), List.of());
    private static final Rights.Permission CONTRIBUTOR =
            new Rights.Permission(List.of("*"), List.of("Microsoft.Authorization/*/write"));

    private final Bench bench = new Bench(13);
    private final CopyOnWriteArrayList<ResourceId> asked = new CopyOnWriteArrayList<>();

    private static Optional<Rights> rights(Rights.Permission... permissions) {
        return Optional.of(new Rights("app", "oid", List.of(permissions)));
    }

    @ParameterizedTest
    @CsvSource({
        "modify, Microsoft.Compute/virtualMachines/write",
        "deploy, Microsoft.Resources/deployments/write"
    })
    void noRightToWriteIsRefusedInAzuresWordsBeforeAnythingIsSent(String effect, String action)
            throws Exception {
        bench.arm.put(vm(1));
        bench.arm.rights = _ -> rights(READER);
        var before = bench.arm.resource(machine(1));

        var task = bench.run("t", policyBody(effect));

        assertThat(task.state()).isEqualTo(ProvisioningState.COMPLETE);
        var lines = bench.ledger.entries(task.id());
        var item = ItemView.of(lines).getFirst();
        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.code()).isEqualTo("AuthorizationFailed");
        assertThat(item.message())
                .startsWith(
                        "The client 'app' with object id 'oid' does not have authorization to"
                                + " perform action '"
                                + action
                                + "' over scope '"
                                + GROUP.text())
                .endsWith(
                        "' or the scope is invalid. If access was recently granted, please refresh"
                                + " your credentials.");
        assertThat(lines).noneMatch(line -> line.event().kind().equals("sending"));
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
    }

    @Test
    void noRightToReadTheApplicationIsRefusedBeforeAnythingIsSent() throws Exception {
        var machines =
                new Rights.Permission(
                        List.of("Microsoft.Compute/virtualMachines/*", "*/something/read"),
                        List.of());
        bench.arm.put(vm(1));
        bench.arm.put(vm(2, entry(AGENT, "1.0.0")));
        bench.arm.rights = _ -> rights(machines);
        String asked =
                "{'properties':{'application':{'kind':'require','applicationId':'%s'},"
                        + "'filters':{'resourceIds':['%s']}}}";
        var one =
                ItemView.of(
                                bench.ledger.entries(
                                        bench.run(
                                                        "one",
                                                        Bench.json(
                                                                asked.formatted(
                                                                        AGENT.text(),
                                                                        machine(1).text())))
                                                .id()))
                        .getFirst();
        assertThat(one.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(one.code()).isEqualTo("AuthorizationFailed");
        assertThat(one.message())
                .startsWith("Subscription not authorized to access this image.")
                .contains(AGENT.text());

        // What the machine has already, and what the application itself lets be read, is no matter.
        bench.arm.rights =
                scope -> scope.equals(AGENT) ? rights(machines, READER) : rights(machines);
        assertThat(
                        bench.run(
                                        "two",
                                        Bench.json(
                                                asked.formatted(AGENT.text(), machine(1).text())))
                                .state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
    }

    @Test
    void aRightOnTheMachineItselfIsEnough() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.put(vm(2));
        bench.arm.rights = scope -> rights(scope.equals(machine(1)) ? CONTRIBUTOR : READER);

        var task = bench.run("t", policyBody("modify"));

        assertThat(ItemView.of(bench.ledger.entries(task.id())))
                .extracting(ItemView::outcome)
                .containsExactlyInAnyOrder(ItemOutcome.VERIFIED, ItemOutcome.REFUSED);
        assertThat(bench.arm.accepted()).hasSize(1);
    }

    @Test
    void aGroupIsAskedOnceForAllItsMachinesAndAnewWhenItIsLong() throws Exception {
        for (int i = 1; i <= 20; i++) {
            bench.arm.put(vm(i));
        }
        bench.arm.rights =
                scope -> {
                    asked.add(scope);
                    return rights(CONTRIBUTOR);
                };
        var task = bench.run("t", policyBody("modify", "'parallelDeployments':1"));
        assertThat(task.state()).isEqualTo(ProvisioningState.SUCCEEDED);
        // That of the gallery beside that of the machines.
        assertThat(asked)
                .isNotEmpty()
                .allMatch(scope -> scope.equals(GROUP) || GALLERY.isUnder(scope));
        assertThat(asked.stream().filter(GROUP::equals).count())
                .isLessThanOrEqualTo(bench.pacer.passed().dividedBy(Duration.ofMinutes(5)) + 1);
    }

    @Test
    void noPermissionAtAllOfWhomCouldReadIsNoAnswer() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.rights = _ -> rights();
        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
    }

    @Test
    void whoeverCannotReadHisRightsIsNotRefused() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.rights = _ -> rights(READER);
        bench.arm.trouble =
                (call, _, _) ->
                        call.equals("rights")
                                ? new ArmFailure.Refused(403, "AuthorizationFailed", "no")
                                : null;
        assertThat(bench.run("t", policyBody("modify")).state())
                .isEqualTo(ProvisioningState.SUCCEEDED);
    }

    @Test
    void aDryRunSaysSoToo() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.rights = _ -> rights(READER);
        try (var process = bench.process(Crashes.never())) {
            assertThat(process.dryRun(SCOPE, "t", policyBody("modify")).lines())
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line.decision())
                                    .isInstanceOfSatisfying(
                                            Decision.Refuse.class,
                                            refuse ->
                                                    assertThat(refuse.code())
                                                            .isEqualTo("AuthorizationFailed")));
        }
    }

    @Test
    void aDryRunWaitsOutWhatPasses() throws Exception {
        bench.arm.put(vm(1));
        var calls = new CopyOnWriteArrayList<String>();
        bench.arm.trouble =
                (call, _, _) -> {
                    calls.add(call);
                    return call.equals("read") && calls.size() < 4
                            ? new ArmFailure.Throttled(Duration.ofSeconds(20), "too many")
                            : null;
                };
        try (var process = bench.process(Crashes.never())) {
            assertThat(process.dryRun(SCOPE, "t", policyBody("modify")).lines())
                    .singleElement()
                    .satisfies(
                            line -> assertThat(line.decision()).isInstanceOf(Decision.Act.class));
        }
        assertThat(bench.pacer.passed()).isGreaterThanOrEqualTo(Duration.ofMinutes(1));
    }
}
