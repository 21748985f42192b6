package io.muster.simulator.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.vm.Operation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultProfileTest {
    @Test
    void namesSharesRebootsAndTimesOfOperations() {
        var profile =
                FaultProfile.parse(
                        "Install=1000, update = 20,InstallReboots=2,RemoveForUpdateSeconds=90, Host=5");
        assertThat(profile.hostShare()).isEqualTo(5);
        assertThat(profile.share(Operation.Kind.INSTALL)).contains(1000);
        assertThat(profile.share(Operation.Kind.UPDATE)).contains(20);
        assertThat(profile.share(Operation.Kind.REMOVE)).isEmpty();
        assertThat(profile.reboots(Operation.Kind.INSTALL)).isEqualTo(2);
        assertThat(profile.reboots(Operation.Kind.UPDATE)).isZero();
        assertThat(profile.time(Operation.Kind.REMOVE_FOR_UPDATE))
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(profile.time(Operation.Kind.INSTALL)).isZero();
    }

    @Test
    void whatCannotBeReadSaysNothing() {
        assertThat(FaultProfile.parse("")).isSameAs(FaultProfile.NONE);
        assertThat(FaultProfile.parse("Install=often, =3, Install=99999999").numbers()).isEmpty();
    }
}
