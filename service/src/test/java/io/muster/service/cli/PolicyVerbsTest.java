package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `muster test` and `muster what-if`, as a person or CI runs them.
final class PolicyVerbsTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-21T00:00:00Z"));
    private static final String GROUP =
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g";
    private static final String VM =
            """
            {"id":"%s/providers/Microsoft.Compute/virtualMachines/v","name":"v","type":"Microsoft.Compute/virtualMachines","location":"%s"}\
            """;
    private static final String EAST =
            """
            {"name":"east","properties":{"displayName":"Only east","mode":"Indexed","policyRule":{"if":{"allOf":[
             {"field":"type","equals":"Microsoft.Compute/virtualMachines"},{"field":"location","notEquals":"eastus"}]},"then":{"effect":"deny"}}}}\
            """;

    @TempDir Path folder;

    private record Run(int exit, String out, String err) {}

    private static Run run(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int exit =
                Muster.run(
                        new Streams(
                                new ByteArrayInputStream(new byte[0]),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        CLOCK,
                        args);
        return new Run(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Path write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private String policies() throws IOException {
        write("policies/east/policy.json", EAST);
        return folder.resolve("policies").toString();
    }

    private static String specCase(String name, String location, String state) {
        return "# %s\n--- resource\n%s\n--- state\n%s\n\n"
                .formatted(name, VM.formatted(GROUP, location), state);
    }

    @Test
    void casesThatHoldPass() throws IOException {
        String policies = policies();
        write(
                "policies/east/cases/east.policy-spec",
                specCase("west-is-wrong", "westeurope", "NonCompliant")
                        + specCase("east-is-right", "East US", "Compliant"));
        var run = run("test", policies);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualToIgnoringNewLines("2 passed, 0 failed\n");
        assertThat(run.exit()).isZero();
    }

    @Test
    void aCaseThatComesOutOtherwiseIsToldWithItsReasons() throws IOException {
        String policies = policies();
        write(
                "policies/east/cases/east.policy-spec",
                specCase("west-is-right", "westeurope", "Compliant"));
        var run = run("test", policies);
        assertThat(run.out())
                .contains("FAIL", "west-is-right", "expected Compliant, is NonCompliant")
                .contains("location NotEquals \"eastus\": true (is \"westeurope\")")
                .contains("0 passed, 1 failed");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void aFolderWithoutCasesOrAMisspeltSectionIsBadInput() throws IOException {
        String policies = policies();
        assertThat(run("test", policies).exit()).isEqualTo(2);
        write("policies/east/east.policy-spec", "# x\n--- resorce\n{}\n--- state\nCompliant\n");
        var run = run("test", policies);
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("unknown section 'resorce'");
    }

    @Test
    void aDeniedResourceIsToldWithAzuresBody() throws IOException {
        var resource = write("vm.json", VM.formatted(GROUP, "westeurope"));
        var run = run("what-if", "--resource", resource.toString(), "--policies", policies());
        assertThat(run.out())
                .contains("denied   " + GROUP, "by Only east", "RequestDisallowedByPolicy");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void aResourceThatFitsIsAllowed() throws IOException {
        var resource = write("vm.json", VM.formatted(GROUP, "eastus"));
        var run = run("what-if", "--resource", resource.toString(), "--policies", policies());
        assertThat(run.out()).startsWith("allowed  " + GROUP);
        assertThat(run.exit()).isZero();
    }

    @Test
    void aPatchIsMergedIntoWhatIsThereAndOfTagsAloneAsksRulesAboutTagsOnly() throws IOException {
        String fleet = write("fleet.ndjson", VM.formatted(GROUP, "westeurope") + "\n").toString();
        String id = GROUP + "/providers/Microsoft.Compute/virtualMachines/v";
        String tags =
                write("tags.json", "{\"id\":\"%s\",\"tags\":{\"a\":\"b\"}}".formatted(id))
                        .toString();
        String more =
                write("more.json", "{\"id\":\"%s\",\"properties\":{\"a\":1}}".formatted(id))
                        .toString();
        String policies = policies();
        var ofTags =
                run(
                        "what-if",
                        "--patch",
                        "--resource",
                        tags,
                        "--input",
                        fleet,
                        "--policies",
                        policies);
        assertThat(ofTags.err()).isEmpty();
        assertThat(ofTags.out()).startsWith("allowed  " + id);
        assertThat(
                        run(
                                        "what-if",
                                        "--patch",
                                        "--resource",
                                        more,
                                        "--input",
                                        fleet,
                                        "--policies",
                                        policies)
                                .out())
                .startsWith("denied   " + id);
        var nothing = run("what-if", "--patch", "--resource", tags, "--policies", policies);
        assertThat(nothing.err()).contains("there is nothing to patch");
        assertThat(nothing.exit()).isEqualTo(2);
    }

    @Test
    void aTemplateIsExpandedAndEachOfItsResourcesAsked() throws IOException {
        var template =
                write(
                        "template.json",
                        """
                        {"parameters":{"places":{"type":"array"}},
                         "resources":[{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"[concat('vm', copyIndex())]",
                          "location":"[parameters('places')[copyIndex()]]","copy":{"name":"each","count":"[length(parameters('places'))]"}}]}
                        """);
        var run =
                run(
                        "what-if",
                        "--resource",
                        template.toString(),
                        "--parameters",
                        write(
                                        "parameters.json",
                                        "{\"parameters\":{\"places\":{\"value\":[\"eastus\",\"westeurope\"]}}}")
                                .toString(),
                        "--scope",
                        GROUP,
                        "--policies",
                        policies());
        assertThat(run.out())
                .contains("allowed  " + GROUP + "/providers/Microsoft.Compute/virtualMachines/vm0")
                .contains("denied   " + GROUP + "/providers/Microsoft.Compute/virtualMachines/vm1");
        assertThat(run.exit()).isEqualTo(1);
    }
}
