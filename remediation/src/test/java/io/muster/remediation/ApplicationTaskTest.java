package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.GALLERY;
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
import io.muster.inventory.vm.ProfileEntry;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.task.RemediationException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ApplicationTaskTest {
    private final Bench bench = new Bench(3);

    private ItemView run(String intent) throws Exception {
        return run(intent, 1);
    }

    private ItemView run(String intent, int machine) throws Exception {
        var body =
                Bench.json(
                        "{'properties':{'application':{"
                                + intent
                                + "},'filters':{'resourceIds':['"
                                + machine(machine).text()
                                + "']}}}");
        var task = bench.run("t" + bench.ledger.tasks().size(), body);
        return ItemView.of(bench.ledger.entries(task.id())).getFirst();
    }

    private static String about(String kind) {
        return "'kind':'" + kind + "','applicationId':'" + AGENT.text() + "'";
    }

    private ApplicationProfile profile() {
        return ApplicationProfile.ofResource(bench.arm.resource(machine(1)));
    }

    @Test
    void aMissingApplicationIsAddedWithItsPlacement() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));

        var item =
                run(
                        about("require")
                                + ",'version':'1.9.0','order':3,'enableAutomaticUpgrade':true");

        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile().entries()).hasSize(2);
        assertThat(profile().entries().getFirst()).isEqualTo(rich(OTHER, "1.0.0"));
        var added = profile().entries().getLast();
        assertThat(added.reference().orElseThrow().version()).isEqualTo("1.9.0");
        assertThat(added.order()).hasValue(3);
        assertThat(added.enableAutomaticUpgrade()).isTrue();
    }

    @Test
    void anApplicationThatFailsToInstallIsAFailureWithTheGuestsWords() throws Exception {
        bench.arm.put(vm(1));
        bench.arm.failing.add("agent");

        var item = run(about("require"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.FAILED);
        assertThat(item.code()).isEqualTo("VMApplicationFailed");
        assertThat(item.message()).contains("Install FAILED exit status=1");
    }

    @Test
    void anApplicationWhoseNameAnotherGallerysHasIsRefusedAndTheGuestsOthersGoOn()
            throws Exception {
        var elsewhere =
                ResourceId.parse(GALLERY.text() + "-of-others").child("applications", "agent");
        bench.arm.put(vm(1, entry(elsewhere, "1.0.0")));

        var item = run(about("require"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.message()).contains("agent", elsewhere.text());
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @Test
    void aResultOfNoKnownFormIsNoSuccess() throws Exception {
        bench.arm.put(vm(1));
        bench.pacer.hook =
                () -> bench.arm.report(machine(1), "agent", "2.0.0", "Verschoben auf morgen");

        var item = run(about("require"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.FAILED);
        assertThat(item.code()).isEqualTo("GuestTimeout");
        assertThat(item.message()).contains("no known form");
    }

    @Test
    void theTwentySixthApplicationIsRefusedBeforeAnythingIsSent() throws Exception {
        bench.arm.put(
                vm(
                        1,
                        IntStream.range(0, 25)
                                .mapToObj(i ->
                                        entry(GALLERY.child("applications", "app" + i), "1.0.0"))
                                .toArray(ProfileEntry[]::new)));

        var item = run(about("require"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.message())
                .startsWith(
                        "The maximum number of VM applications (max=25, current=26) has been"
                                + " exceeded.");
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2.1.0, GalleryImageNotFound",
        "9.9.9, PlatformImageNotFound",
    })
    void aVersionThatIsNotInTheRegionIsRefused(String version, String code) throws Exception {
        bench.arm.put(vm(1));
        var item = run(about("require") + ",'version':'" + version + "'");
        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.code()).isEqualTo(code);
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @Test
    void theWrongOperatingSystemIsRefused() throws Exception {
        var windows =
                vm(1).with(
                                "properties",
                                Bench.json("{'storageProfile':{'osDisk':{'osType':'Windows'}}}"));
        bench.arm.put(windows);
        var item = run(about("require"));
        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.message()).contains("supports OS Linux");
    }

    @ParameterizedTest
    @CsvSource({
        "1.0.0, newest, 2.0.0",
        "1.9.0, >=1.10.0, 2.0.0",
        "1.0.0, >=1.0.0 <2.0.0, ''",
        "2.0.0, >=1.0.0 <2.0.0, 1.10.0",
        "1.10.0, >=1.9.0, ''",
        "1.0.0, 3.0.0, 3.0.0",
        "2.0.0, 1.9.0, 1.9.0",
        "2.0.0, newest, ''"
    })
    void aPinnedVersionIsRaisedToWhatIsWantedAndCanBeHad(
            String pinned, String target, String expected) throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0"), rich(AGENT, pinned)));

        var item = run(about("raise") + ",'target':'" + target + "'");

        assertThat(item.outcome())
                .isEqualTo(
                        expected.isEmpty() ? ItemOutcome.ALREADY_COMPLIANT : ItemOutcome.VERIFIED);
        assertThat(profile().entries())
                .containsExactly(
                        rich(OTHER, "1.0.0"), rich(AGENT, expected.isEmpty() ? pinned : expected));
    }

    @Test
    void aTargetThatNoVersionMeetsIsRefused() throws Exception {
        bench.arm.put(vm(1, entry(AGENT, "1.0.0")));
        var item = run(about("raise") + ",'target':'>=4.0.0'");
        assertThat(item.outcome()).isEqualTo(ItemOutcome.REFUSED);
        assertThat(item.code()).isEqualTo("GalleryImageNotFound");
    }

    @Test
    void amachineThatAsksForLatestIsNotPinned() throws Exception {
        bench.arm.put(vm(1, entry(AGENT, "latest")));
        assertThat(run(about("raise") + ",'target':'newest'").outcome())
                .isEqualTo(ItemOutcome.NOT_APPLICABLE);
    }

    @Test
    void aMachineBehindLatestGetsItsListWrittenAgain() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "latest"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install SUCCESS");
        bench.arm.report(machine(1), "other", "1.0.0", "Install SUCCESS");
        var before = bench.arm.resource(machine(1));

        var item = run(about("catchUp"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
        assertThat(bench.arm.accepted()).hasSize(1);
        assertThat(bench.arm.accepted().getFirst().ifMatch()).isNotNull();
        assertThat(run(about("catchUp")).outcome()).isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
    }

    @Test
    void whatFailedAndWhatWasSkippedIsRemovedAndAddedBackWhereItWas() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install FAILED exit status=1");
        bench.arm.report(machine(1), "other", "1.0.0", "skipped, lower order operation failed");
        var before = bench.arm.resource(machine(1));

        var item = run("'kind':'retry'");

        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
        assertThat(bench.arm.accepted()).hasSize(2);
        var taken = (ResourceChange.Patch) bench.arm.accepted().getFirst().change();
        assertThat(taken.changes().getFirst().after().get("galleryApplications").items()).isEmpty();
    }

    @Test
    void whatFailsAgainIsBackInTheListAndSaysWhy() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install FAILED exit status=1");
        bench.arm.report(machine(1), "other", "1.0.0", "Install SUCCESS");
        bench.arm.failing.add("agent");
        var before = bench.arm.resource(machine(1));

        var item = run(about("retry"));

        assertThat(item.outcome()).isEqualTo(ItemOutcome.FAILED);
        assertThat(item.message()).contains("exit status=1");
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
        // Out and back, once: what fails for good is not tried for ever.
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"remove", "add"})
    void anAnswerLostBetweenRemovingAndAddingBackNeitherLosesTheEntryNorRemovesItAgain(String lost)
            throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install FAILED exit status=1");
        bench.arm.report(machine(1), "other", "1.0.0", "Install SUCCESS");
        var before = bench.arm.resource(machine(1));
        int nth = lost.equals("remove") ? 1 : 2;
        var troubles = new AtomicInteger();
        // The write is carried out, its answer is lost, and who asks again is told to wait.
        bench.arm.trouble =
                (call, _, done) -> {
                    if (!call.equals("send") || bench.arm.accepted().size() != nth) {
                        return null;
                    }
                    return switch (troubles.getAndIncrement()) {
                        case 0 -> done ? new ArmFailure.Unreachable("the answer was lost") : null;
                        case 1 -> new ArmFailure.Throttled(Duration.ofSeconds(1), "too many");
                        default -> null;
                    };
                };

        var item = run(about("retry"));

        assertThat(troubles.get()).isPositive();
        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    @Test
    void aRemovalWhoseAnswerNeverCameIsAddedBackAllTheSame() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install FAILED exit status=1");
        bench.arm.report(machine(1), "other", "1.0.0", "Install SUCCESS");
        var before = bench.arm.resource(machine(1));
        bench.arm.trouble =
                (call, _, done) ->
                        call.equals("send") && bench.arm.accepted().size() == 1 && done
                                ? new ArmFailure.Unreachable("the answer was lost")
                                : null;
        run(about("retry"));
        bench.arm.trouble = (_, _, _) -> null;

        assertThat(bench.arm.resource(machine(1))).isEqualTo(before);
        assertThat(bench.arm.accepted()).hasSize(2);
    }

    @Test
    void aHealthyMachineIsNotRetried() throws Exception {
        bench.arm.put(vm(1, entry(AGENT, "1.0.0")));
        bench.arm.report(machine(1), "agent", "1.0.0", "Install SUCCESS");
        assertThat(run("'kind':'retry'").outcome()).isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
        assertThat(bench.arm.accepted()).isEmpty();
    }

    @Test
    void aForbiddenApplicationIsRemovedAlone() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0"), entry(AGENT, "latest")));
        var item = run(about("forbid"));
        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile().entries()).containsExactly(rich(OTHER, "1.0.0"));
    }

    @Test
    void orderAndFlagsAreSetAndTheRestOfTheEntryKept() throws Exception {
        bench.arm.put(vm(1, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        var item = run(about("arrange") + ",'order':2,'treatFailureAsDeploymentFailure':true");
        assertThat(item.outcome()).isEqualTo(ItemOutcome.VERIFIED);
        assertThat(profile().entries().getFirst().json())
                .isEqualTo(
                        rich(AGENT, "1.0.0")
                                .json()
                                .with("order", Dynamic.of(2))
                                .with("treatFailureAsDeploymentFailure", Dynamic.TRUE));
        assertThat(run(about("arrange") + ",'order':2").outcome())
                .isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'application':{'kind':'polish'} | 'polish' is no kind of application remediation",
                "'application':{'kind':'forbid'} | 'forbid' needs an applicationId",
                "'application':{'kind':'forbid','applicationId':'/subscriptions/s'} | is no gallery"
                        + " application",
                "'application':{'kind':'retry'} | named either by a query or by resource IDs",
                "'application':{'kind':'retry'},'policyAssignmentId':'x' | both a policy assignment"
                        + " and an application",
                "'application':{'kind':'require','applicationId':'X','target':'1.0.0'} | 'target' of",
                "'application':{'kind':'raise','applicationId':'X','version':'1.0.0'} | 'version' of",
                "'application':{'kind':'ensure','applicationId':'X','order':'3'} | 'order' must be",
                "'application':{'kind':'arrange','applicationId':'X','order':-1} | 'order' must be",
                "'application':{'kind':'arrange','applicationId':'X','enableAutomaticUpgrade':'no'} | must be true or false"
            })
    void anApplicationTaskOutOfFormIsRefused(String properties, String reason) {
        try (var process = bench.process(Crashes.never())) {
            assertThatThrownBy(() ->
                            process.create(
                                    SCOPE,
                                    "t",
                                    Bench.json(
                                            "{'properties':{"
                                                    + properties.replace("'X'", "'" + AGENT + "'")
                                                    + "}}"),
                                    ""))
                    .isInstanceOf(RemediationException.class)
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void ensuringAddsRaisesCatchesUpAndTriesAgain() throws Exception {
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        bench.arm.put(vm(2, rich(AGENT, "1.0.0"), rich(OTHER, "1.0.0")));
        bench.arm.report(machine(2), "agent", "1.0.0", "Install SUCCESS");
        bench.arm.put(vm(3, rich(AGENT, "latest")));
        bench.arm.report(machine(3), "agent", "1.0.0", "Install SUCCESS");
        bench.arm.put(vm(4, rich(OTHER, "1.0.0"), rich(AGENT, "latest")));
        bench.arm.report(machine(4), "agent", "2.0.0", "Install FAILED exit status=1");
        bench.arm.put(vm(5, rich(AGENT, "latest")));
        bench.arm.report(machine(5), "agent", "2.0.0", "Install SUCCESS");
        bench.arm.report(machine(4), "other", "1.0.0", "Install SUCCESS");

        for (int i = 1; i <= 4; i++) {
            var item = run(about("ensure"), i);
            assertThat(item.outcome())
                    .as("machine " + i + ": " + item.message())
                    .isEqualTo(ItemOutcome.VERIFIED);
        }
        assertThat(run(about("ensure"), 5).outcome()).isEqualTo(ItemOutcome.ALREADY_COMPLIANT);
        assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(1))).entries())
                .containsExactly(rich(OTHER, "1.0.0"), entry(AGENT, "latest"));
        assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(2))).entries())
                .containsExactly(rich(AGENT, "2.0.0"), rich(OTHER, "1.0.0"));
        assertThat(ApplicationProfile.ofResource(bench.arm.resource(machine(4))).entries())
                .containsExactly(rich(OTHER, "1.0.0"), rich(AGENT, "latest"));
    }
}
