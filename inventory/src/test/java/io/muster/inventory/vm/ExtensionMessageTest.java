package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionMessageTest {
    private static final String FORM_A =
            """
            Enable succeeded: {
             "CurrentState": [
              {"applicationName":"doNothingLinux","version":"1.0.0","result":"Install SUCCESS"},
              {"applicationName":"badapplinux","version":"1.0.0","result":"Install FAILED Error executing command 'exit 1': command terminated with exit status=1"}],
             "ActionsPerformed":[{"package":"badapplinux","version":"1.0.0","operation":"Install",
              "result":"Error executing command 'exit 1': command terminated with exit status=1",
              "treatFailureAsDeploymentFailure":false,"timestamp":""}],
             "Errors":""}
            """;

    @Test
    void readsFormA() {
        var report = (ExtensionMessage.Report) ExtensionMessage.parse(FORM_A);
        assertThat(report.prefix()).isEqualTo(ExtensionMessage.Prefix.SUCCEEDED);
        assertThat(report.currentState())
                .extracting(GuestApplication::name)
                .containsExactly("doNothingLinux", "badapplinux");
        assertThat(report.currentState().get(1).result())
                .isEqualTo(
                        new GuestResult.Failure(
                                Operation.of(Operation.Kind.INSTALL),
                                "Error executing command 'exit 1': command terminated with exit"
                                        + " status=1"));
        assertThat(report.actions()).hasSize(1);
        assertThat(report.actions().getFirst().isFailure()).isTrue();
        assertThat(report.errors()).isEmpty();
        assertThat(report.deploymentFailures()).isEmpty();
    }

    @Test
    void readsFormBOfARunThatCouldNotStart() {
        var critical =
                (ExtensionMessage.Critical)
                        ExtensionMessage.parse(
                                "Enable failed: {\"CurrentState\":[{\"applicationName\":\"a\",\"version\":\"1.0.0\",\"result\":\"\"}],\"CriticalError\":\"Duplicate application name found\"}");
        assertThat(critical.criticalError()).isEqualTo("Duplicate application name found");
        assertThat(critical.prefix()).isEqualTo(ExtensionMessage.Prefix.FAILED);
        assertThat(critical.registry().orElseThrow()).hasSize(1);
    }

    @Test
    void olderReleasesLeaveOutWhatIsOptional() {
        var report =
                (ExtensionMessage.Report)
                        ExtensionMessage.parse(
                                "Enable succeeded: {\"CurrentState\":[{\"applicationName\":\"a\",\"result\":\"Install SUCCESS\"}],\"ActionsPerformed\":[{\"package\":\"a\",\"operation\":\"Install\",\"result\":\"SUCCESS\"}]}");
        assertThat(report.currentState().getFirst().version()).isEmpty();
        assertThat(report.actions().getFirst().isSuccess()).isTrue();
        assertThat(report.actions().getFirst().treatFailureAsDeploymentFailure()).isFalse();
        assertThat(report.errors()).isEmpty();
    }

    @Test
    void namesTheApplicationsThatFailTheDeployment() {
        var report =
                (ExtensionMessage.Report)
                        ExtensionMessage.parse(
                                "Enable failed: {\"CurrentState\":[],\"ActionsPerformed\":[],\"Errors\":\"Install/Update failed for VMApps with 'TreatFailureAsDeploymentFailure' set to true:\\napp1\\napp2\\nAdditional errors:\\nx\"}");
        assertThat(report.deploymentFailures()).isEqualTo(List.of("app1", "app2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Enable in progress", "Enabling Handler"})
    void aRunUnderWayTellsNothingOfTheApplications(String text) {
        assertThat(ExtensionMessage.parse(text)).isInstanceOf(ExtensionMessage.InProgress.class);
        assertThat(ExtensionMessage.parse(text).registry()).isEmpty();
    }

    @Test
    void aFailedReadOfTheHostIsTransient() {
        var text =
                "Enable failed: failed to get VMApp info: HostGaCommunicator GetVMAppInfo error: timeout";
        assertThat(ExtensionMessage.parse(text)).isEqualTo(new ExtensionMessage.Transient(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "something new",
                "Enable succeeded: {\"CurrentState\":[",
                "Enable succeeded: {}",
                "Enable failed: no idea",
                "{\"other\":1}",
                "Enable succeeded: [1]"
            })
    void textOfNoKnownFormIsKept(String text) {
        assertThat(ExtensionMessage.parse(text)).isEqualTo(new ExtensionMessage.Unreadable(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Enable failed: failed: HostGaCommunicator GetVMAppInfo error: 503 {\"error\":{\"code\":\"busy\"}}",
                "enable FAILED: x GetVMAppInfo error: {",
            })
    void aFailedReadOfTheHostIsTransientWhateverTheHostAnswered(String text) {
        assertThat(ExtensionMessage.parse(text)).isEqualTo(new ExtensionMessage.Transient(text));
    }

    @Test
    void ofAReportThatWasCutOffNothingIsKnown() {
        var text =
                "Enable failed: {\"CurrentState\":[{\"applicationName\":\"a\",\"version\":\"1.0.0\",\"result\":\"Install FAILED HostGaCommunicator GetVMAppInfo err";
        assertThat(ExtensionMessage.parse(text)).isEqualTo(new ExtensionMessage.Unreadable(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Enable failed: command {exit 1} said: %s",
                "ENABLE SUCCEEDED:%s",
                "Enable succeeded: %s\n[truncated log follows]",
                "Handler enabled. %s",
                "%s"
            })
    void theReportIsFoundWhateverStandsAroundIt(String around) {
        var json =
                "{\"extra\":{\"x\":[1]},\"ActionsPerformed\":[],\"Errors\":null,\"CurrentState\":[{\"result\":\"Install FAILED said {\\\"CurrentState\\\":[]}\\n\\tand \\\"quoted\\\"\",\"new\":1,\"version\":\"1.0.0\",\"applicationName\":\"a\"}]}";
        var report = (ExtensionMessage.Report) ExtensionMessage.parse(around.formatted(json));
        assertThat(report.currentState())
                .containsExactly(
                        new GuestApplication(
                                "a",
                                "1.0.0",
                                new GuestResult.Failure(
                                        Operation.of(Operation.Kind.INSTALL),
                                        "said {\"CurrentState\":[]}\n\tand \"quoted\"")));
    }

    @Test
    void aMessageOfManyKilobytesIsRead() {
        String long64k = "line of output {with braces} \\n".repeat(2_500);
        var report =
                (ExtensionMessage.Report)
                        ExtensionMessage.parse(
                                "Enable succeeded: {\"CurrentState\":[{\"applicationName\":\"a\",\"version\":\"1.0.0\",\"result\":\"Install FAILED "
                                        + long64k
                                        + "\"}],\"ActionsPerformed\":[]}");
        assertThat(report.currentState().getFirst().result().isFailure()).isTrue();
        assertThat(report.currentState().getFirst().result().text()).hasSizeGreaterThan(60_000);
    }

    @Test
    void entriesWithoutANameAreOfNoApplication() {
        var report =
                (ExtensionMessage.Report)
                        ExtensionMessage.parse(
                                "Enable succeeded: {\"CurrentState\":[null,\"a\",{\"version\":\"1.0.0\"},{\"applicationName\":\"b\",\"version\":2.5,\"result\":null}],\"ActionsPerformed\":[7,{\"operation\":\"Install\"}]}");
        assertThat(report.currentState())
                .containsExactly(new GuestApplication("b", "2.5", new GuestResult.None()));
        assertThat(report.actions()).isEmpty();
    }

    @Test
    void noMessageMeansThatNothingWasEverApplied() {
        assertThat(ExtensionMessage.parse(" \n").registry()).contains(List.of());
    }

    @Test
    void powerShellsApostrophesAreApostrophes() {
        var report =
                (ExtensionMessage.Report) ExtensionMessage.parse(FORM_A.replace("'", "\\u0027"));
        assertThat(report.actions().getFirst().result()).contains("'exit 1'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Install SUCCESS|Success",
                "Update SUCCESS|Success",
                "RemoveForUpdate FAILED boom|Failure",
                "Remove FAILED|Failure",
                "MyCustomAction SUCCESS|Success",
                "skipped, lower order operation failed|Skipped",
                "Skipped, lower order operation failed|Skipped",
                "Reboot detected during 'Install' operation. Rerun operation after reboot.|Rebooted",
                "Reboot detected during 'Update' operation. No further action taken.|Rebooted",
                "Reboot detected during 'say 'hi'' operation. No further action taken.|Rebooted",
                "Install FAILED SUCCESS|Failure",
                "restart service SUCCESS|Success",
                "''|None",
                "who knows|Unknown",
            })
    void readsEveryResultOfTheRegistry(String text, String kind) {
        var result = GuestResult.parse(text);
        assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(result.text().strip()).isEqualToIgnoringCase(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Error executing command 'check': status is not SUCCESS",
                "the step before was Update SUCCESS",
                "Remove FAILED and then Install SUCCESS",
                "line one\nline two SUCCESS",
                "Reboot detected during 'Install' operation. Rerun operation after reboot.",
                "skipped, lower order operation failed"
            })
    void aFailureStaysOneWhateverItsTextEndsWith(String text) {
        assertThat(GuestResult.parse("Install FAILED " + text))
                .isEqualTo(new GuestResult.Failure(Operation.of(Operation.Kind.INSTALL), text));
        var guest = new GuestApplication("a", "1.0.0", GuestResult.parse("Install FAILED " + text));
        assertThat(guest.running()).isEmpty();
        assertThat(
                        MachineAssessment.needsRemoveThenAdd(
                                guest, VersionNumber.parse("1.0.0").orElseThrow()))
                .isTrue();
    }

    @Test
    void whatACommandPrintedMayBeginOnTheNextLine() {
        assertThat(GuestResult.parse("Update FAILED\nexit 1"))
                .isEqualTo(new GuestResult.Failure(Operation.of(Operation.Kind.UPDATE), "exit 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"first line\nsecond SUCCESS", "first line\nsecond FAILED x"})
    void anOperationsNameStandsOnOneLine(String text) {
        assertThat(GuestResult.parse(text)).isEqualTo(new GuestResult.Unknown(text));
    }

    @Test
    void anEmptyCriticalErrorBesideActionsIsNone() {
        assertThat(
                        ExtensionMessage.parse(
                                "Enable succeeded: {\"CurrentState\":[],\"ActionsPerformed\":[],\"CriticalError\":\"\"}"))
                .isInstanceOf(ExtensionMessage.Report.class);
    }

    @Test
    void aRebootSaysWhetherTheOperationIsRunAgain() {
        assertThat(
                        GuestResult.parse(
                                "Reboot detected during 'Install' operation. Rerun operation after reboot."))
                .isEqualTo(new GuestResult.Rebooted(Operation.of(Operation.Kind.INSTALL), true));
        assertThat(
                        GuestResult.parse(
                                "Reboot detected during 'Install' operation. No further action taken."))
                .isEqualTo(new GuestResult.Rebooted(Operation.of(Operation.Kind.INSTALL), false));
    }

    @ParameterizedTest
    @CsvSource({
        "Install,INSTALL",
        "Update,UPDATE",
        "Remove,REMOVE",
        "RemoveForUpdate,REMOVE_FOR_UPDATE",
        "Cleanup,CLEANUP",
        "NoAction,NO_ACTION",
        "Failed,FAILED",
        "Skipped,SKIPPED",
        "restartService,CUSTOM"
    })
    void knowsEveryOperation(String name, Operation.Kind kind) {
        assertThat(Operation.parse(name)).isEqualTo(new Operation(kind, name));
    }
}
