package io.muster.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The deployments of the built-in definitions expand: every function they call is known, and all that stays open is what only running resources can answer.
final class BuiltInTemplatesTest {
    private static final String SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
    private static final String ID =
            "/subscriptions/"
                    + SUBSCRIPTION
                    + "/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a";
    private static final Path CORPUS =
            Path.of(System.getProperty("muster.root", "."))
                    .resolve("../shared/corpus/azure-policy/builtin-definitions.jsonl.gz");

    /// A value that a parameter may have: its default, an allowed one, or one of its type.
    private static Dynamic sample(String name, Dynamic declaration) {
        var allowed = declaration.getIgnoreCase("allowedValues");
        String type = declaration.getIgnoreCase("type").textOr("");
        boolean isArray = type.equalsIgnoreCase("array");
        if (!allowed.items().isEmpty()) {
            return isArray ? new Dynamic.Array(List.of(allowed.get(0))) : allowed.get(0);
        }
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "int", "integer" -> Dynamic.of(1);
            case "bool", "boolean" -> Dynamic.TRUE;
            case "array" -> Dynamic.array(Dynamic.of("a"));
            case "object", "secureobject" -> Dynamic.bag().put("name", "a").build();
            default ->
                    Dynamic.of(
                            name.matches("(?i).*(id|resource|scope|workspace|account)s?")
                                    ? ID
                                    : "a");
        };
    }

    @Test
    void everyBuiltInDeploymentExpands() throws Exception {
        Assumptions.assumeTrue(Files.exists(CORPUS), "the corpus is not there");
        List<String> refused = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        int deployments = 0;
        int written = 0;
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(CORPUS)),
                                StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var definition = Json.parse(line);
                var deployment =
                        definition
                                .path("properties", "policyRule", "then", "details")
                                .get("deployment");
                var template = deployment.path("properties", "template");
                if (template.isNull()) {
                    continue;
                }
                deployments++;
                Map<String, Dynamic> parameters = new LinkedHashMap<>();
                for (var declared : template.getIgnoreCase("parameters").members().entrySet()) {
                    boolean given =
                            !deployment
                                    .path("properties", "parameters")
                                    .getIgnoreCase(declared.getKey())
                                    .isNull();
                    if (given || declared.getValue().getIgnoreCase("defaultValue").isNull()) {
                        parameters.put(
                                declared.getKey(),
                                Dynamic.bag()
                                        .put(
                                                "value",
                                                sample(declared.getKey(), declared.getValue()))
                                        .build());
                    }
                }
                boolean inSubscription = !deployment.get("location").isNull();
                var scope =
                        new DeploymentScope(
                                "/subscriptions/"
                                        + SUBSCRIPTION
                                        + (inSubscription ? "" : "/resourceGroups/g"),
                                SUBSCRIPTION,
                                inSubscription ? null : "g",
                                "00000000-0000-0000-0000-00000000000f",
                                "d",
                                "westeurope",
                                Instant.parse("2026-11-21T00:00:00Z"),
                                1,
                                _ -> Optional.empty());
                String name = definition.get("name").textOr("");
                try {
                    for (var resource :
                            DeploymentExpansion.expand(
                                    template, new Dynamic.Bag(parameters), scope)) {
                        written++;
                        resource.unresolved().forEach(text -> unknown.add(name + " " + text));
                    }
                } catch (TemplateException fault) {
                    refused.add(name + " " + fault.reason());
                }
            }
        }
        assertThat(deployments).isPositive();
        assertThat(refused).noneMatch(text -> text.contains("there is no function"));
        // A sample value knows not how many segments the name of a child resource wants.
        assertThat(refused.stream().filter(text -> !text.contains("segment lengths")))
                .as("refused")
                .hasSizeLessThanOrEqualTo(10);
        assertThat(written).isGreaterThanOrEqualTo(deployments * 4 / 5);
        assertThat(unknown)
                .as("what stays open asks resources that run")
                .allMatch(text -> text.matches("(?s).*(reference|list\\w+|variables)\\(.*"));
    }
}
