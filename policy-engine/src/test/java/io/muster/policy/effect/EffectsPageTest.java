package io.muster.policy.effect;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.expression.function.FunctionLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/policy-effects.md` says what the registries hold; `-Dspec.record` writes it anew.
final class EffectsPageTest {
    private static String page() {
        var out = new StringBuilder();
        out.append("# Policy effects and functions\n\n");
        out.append(
                "Written by a test from the engine's registries. Effects in the order in which a request meets them.\n\n");
        out.append(
                "| effect | on a request | a matching resource in a scan | remediable |\n|---|---|---|---|\n");
        for (var kind : EffectKind.inOrder()) {
            out.append(
                    "| `%s` | %s | %s | %s |%n"
                            .formatted(
                                    kind.wireName(),
                                    kind.onRequest(),
                                    kind.onScan(),
                                    kind.isRemediable() ? "yes" : "no")
                            .replace("\r", ""));
        }
        out.append("\n## Functions offered in rules\n\n");
        out.append(
                "Beside `parameters`, `field`, `current`, `resourceGroup`, `subscription`, `requestContext`, `policy`, `utcNow` and `if`:\n\n");
        out.append("| function | arguments |\n|---|---|\n");
        for (var function : FunctionLibrary.POLICY.functions()) {
            String most = function.maximum() >= 128 ? "any" : Integer.toString(function.maximum());
            String count =
                    function.minimum() == function.maximum()
                            ? most
                            : function.minimum() + " to " + most;
            out.append("| `").append(function.name()).append("` | ").append(count).append(" |\n");
        }
        return out.toString();
    }

    @Test
    void thePageSaysWhatTheRegistriesHold() throws Exception {
        var file =
                Path.of(System.getProperty("muster.root", "..")).resolve("docs/policy-effects.md");
        if (System.getProperty("spec.record") != null) {
            Files.writeString(file, page());
        }
        assertThat(Files.readString(file)).isEqualTo(page());
    }
}
