package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Deployments as deployIfNotExists and people submit them.
class DeploymentsTest {
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            throw new AssertionError(e.describe(), e);
        }
    }

    private ArmResponse deploy(String name, String template, String parameters) {
        return bench.send(
                "PUT",
                Bench.GROUP + "/providers/Microsoft.Resources/deployments/" + name,
                json(
                        "{\"properties\":{\"mode\":\"Incremental\",\"template\":"
                                + template
                                + ",\"parameters\":"
                                + parameters
                                + "}}"));
    }

    private Dynamic deployment(String name) {
        return bench.json(
                "GET", Bench.GROUP + "/providers/Microsoft.Resources/deployments/" + name);
    }

    private static final String INJECT =
            """
            {"$schema":"x","contentVersion":"1.0.0.0",
             "parameters":{"vmName":{"type":"string"},"application":{"type":"string"},"order":{"type":"int","defaultValue":1}},
             "variables":{"child":"[concat(parameters('vmName'),'/',last(split(parameters('application'),'/')))]"},
             "resources":[{"apiVersion":"2021-07-01","type":"Microsoft.Compute/virtualMachines/VMapplications",
               "name":"[variables('child')]","location":"[resourceGroup().location]",
               "properties":{"packageReferenceId":"[concat(parameters('application'),'/versions/latest')]","order":"[parameters('order')]"}}],
             "outputs":{"vm":{"type":"string","value":"[reference(resourceId('Microsoft.Compute/virtualMachines',parameters('vmName'))).vmId]"}}}
            """;

    @Test
    void templatePutsTheApplicationAndIsFollowedToItsEnd() {
        var answer =
                deploy(
                        "inject",
                        INJECT,
                        "{\"vmName\":{\"value\":\"vm1\"},\"application\":{\"value\":\""
                                + Bench.applicationId("agent")
                                + "\"}}");
        assertThat(answer.status()).isEqualTo(201);
        String url = Bench.header(answer, "Azure-AsyncOperation");
        assertThat(url).startsWith(Bench.ORIGIN + "/subscriptions/");
        assertThat(bench.follow(url).get("status").textOr("")).isEqualTo("Running");
        bench.settle();
        assertThat(bench.follow(url).get("status").textOr("")).isEqualTo("Succeeded");
        var done = deployment("inject");
        assertThat(done.path("properties", "provisioningState").textOr("")).isEqualTo("Succeeded");
        assertThat(done.path("properties", "outputs", "vm", "value").textOr("")).isNotEmpty();
        var vm = bench.json("GET", Bench.machineId("vm1"));
        assertThat(
                        vm.path("properties", "applicationProfile", "galleryApplications")
                                .get(0)
                                .get("packageReferenceId")
                                .textOr(""))
                .isEqualTo(Bench.applicationId("agent") + "/versions/latest");
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
    }

    @Test
    void missingParameterIsRefusedBeforeAnythingIsWritten() {
        var answer = deploy("inject", INJECT, "{\"vmName\":{\"value\":\"vm1\"}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.error(answer).get("code").textOr("")).isEqualTo("InvalidTemplate");
        assertThat(Bench.error(answer).get("message").textOr(""))
                .contains("The value for the template parameter 'application' is not provided");
    }

    @Test
    void unknownParameterIsRefused() {
        var answer = deploy("x", "{\"resources\":[]}", "{\"no\":{\"value\":1}}");
        assertThat(Bench.error(answer).get("message").textOr(""))
                .contains("do not correspond to any parameters defined in the template: 'no'");
    }

    @Test
    void refusedResourceFailsTheDeploymentWithItsOwnError() {
        deploy(
                "inject",
                INJECT,
                "{\"vmName\":{\"value\":\"vm1\"},\"application\":{\"value\":\""
                        + Bench.applicationId("nothing")
                        + "\"}}");
        bench.settle();
        var done = deployment("inject");
        assertThat(done.path("properties", "provisioningState").textOr("")).isEqualTo("Failed");
        assertThat(done.path("properties", "error", "code").textOr(""))
                .isEqualTo("DeploymentFailed");
        assertThat(done.path("properties", "error", "details").get(0).get("code").textOr(""))
                .isEqualTo("PlatformImageNotFound");
        var operations =
                bench.json(
                        "GET",
                        Bench.GROUP
                                + "/providers/Microsoft.Resources/deployments/inject/operations");
        assertThat(operations.get("value").items()).hasSize(1);
    }

    @Test
    void dependenciesCopiesConditionsAndNestedDeploymentsRunInOrder() {
        String tag = "Microsoft.Example/things";
        var answer =
                deploy(
                        "many",
                        """
                        {"parameters":{"n":{"type":"int","defaultValue":3}},
                         "resources":[
                          {"type":"%1$s","apiVersion":"2024-01-01","name":"last","dependsOn":["things","nested"],
                           "properties":{"seen":"[reference(resourceId('%1$s','t2')).index]","copy":[{"name":"list","count":2,"input":"[copyIndex('list')]"}]}},
                          {"type":"%1$s","apiVersion":"2024-01-01","name":"[concat('t',copyIndex())]","copy":{"name":"things","count":"[parameters('n')]"},
                           "properties":{"index":"[copyIndex()]"}},
                          {"type":"%1$s","apiVersion":"2024-01-01","name":"never","condition":"[equals(parameters('n'),4)]","properties":{}},
                          {"type":"Microsoft.Resources/deployments","apiVersion":"2022-09-01","name":"nested",
                           "properties":{"mode":"Incremental","expressionEvaluationOptions":{"scope":"inner"},"parameters":{"w":{"value":"[parameters('n')]"}},
                            "template":{"parameters":{"w":{"type":"int"}},"resources":[{"type":"%1$s","apiVersion":"2024-01-01","name":"inner","properties":{"w":"[parameters('w')]"}}]}}}]}
                        """
                                .formatted(tag),
                        "{}");
        assertThat(answer.status()).isEqualTo(201);
        bench.settle();
        assertThat(deployment("many").path("properties", "error")).isEqualTo(Dynamic.NULL);
        assertThat(deployment("many").path("properties", "provisioningState").textOr(""))
                .isEqualTo("Succeeded");
        String base = Bench.GROUP + "/providers/" + tag + "/";
        assertThat(bench.json("GET", base + "last").path("properties", "seen"))
                .isEqualTo(Dynamic.of(2));
        assertThat(bench.json("GET", base + "last").path("properties", "list").items())
                .containsExactly(Dynamic.of(0), Dynamic.of(1));
        assertThat(bench.json("GET", base + "inner").path("properties", "w"))
                .isEqualTo(Dynamic.of(3));
        assertThat(bench.send("GET", base + "never", Dynamic.NULL).status()).isEqualTo(404);
    }

    @Test
    void circleOfDependenciesIsNamed() {
        deploy(
                "circle",
                """
                {"resources":[
                 {"type":"A.B/c","apiVersion":"2024-01-01","name":"x","dependsOn":["y"],"properties":{}},
                 {"type":"A.B/c","apiVersion":"2024-01-01","name":"y","dependsOn":["x"],"properties":{}}]}
                """,
                "{}");
        bench.settle();
        assertThat(deployment("circle").path("properties", "error", "message").textOr(""))
                .contains("Circular or missing dependency");
    }

    @Test
    void variableThatDependsOnItselfIsRefusedNotLooped() {
        var answer =
                deploy(
                        "loop",
                        "{\"variables\":{\"a\":\"[variables('b')]\",\"b\":\"[variables('a')]\"},"
                                + "\"resources\":[{\"type\":\"A.B/c\",\"apiVersion\":\"2024-01-01\",\"name\":\"[variables('a')]\"}]}",
                        "{}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(Bench.error(answer).get("message").textOr("")).contains("depends on itself");
    }

    @Test
    void unknownDeploymentIsNotFound() {
        var answer =
                bench.send(
                        "GET",
                        Bench.GROUP + "/providers/Microsoft.Resources/deployments/none",
                        Dynamic.NULL);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(Bench.error(answer).get("code").textOr("")).isEqualTo("DeploymentNotFound");
    }
}
