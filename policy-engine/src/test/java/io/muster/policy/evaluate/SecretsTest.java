package io.muster.policy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "properties.osProfile.adminPassword",
                "Microsoft.Compute/virtualMachines/osProfile.customData",
                "properties.items[*].accessKey",
                "properties.sqlConnectionString",
                "tags['password']",
                "[concat(field('Microsoft.Compute/virtualMachines/osProfile.adminPassword'), 'x')]"
            })
    void namesOfSecretsAreKnown(String path) {
        assertThat(Secrets.isSecret(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "properties.secretUri",
                "properties.passwordPolicy",
                "properties.key",
                "tags['password hint']",
                "properties.disablePasswordAuthentication"
            })
    void whatOnlyPointsAtASecretIsShown(String path) {
        assertThat(Secrets.isSecret(path)).isFalse();
    }

    @Test
    void textsBelowASecretNameAreMaskedAndAllElseStands() throws Exception {
        var value =
                Json.parse(
                        "{\"user\":\"u\",\"adminPassword\":\"p\",\"protectedSettings\":{\"a\":[\"b\",1],\"c\":true}}");
        assertThat(Json.write(Secrets.masked("properties.x", value)))
                .isEqualTo(
                        "{\"user\":\"u\",\"adminPassword\":\"********\",\"protectedSettings\":{\"a\":[\"********\",1],\"c\":true}}");
    }
}
