package io.muster.simulator.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.GuestResult;
import io.muster.inventory.vm.Operation;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Sections 3 to 5 of the VM Applications facts.
class GuestRunTest {

    private static GalleryApplicationVersion version(
            String app, String version, boolean update, boolean rerun) {
        var actions = Dynamic.bag().put("install", "i").put("remove", "r");
        if (update) {
            actions.put("update", "u");
        }
        return GalleryApplicationVersion.read(
                        Dynamic.bag()
                                .put(
                                        "id",
                                        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/applications/"
                                                + app
                                                + "/versions/"
                                                + version)
                                .put("name", version)
                                .put("type", "Microsoft.Compute/galleries/applications/versions")
                                .put("location", "eastus")
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put(
                                                        "publishingProfile",
                                                        Dynamic.bag()
                                                                .put(
                                                                        "manageActions",
                                                                        actions.build())
                                                                .put(
                                                                        "settings",
                                                                        Dynamic.bag()
                                                                                .put(
                                                                                        "scriptBehaviorAfterReboot",
                                                                                        rerun
                                                                                                ? "Rerun"
                                                                                                : "None")
                                                                                .build())
                                                                .build())
                                                .put("provisioningState", "Succeeded")
                                                .build())
                                .build())
                .orElseThrow();
    }

    private static DesiredApplication app(String name, String version, int order) {
        return new DesiredApplication(
                name,
                version,
                order == 0 ? OptionalInt.empty() : OptionalInt.of(order),
                false,
                version(name, version, false, false));
    }

    private static DesiredApplication hard(DesiredApplication a) {
        return new DesiredApplication(a.name(), a.version(), a.order(), true, a.resource());
    }

    private static GuestFaults failing(String application, Operation.Kind kind) {
        return (machine, app, version, operation, attempt) ->
                app.equals(application) && operation == kind
                        ? new GuestFaults.Outcome.Failure("boom")
                        : GuestFaults.success();
    }

    private static final GuestFaults FINE =
            (machine, app, version, operation, attempt) -> GuestFaults.success();

    private static GuestRun.Result run(
            GuestRegistry before, GuestFaults faults, DesiredApplication... desired) {
        return GuestRun.run("m", before, List.of(desired), faults, 3);
    }

    private static List<String> done(GuestRun.Result result) {
        return result.actions().stream()
                .map(a -> a.operation() + " " + a.application() + " " + a.version())
                .toList();
    }

    private static GuestResult result(GuestRun.Result run, String name) {
        var entry = run.registry().entries().get(name);
        return entry == null ? new GuestResult.None() : entry.result();
    }

    @Test
    void orderedApplicationsRunAscendingAndUnorderedOnesLast() {
        var result =
                run(
                        GuestRegistry.EMPTY,
                        FINE,
                        app("z", "1.0.0", 0),
                        app("b", "1.0.0", 2),
                        app("a", "1.0.0", 1));
        assertThat(done(result))
                .containsExactly("Install a 1.0.0", "Install b 1.0.0", "Install z 1.0.0");
    }

    @Test
    void failureSkipsHigherOrdersAndLetsSameOrderAndUnorderedRun() {
        var result =
                run(
                        GuestRegistry.EMPTY,
                        failing("a", Operation.Kind.INSTALL),
                        app("a", "1.0.0", 1),
                        app("same", "1.0.0", 1),
                        app("higher", "1.0.0", 2),
                        app("free", "1.0.0", 0));
        assertThat(result(result, "a")).isInstanceOf(GuestResult.Failure.class);
        assertThat(result(result, "same").isSuccess()).isTrue();
        assertThat(result(result, "higher")).isInstanceOf(GuestResult.Skipped.class);
        assertThat(result(result, "free").isSuccess()).isTrue();
    }

    @Test
    void whatFailedOrWasSkippedIsNotTriedAgainUntilItLeftAndCameBack() {
        var first =
                run(
                        GuestRegistry.EMPTY,
                        failing("a", Operation.Kind.INSTALL),
                        app("a", "1.0.0", 1),
                        app("b", "1.0.0", 2));
        var again = run(first.registry(), FINE, app("a", "1.0.0", 1), app("b", "1.0.0", 2));
        assertThat(again.actions()).isEmpty();
        var left = run(again.registry(), FINE);
        assertThat(done(left)).containsExactlyInAnyOrder("Remove a 1.0.0", "Cleanup b 1.0.0");
        var back = run(left.registry(), FINE, app("a", "1.0.0", 1), app("b", "1.0.0", 2));
        assertThat(done(back)).containsExactly("Install a 1.0.0", "Install b 1.0.0");
    }

    @Test
    void removalComesFirstAndItsFailureStillForgetsTheApplication() {
        var before = run(GuestRegistry.EMPTY, FINE, app("old", "1.0.0", 0)).registry();
        var result = run(before, failing("old", Operation.Kind.REMOVE), app("new", "1.0.0", 0));
        assertThat(done(result)).containsExactly("Remove old 1.0.0", "Install new 1.0.0");
        assertThat(result.actions().getFirst().result()).isEqualTo("boom");
        assertThat(result.registry().entries()).doesNotContainKey("old");
    }

    @Test
    void withoutUpdateCommandTheOldVersionIsRemovedAndTheNewInstalled() {
        var before = run(GuestRegistry.EMPTY, FINE, app("a", "1.0.0", 0)).registry();
        assertThat(done(run(before, FINE, app("a", "2.0.0", 0))))
                .containsExactly("RemoveForUpdate a 1.0.0", "Install a 2.0.0");
    }

    @Test
    void withUpdateCommandTheNewVersionUpdatesAlsoDownwards() {
        var before = run(GuestRegistry.EMPTY, FINE, app("a", "2.0.0", 0)).registry();
        var down =
                new DesiredApplication(
                        "a",
                        "1.0.0",
                        OptionalInt.empty(),
                        false,
                        version("a", "1.0.0", true, false));
        assertThat(done(run(before, FINE, down))).containsExactly("Update a 1.0.0");
    }

    @Test
    void failedRemoveHalfOfAnUpdateSkipsItsInstallAndHigherOrdersButNotTheDeployment() {
        var before = run(GuestRegistry.EMPTY, FINE, app("a", "1.0.0", 1)).registry();
        var result =
                run(
                        before,
                        failing("a", Operation.Kind.REMOVE_FOR_UPDATE),
                        hard(app("a", "2.0.0", 1)),
                        app("b", "1.0.0", 2));
        assertThat(done(result)).containsExactly("RemoveForUpdate a 1.0.0", "Install b 1.0.0");
        assertThat(result(result, "b")).isInstanceOf(GuestResult.Skipped.class);
        assertThat(result.isFailure()).isFalse();
    }

    @Test
    void hardFailureFailsTheDeploymentAndNamesTheApplication() {
        var result =
                run(
                        GuestRegistry.EMPTY,
                        failing("a", Operation.Kind.INSTALL),
                        hard(app("a", "1.0.0", 1)),
                        hard(app("b", "1.0.0", 2)));
        assertThat(result.deploymentFailures()).containsExactly("a");
        assertThat(result.message()).startsWith("Enable failed: ");
        assertThat(ExtensionMessage.parse(result.message())).isInstanceOf(ExtensionMessage.class);
        assertThat(result.message()).contains("TreatFailureAsDeploymentFailure");
    }

    @Test
    void rerunGivesUpAfterThreeReboots() {
        GuestFaults rebooting =
                (machine, app, version, operation, attempt) -> new GuestFaults.Outcome.Reboot();
        var rerun =
                new DesiredApplication(
                        "a",
                        "1.0.0",
                        OptionalInt.empty(),
                        false,
                        version("a", "1.0.0", false, true));
        assertThat(result(run(GuestRegistry.EMPTY, rebooting, rerun), "a").text())
                .contains("has resulted in 3 reboots. Cannot complete command.");
        assertThat(result(run(GuestRegistry.EMPTY, rebooting, app("b", "1.0.0", 0)), "b").text())
                .contains("No further action taken");
    }

    @Test
    void whatRunsIsNotRemovedForAVersionDeletedFromTheGallery() {
        var before = run(GuestRegistry.EMPTY, FINE, app("a", "1.0.0", 0)).registry();
        var gone = new DesiredApplication("a", "2.0.0", OptionalInt.empty(), true, null);
        var result = run(before, FINE, gone);
        assertThat(done(result)).containsExactly("Update a 2.0.0");
        assertThat(result(result, "a").text())
                .startsWith("Update FAILED The application a, version 2.0.0 has been removed");
        assertThat(result.deploymentFailures()).containsExactly("a");
    }

    @Test
    void aRemovalThatARebootCutOffIsFollowedByTheInstall() {
        var cut = new GuestResult.Rebooted(Operation.of(Operation.Kind.REMOVE_FOR_UPDATE), true);
        var before = new GuestRegistry(Map.of("a", new GuestRegistry.Entry("2.0.0", cut, 1)));
        var result = run(before, FINE, app("a", "2.0.0", 0));
        assertThat(done(result)).containsExactly("RemoveForUpdate a 2.0.0", "Install a 2.0.0");
        assertThat(result(result, "a").text()).isEqualTo("Install SUCCESS");
    }

    @Test
    void aRemovalTellsOfTheRebootInTheExtensionsWords() {
        GuestFaults rebooting =
                (machine, app, version, operation, attempt) -> new GuestFaults.Outcome.Reboot();
        var before = run(GuestRegistry.EMPTY, FINE, app("a", "1.0.0", 0)).registry();
        assertThat(run(before, rebooting).actions().getFirst().result())
                .isEqualTo("Reboot detected during 'Remove' operation. No further action taken.");
    }

    @Test
    void versionDeletedFromTheGalleryFails() {
        var gone = new DesiredApplication("a", "1.0.0", OptionalInt.empty(), false, null);
        assertThat(result(run(GuestRegistry.EMPTY, FINE, gone), "a").text())
                .contains("has been removed from the repository and cannot be installed");
    }

    @Test
    void messageTellsTheRegistryToItsParser() {
        var result =
                run(
                        GuestRegistry.EMPTY,
                        failing("a", Operation.Kind.INSTALL),
                        app("a", "1.0.0", 1),
                        app("b", "1.0.0", 2));
        assertThat(GuestRegistry.of(ExtensionMessage.parse(result.message())))
                .isEqualTo(result.registry());
    }
}
