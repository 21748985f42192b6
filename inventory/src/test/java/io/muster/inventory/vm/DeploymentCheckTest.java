package io.muster.inventory.vm;

import static io.muster.inventory.vm.Gallerist.entry;
import static io.muster.inventory.vm.Gallerist.machine;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationWarning.Kind;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeploymentCheckTest {
    private static final Gallerist GALLERIES =
            new Gallerist()
                    .application("agent", "Linux")
                    .published(
                            "agent",
                            "1.0.0",
                            "'manageActions':{'install':'a','remove':'b','update':'c'},")
                    .published(
                            "agent",
                            "2.0.0",
                            "'manageActions':{'install':'a','remove':'b','update':'c'},")
                    .application("boot", "Linux")
                    .published(
                            "boot",
                            "1.0.0",
                            "'endOfLifeDate':'2026-01-01T00:00:00Z','settings':{'scriptBehaviorAfterReboot':'Rerun'},'manageActions':{'install':'x','remove':'y'},");

    private static List<String> messages(String entries) {
        return new DeploymentCheck(GALLERIES.resolver(), VmApplicationLimits.NOW)
                .all(machine(entries, null).profile(), "eastus", OperatingSystem.LINUX).stream()
                        .map(AzureError::message)
                        .toList();
    }

    private static List<Kind> warnings(String entries) {
        return new ProfileAdvice(GALLERIES.resolver(), VmApplicationLimits.NOW, Gallerist.NOW)
                .warnings(machine(entries, null)).stream().map(ApplicationWarning::kind).toList();
    }

    @Test
    void aGoodProfileIsTaken() {
        assertThat(messages(entry("agent", "latest") + "," + entry("boot", "1.0.0"))).isEmpty();
    }

    @Test
    void theTwentySixthApplicationIsRefused() {
        var entries =
                IntStream.range(0, 26)
                        .mapToObj(i -> entry("app" + i, "1.0.0"))
                        .collect(Collectors.joining(","));
        assertThat(messages(entries).getFirst())
                .isEqualTo(
                        "The maximum number of VM applications (max=25, current=26) has been exceeded. Use fewer applications and retry the request.");
        assertThat(warnings(entries)).contains(Kind.TOO_MANY_APPLICATIONS);
    }

    @Test
    void theSamePackageTwiceIsRefused() {
        assertThat(messages(entry("agent", "1.0.0") + "," + entry("agent", "1.0.0")))
                .containsExactly(
                        "More than one VM Application was specified with the same packageReferenceId.");
    }

    @Test
    void twoVersionsOfOneApplicationAreRefusedNamingIt() {
        assertThat(messages(entry("agent", "1.0.0") + "," + entry("agent", "2.0.0")))
                .containsExactly(
                        "More than one VM Application was specified with the same packageReferenceId. Application: agent.");
    }

    @Test
    void warnsOfARebootThatIsNotLast() {
        assertThat(warnings(entry("boot", "1.0.0", 1) + "," + entry("agent", "latest", 2)))
                .contains(Kind.REBOOT_SCRIPT_NOT_LAST);
        assertThat(warnings(entry("boot", "1.0.0", 3) + "," + entry("agent", "latest", 2)))
                .doesNotContain(Kind.REBOOT_SCRIPT_NOT_LAST);
    }

    @Test
    void warnsOfARebootWithoutAnOrderWhenOthersHaveNoneEither() {
        assertThat(warnings(entry("boot", "1.0.0") + "," + entry("agent", "latest")))
                .contains(Kind.REBOOT_SCRIPT_NOT_LAST);
        assertThat(warnings(entry("boot", "1.0.0") + "," + entry("agent", "latest", 2)))
                .doesNotContain(Kind.REBOOT_SCRIPT_NOT_LAST);
    }

    @ParameterizedTest
    @CsvSource({
        "reboot,true",
        "sudo systemctl reboot,true",
        "shutdown /t 5 /r,true",
        "shutdown.exe -r -t 0,true",
        "powershell Restart-Computer -Force,true",
        "msiexec /i a.msi /qn REBOOT=Force,true",
        "msiexec /i a.msi /qn REBOOT=ReallySuppress,false",
        "msiexec /i a.msi /qn reboot=R,false",
        "setup.exe /S --no-reboot,false",
        "start /wait msiexec /i a.msi /qn /forcerestart,true",
        "setup.exe /S REBOOT=0,false",
        "rm -f /var/run/reboot-required,false",
        "setup.exe /norestart,false",
        "shutdown -h now & del /r,false"
    })
    void knowsWhatReboots(String install, boolean reboots) {
        var galleries =
                new Gallerist()
                        .application("agent", "Linux")
                        .published("agent", "1.0.0", "'manageActions':{'update':'u'},")
                        .application("boot", "Linux")
                        .published(
                                "boot",
                                "1.0.0",
                                "'manageActions':{'install':'%s','update':'u'},"
                                        .formatted(install));
        var warnings =
                new ProfileAdvice(galleries.resolver(), VmApplicationLimits.NOW, Gallerist.NOW)
                        .warnings(
                                machine(
                                        entry("boot", "1.0.0", 1) + "," + entry("agent", "latest"),
                                        null));
        assertThat(warnings.stream().map(ApplicationWarning::kind).toList())
                .isEqualTo(reboots ? List.of(Kind.REBOOT_SCRIPT_NOT_LAST) : List.of());
    }

    @Test
    void bytesThatCannotBeCountedAreTooMany() {
        var huge =
                GalleryCatalog.of(
                        List.of(Gallerist.version("a", "1.0.0"), Gallerist.version("b", "1.0.0"))
                                .stream()
                                .map(id ->
                                        Gallerist.json(
                                                "{'id':'%s','location':'eastus','tags':{'muster-package-bytes':'9000000000000000000'},'properties':{'provisioningState':'Succeeded','publishingProfile':{'replicaCount':3,'manageActions':{'update':'u'}}}}"
                                                        .formatted(id)))
                                .toList());
        assertThat(
                        new ProfileAdvice(
                                        new LatestResolver(
                                                huge, ResolutionSettings.DEFAULT, Gallerist.NOW),
                                        VmApplicationLimits.NOW,
                                        Gallerist.NOW)
                                .warnings(
                                        machine(
                                                entry("a", "1.0.0") + "," + entry("b", "1.0.0"),
                                                null)))
                .extracting(ApplicationWarning::kind)
                .containsExactly(Kind.TOO_MANY_BYTES);
        assertThat(
                        huge.version(ResourceId.parse(Gallerist.version("a", "1.0.0")))
                                .orElseThrow()
                                .storageCost()
                                .storedBytes())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void warnsOfAMissingUpdateCommandAndOfAnEndOfLife() {
        assertThat(warnings(entry("boot", "1.0.0")))
                .containsExactly(Kind.PAST_END_OF_LIFE, Kind.NO_UPDATE_COMMAND);
        assertThat(warnings(entry("agent", "latest"))).isEmpty();
    }

    @Test
    void warnsOfTwoApplicationsOfOneNameFromTwoGalleries() {
        var other = entry("agent", "1.0.0").replace("/galleries/g1/", "/galleries/g2/");
        assertThat(warnings(entry("agent", "1.0.0") + "," + other))
                .contains(Kind.SAME_NAME_FROM_TWO_GALLERIES);
    }

    @Test
    void warnsOnceOfAnApplicationThatTheProfileNamesTwice() {
        var twice = entry("agent", "1.0.0") + "," + entry("agent", "2.0.0");
        assertThat(warnings(twice)).containsExactly(Kind.SAME_APPLICATION_TWICE);
        assertThat(warnings(twice + "," + entry("agent", "latest")))
                .containsExactly(Kind.SAME_APPLICATION_TWICE);
    }

    @Test
    void warnsOfAutomaticUpgradeOfANamedVersion() {
        var entry = entry("agent", "1.0.0").replace("}", ",'enableAutomaticUpgrade':true}");
        assertThat(warnings(entry)).containsExactly(Kind.AUTOMATIC_UPGRADE_OF_NAMED_VERSION);
    }

    @Test
    void warnsOfAMissingAgentAndOfTooManyBytes() {
        var vm =
                Machine.read(
                                Gallerist.json(
                                        "{'id':'%s','location':'eastus','properties':{'instanceView':{'statuses':[]},'applicationProfile':{'galleryApplications':[%s]}}}"
                                                .formatted(Gallerist.VM, entry("big", "1.0.0"))))
                        .orElseThrow();
        var big =
                GalleryCatalog.of(
                        List.of(
                                Gallerist.json(
                                        "{'id':'%s','location':'eastus','tags':{'muster-package-bytes':'60000000000'},'properties':{'provisioningState':'Succeeded','publishingProfile':{'manageActions':{'update':'u'}}}}"
                                                .formatted(Gallerist.version("big", "1.0.0")))));
        assertThat(
                        new ProfileAdvice(
                                        new LatestResolver(
                                                big, ResolutionSettings.DEFAULT, Gallerist.NOW),
                                        VmApplicationLimits.NOW,
                                        Gallerist.NOW)
                                .warnings(vm))
                .extracting(ApplicationWarning::kind)
                .containsExactly(Kind.AGENT_MISSING, Kind.TOO_MANY_BYTES);
    }

    @Test
    void changingAProfileKeepsEveryOtherEntryAndMember() {
        var profile =
                machine(
                                "{'packageReferenceId':'%s','order':2,'future':{'x':1}},%s"
                                        .formatted(
                                                Gallerist.version("agent", "1.0.0"),
                                                entry("boot", "1.0.0")),
                                null)
                        .profile();
        var agent = ResourceId.parse(Gallerist.app("AGENT"));
        var changed =
                profile.with(
                        profile.entry(agent)
                                .orElseThrow()
                                .withReference(Gallerist.version("agent", "latest")));
        assertThat(changed.entries()).hasSize(2);
        assertThat(changed.entries().getFirst().json())
                .isEqualTo(
                        Gallerist.json(
                                "{'packageReferenceId':'%s','order':2,'future':{'x':1}}"
                                        .formatted(Gallerist.version("agent", "latest"))));
        assertThat(changed.without(agent).entries()).hasSize(1);
        assertThat(profile.with(ProfileEntry.of(Gallerist.version("new", "latest"))).entries())
                .hasSize(3);
        assertThat(ApplicationProfile.read(profile.toDynamic())).isEqualTo(profile);
    }
}
