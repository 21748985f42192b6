package io.muster.inventory.vm;

import static io.muster.inventory.vm.Gallerist.entry;
import static io.muster.inventory.vm.Gallerist.machine;
import static io.muster.inventory.vm.Gallerist.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.vm.ApplicationState.Behind;
import io.muster.inventory.vm.ApplicationState.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MachineAssessmentTest {
    private static Gallerist galleries() {
        return new Gallerist()
                .application("agent", "Linux")
                .published("agent", "1.0.0")
                .published("agent", "1.10.0")
                .application("tool", "Linux")
                .published("tool", "1.0.0");
    }

    private static ApplicationState assess(String entries, @Nullable String message, String app) {
        return MachineAssessment.of(machine(entries, message), galleries().resolver())
                .application(app)
                .orElseThrow();
    }

    @Test
    void theWantedVersionRuns() {
        var state =
                assess(entry("agent", "latest"), report("agent 1.10.0 Install SUCCESS"), "agent");
        assertThat(state.condition()).isEqualTo(Condition.RUNNING);
        assertThat(state.behind()).isEqualTo(Behind.NO);
        assertThat(state.wanted().orElseThrow().name()).isEqualTo("1.10.0");
        assertThat(state.isDeployable()).isTrue();
    }

    @Test
    void latestInTheProfileSaysNothingAboutWhatRuns() {
        var state = assess(entry("agent", "latest"), report("agent 1.0.0 Update SUCCESS"), "agent");
        assertThat(state.condition()).isEqualTo(Condition.BEHIND);
        assertThat(state.behind()).isEqualTo(Behind.RUNNING_OLDER_THAN_WANTED);
        assertThat(state.running()).contains(VersionNumber.of(1, 0, 0));
    }

    @Test
    void aNamedVersionThatRunsIsPinnedToAnOlderOne() {
        var state = assess(entry("agent", "1.0.0"), report("agent 1.0.0 Install SUCCESS"), "agent");
        assertThat(state.condition()).isEqualTo(Condition.RUNNING);
        assertThat(state.behind()).isEqualTo(Behind.PINNED_TO_OLDER);
    }

    @Test
    void goingDownIsAheadUntilItIsApplied() {
        var state =
                assess(entry("agent", "1.0.0"), report("agent 1.10.0 Install SUCCESS"), "agent");
        assertThat(state.condition()).isEqualTo(Condition.AHEAD);
    }

    @Test
    void aNamedVersionThatCannotBeHadDoesNotRunBecauseAnotherDoes() {
        var older =
                assess(entry("agent", "2.0.0"), report("agent 1.10.0 Install SUCCESS"), "agent");
        assertThat(older.isDeployable()).isFalse();
        assertThat(older.condition()).isEqualTo(Condition.BEHIND);
        assertThat(older.because()).isEqualTo("an older version than the wanted one runs");
        // Nothing newer is to be had.
        assertThat(older.behind()).isEqualTo(Behind.NO);
        var pinned =
                assess(entry("agent", "1.5.0"), report("agent 1.0.0 Install SUCCESS"), "agent");
        assertThat(pinned.condition()).isEqualTo(Condition.BEHIND);
        assertThat(pinned.behind()).isEqualTo(Behind.PINNED_TO_OLDER);
        var newer = assess(entry("agent", "1.5.0"), report("agent 1.10.0 Update SUCCESS"), "agent");
        assertThat(newer.condition()).isEqualTo(Condition.AHEAD);
        var same = assess(entry("agent", "2.0.0"), report("agent 2.0.0 Install SUCCESS"), "agent");
        assertThat(same.condition()).isEqualTo(Condition.RUNNING);
    }

    @Test
    void aFailedApplicationOfTheWantedVersionNeedsRemoveThenAdd() {
        var state =
                assess(
                        entry("agent", "latest"),
                        report("agent 1.10.0 Install FAILED boom"),
                        "agent");
        assertThat(state.condition()).isEqualTo(Condition.FAILED);
        assertThat(state.needsRemoveThenAdd()).isTrue();
        assertThat(state.isStuck()).isTrue();
        assertThat(state.running()).isEmpty();
        assertThat(state.because()).isEqualTo("Install FAILED boom");
    }

    @Test
    void aFailedApplicationOfAnotherVersionMovesByItself() {
        var state =
                assess(
                        entry("agent", "latest"),
                        report("agent 1.0.0 Install FAILED boom"),
                        "agent");
        assertThat(state.needsRemoveThenAdd()).isFalse();
    }

    @Test
    void aSkippedApplicationNamesWhatFailedBeforeIt() {
        var state =
                assess(
                        entry("tool", "1.0.0", 1) + "," + entry("agent", "latest", 2),
                        report(
                                "tool 1.0.0 Install FAILED x",
                                "agent 1.10.0 skipped, lower order operation failed"),
                        "agent");
        assertThat(state.condition()).isEqualTo(Condition.SKIPPED);
        assertThat(state.skippedBecauseOf()).containsExactly("tool");
        assertThat(state.needsRemoveThenAdd()).isTrue();
    }

    @Test
    void aRebootThatIsRerunIsNotStuckAndOneThatIsNotIs() {
        var rerun =
                assess(
                        entry("agent", "latest"),
                        report(
                                "agent 1.10.0 Reboot detected during 'Install' operation. Rerun operation after reboot."),
                        "agent");
        assertThat(rerun.condition()).isEqualTo(Condition.REBOOTING);
        assertThat(rerun.isStuck()).isFalse();
        var stopped =
                assess(
                        entry("agent", "latest"),
                        report(
                                "agent 1.10.0 Reboot detected during 'Install' operation. No further action taken."),
                        "agent");
        assertThat(stopped.condition()).isEqualTo(Condition.STOPPED_BY_REBOOT);
        assertThat(stopped.isStuck()).isTrue();
    }

    @Test
    void aVersionThatIsNoNumberIsReportedAndUnknown() {
        var state =
                assess(entry("agent", "latest"), report("agent 1.0-beta Install SUCCESS"), "agent");
        assertThat(state.condition()).isEqualTo(Condition.UNKNOWN);
        assertThat(state.because()).isEqualTo("the version that the guest reports is no number");
        assertThat(state.behind()).isEqualTo(Behind.UNKNOWN);
    }

    @Test
    void whatWasNeverAppliedIsPending() {
        assertThat(assess(entry("agent", "latest"), null, "agent").condition())
                .isEqualTo(Condition.PENDING);
        assertThat(assess(entry("agent", "latest"), report(), "agent").condition())
                .isEqualTo(Condition.PENDING);
    }

    @Test
    void aTransientFailureOfTheExtensionFailsNoApplication() {
        var state =
                assess(
                        entry("agent", "latest"),
                        "Enable failed: HostGaCommunicator GetVMAppInfo error: timeout",
                        "agent");
        assertThat(state.condition()).isEqualTo(Condition.UNKNOWN);
        assertThat(state.isFailed()).isFalse();
        assertThat(state.behind()).isEqualTo(Behind.UNKNOWN);
    }

    @Test
    void aRunUnderWayIsApplying() {
        assertThat(assess(entry("agent", "latest"), "Enabling Handler", "agent").condition())
                .isEqualTo(Condition.APPLYING);
    }

    @Test
    void whatTheProfileNoLongerAsksForIsLeftOver() {
        var state = assess(entry("agent", "latest"), report("old 3.0.0 Install SUCCESS"), "old");
        assertThat(state.condition()).isEqualTo(Condition.LEFT_OVER);
        assertThat(state.isWanted()).isFalse();
    }

    @Test
    void withoutAnInstanceViewTheStateIsUnknown() {
        var machine =
                Machine.read(
                                Gallerist.json(
                                        "{'id':'%s','location':'eastus','properties':{'applicationProfile':{'galleryApplications':[%s]}}}"
                                                .formatted(Gallerist.VM, entry("agent", "latest"))))
                        .orElseThrow();
        var state =
                MachineAssessment.of(machine, galleries().resolver())
                        .application("agent")
                        .orElseThrow();
        assertThat(state.condition()).isEqualTo(Condition.UNKNOWN);
        assertThat(state.because()).isEqualTo("no instance view was read");
    }

    @Test
    void anEntryThatCannotBeDeployedCarriesAzuresWords() {
        var state = assess(entry("gone", "latest"), report(), "gone");
        assertThat(state.isDeployable()).isFalse();
        assertThat(state.refusal().orElseThrow().code()).isEqualTo("PlatformImageNotFound");
        var malformed = assess("{'packageReferenceId':'nonsense'}", report(), "nonsense");
        assertThat(malformed.refusal().orElseThrow().code()).isEqualTo("InvalidParameter");
    }

    @Test
    void aUniformInstanceHasTheProfileOfItsSet() {
        var set =
                "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/set1";
        var machine =
                Machine.ofInstance(
                                Gallerist.json(
                                        "{'id':'%s/virtualMachines/0','location':'eastus','properties':{'latestModelApplied':false}}"
                                                .formatted(set)),
                                Gallerist.json(
                                        "{'id':'%s','location':'eastus','properties':{'virtualMachineProfile':{'storageProfile':{'osDisk':{'osType':'Linux'}},'applicationProfile':{'galleryApplications':[%s]}}}}"
                                                .formatted(set, entry("agent", "latest"))))
                        .orElseThrow();
        assertThat(machine.kind()).isEqualTo(Machine.Kind.UNIFORM_INSTANCE);
        assertThat(machine.system()).isEqualTo(OperatingSystem.LINUX);
        assertThat(machine.profile().entries()).hasSize(1);
        assertThat(machine.latestModelApplied()).isFalse();
    }

    @Test
    void aVmOfAFlexibleSetIsAnInstanceWithItsOwnProfile() {
        var machine =
                Machine.read(
                                Gallerist.json(
                                        "{'id':'%s','properties':{'virtualMachineScaleSet':{'id':'/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/flex'}}}"
                                                .formatted(Gallerist.VM)))
                        .orElseThrow();
        assertThat(machine.kind()).isEqualTo(Machine.Kind.FLEXIBLE_INSTANCE);
        assertThat(machine.scaleSet()).isNotNull();
        assertThat(machine.profile().present()).isFalse();
    }

    @Test
    void theOperatingSystemComesFromTheDiskOrTheProfile() {
        for (var properties :
                new String[] {
                    "{'storageProfile':{'osDisk':{'osType':'windows'}}}",
                    "{'osProfile':{'windowsConfiguration':{}}}",
                    "{'extended':{'instanceView':{'osName':'Windows Server 2022'}}}"
                }) {
            var vm = "{'id':'" + Gallerist.VM + "','properties':" + properties + "}";
            assertThat(Machine.read(Gallerist.json(vm)).orElseThrow().system())
                    .isEqualTo(OperatingSystem.WINDOWS);
        }
        assertThat(
                        Machine.read(
                                        Gallerist.json(
                                                "{'id':'" + Gallerist.VM + "','properties':{}}"))
                                .orElseThrow()
                                .system())
                .isNull();
    }
}
