package io.muster.policy.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Templates expanded without a deployment (azure-policy.md section 17 says what built-ins use).
final class DeploymentExpansionTest {
    private static final String SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
    private static final String GROUP = "/subscriptions/" + SUBSCRIPTION + "/resourceGroups/apps";

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('`', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static DeploymentScope scope(DeployedResources resources) {
        return new DeploymentScope(
                GROUP,
                SUBSCRIPTION,
                "apps",
                "00000000-0000-0000-0000-00000000000f",
                "d",
                "westeurope",
                Instant.parse("2026-11-21T01:02:03Z"),
                7,
                resources);
    }

    private static List<ExpandedResource> expand(String template) throws TemplateException {
        return DeploymentExpansion.expand(
                json(template), Dynamic.EMPTY_BAG, scope(DeployedResources.NONE));
    }

    /// The value of one expression, as a property of a resource of a template with these further members.
    private static Dynamic value(String expression, String more) throws TemplateException {
        var resources =
                expand(
                        "{%s`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`v`:`%s`}}]}"
                                .formatted(more, expression));
        assertThat(resources.getFirst().unresolved()).isEmpty();
        return resources.getFirst().body().path("properties", "v");
    }

    private static Dynamic value(String expression) throws TemplateException {
        return value(expression, "");
    }

    @Test
    void referenceOrdersResourcesThoughNothingSaysDependsOn() throws Exception {
        var resources =
                expand(
                        """
                        {`resources`:[
                         {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`second`,
                          `properties`:{`seen`:`[reference(resourceId('A.B/c', 'first')).size]`,`later`:`[reference('first').made.at]`}},
                         {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`first`,`properties`:{`size`:3}}]}
                        """);
        assertThat(resources)
                .extracting(r -> r.body().get("name").textOr(""))
                .containsExactly("first", "second");
        assertThat(resources.get(1).body().path("properties", "seen")).isEqualTo(Dynamic.of(3));
        // Only the running resource knows it: the expression stays.
        assertThat(resources.get(1).unresolved()).containsExactly("[reference('first').made.at]");
        assertThat(resources.get(1).body().path("properties", "later"))
                .isEqualTo(Dynamic.of("[reference('first').made.at]"));
    }

    @Test
    void nestedDeploymentsWriteAtTheirOwnScopeAndHandOutputsOn() throws Exception {
        var resources =
                expand(
                        """
                        {`resources`:[
                         {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`after`,
                          `properties`:{`v`:`[reference('nested').outputs.made.value]`}},
                         {`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2022-09-01`,`name`:`nested`,`resourceGroup`:`other`,
                          `properties`:{`mode`:`Incremental`,`expressionEvaluationOptions`:{`scope`:`inner`},`parameters`:{`p`:{`value`:`[resourceGroup().name]`}},
                           `template`:{`parameters`:{`p`:{`type`:`string`}},
                            `resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`inner`,`properties`:{`given`:`[parameters('p')]`,`here`:`[resourceGroup().name]`}}],
                            `outputs`:{`made`:{`type`:`string`,`value`:`[concat(parameters('p'), '!')]`}}}}}]}
                        """);
        assertThat(resources)
                .extracting(ExpandedResource::id)
                .containsExactly(
                        "/subscriptions/"
                                + SUBSCRIPTION
                                + "/resourceGroups/other/providers/A.B/c/inner",
                        GROUP + "/providers/A.B/c/after");
        var inner = resources.getFirst().body().get("properties");
        assertThat(inner.get("given")).isEqualTo(Dynamic.of("apps"));
        assertThat(inner.get("here")).isEqualTo(Dynamic.of("other"));
        assertThat(resources.get(1).body().path("properties", "v")).isEqualTo(Dynamic.of("apps!"));
    }

    @Test
    void outerScopeComputesANestedTemplateWithTheParentsValues() throws Exception {
        var resources =
                expand(
                        """
                        {`variables`:{`n`:`outer`},`resources`:[
                         {`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2022-09-01`,`name`:`nested`,
                          `properties`:{`mode`:`Incremental`,`template`:{`variables`:{`n`:`inner`},
                           `resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[variables('n')]`,`properties`:{`t`:`[[literal]`}}]}}}]}
                        """);
        assertThat(resources.getFirst().id()).endsWith("/A.B/c/outer");
        assertThat(resources.getFirst().body().path("properties", "t"))
                .isEqualTo(Dynamic.of("[literal]"));
    }

    @Test
    void conditionsLeaveResourcesOutAndLoopsRepeatThem() throws Exception {
        var resources =
                expand(
                        """
                        {`parameters`:{`names`:{`type`:`array`,`defaultValue`:[`a`,`b`]}},`resources`:[
                         {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[parameters('names')[copyIndex()]]`,`copy`:{`name`:`each`,`count`:`[length(parameters('names'))]`},
                          `condition`:`[not(equals(copyIndex('each'), 0))]`,`properties`:{`i`:`[copyIndex('each', 10)]`}}]}
                        """);
        assertThat(resources).hasSize(1);
        assertThat(resources.getFirst().body().path("properties", "i")).isEqualTo(Dynamic.of(11));
    }

    @Test
    void zonesArePickedInARegionThatHasThem() throws Exception {
        assertThat(
                        value(
                                "[pickZones('Microsoft.Compute', 'virtualMachines', 'West Europe', 2, 1)]"))
                .isEqualTo(json("[`2`,`3`]".replace('`', '"')));
        assertThat(value("[pickZones('Microsoft.Compute', 'virtualMachines', 'westus')]"))
                .isEqualTo(json("[]"));
    }

    @Test
    void lambdasSeeTheirVariablesAndThoseAround() throws Exception {
        assertThat(
                        value(
                                "[map(range(1, 3), lambda('i', mul(lambdaVariables('i'), lambdaVariables('i'))))]"))
                .isEqualTo(json("[1,4,9]"));
        assertThat(
                        value(
                                "[filter(createArray('a','bb','c'), lambda('x', 'n', and(equals(length(lambdaVariables('x')), 1), equals(lambdaVariables('n'), 2))))]"))
                .isEqualTo(json("[`c`]"));
        assertThat(
                        value(
                                "[reduce(range(1, 4), 0, lambda('sum', 'i', add(lambdaVariables('sum'), lambdaVariables('i'))))]"))
                .isEqualTo(Dynamic.of(10));
        assertThat(
                        value(
                                "[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]"))
                .isEqualTo(json("[1,2,3]"));
        assertThat(
                        value(
                                "[toObject(createArray('a', 'b'), lambda('k', lambdaVariables('k')), lambda('k', length(lambdaVariables('k'))))]"))
                .isEqualTo(json("{`a`:1,`b`:1}"));
        assertThat(
                        value(
                                "[map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(mul(10, lambdaVariables('i')), lambdaVariables('j'))))))]"))
                .isEqualTo(json("[[0,1],[10,11]]"));
    }

    @Test
    void userFunctionsSeeOnlyTheirParameters() throws Exception {
        String functions =
                "`variables`:{`v`:1},`functions`:[{`namespace`:`contoso`,`members`:{`greet`:{`parameters`:[{`name`:`who`,`type`:`string`}],`output`:{`type`:`string`,`value`:`[concat('hi ', parameters('who'))]`}}}}],";
        assertThat(value("[contoso.greet('you')]", functions)).isEqualTo(Dynamic.of("hi you"));
        assertThatThrownBy(() ->
                        DeploymentTemplate.of(
                                        json(
                                                "{%s`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[contoso.greet('a', 'b')]`}]}"
                                                        .formatted(functions)),
                                        Dynamic.EMPTY_BAG,
                                        scope(DeployedResources.NONE))
                                .resources())
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("takes 1 arguments, not 2");
    }

    @Test
    void newGuidAndUtcNowStandInDefaultsOnly() throws Exception {
        assertThat(
                        value(
                                        "[concat(parameters('g'), ' ', parameters('t'))]",
                                        "`parameters`:{`g`:{`type`:`string`,`defaultValue`:`[newGuid()]`},`t`:{`type`:`string`,`defaultValue`:`[utcNow('yyyy-MM-dd')]`}},")
                                .textOr(""))
                .matches(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} 2026-11-21");
        assertThatThrownBy(() ->
                        expand(
                                "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[newGuid()]`}]}"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("default values of parameters");
    }

    @Test
    void listKeysAndSecretsAreAskedOfThePort() throws Exception {
        DeployedResources port =
                new DeployedResources() {
                    @Override
                    public Optional<Dynamic> find(String id) {
                        return Optional.empty();
                    }

                    @Override
                    public Optional<Dynamic> list(
                            String function, String id, String version, Dynamic body) {
                        return Optional.of(
                                Dynamic.bag().put("key", function + " " + id.length()).build());
                    }

                    @Override
                    public Optional<String> secret(String vault, String name, String version) {
                        return Optional.of(vault + "/" + name);
                    }
                };
        var resources =
                DeploymentExpansion.expand(
                        json(
                                "{`parameters`:{`s`:{`type`:`secureString`}},`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`k`:`[listKeys('/a/b', '2020-01-01').key]`,`s`:`[parameters('s')]`}}]}"),
                        json("{`s`:{`reference`:{`keyVault`:{`id`:`/v`},`secretName`:`n`}}}"),
                        scope(port));
        var properties = resources.getFirst().body().get("properties");
        assertThat(properties.get("k")).isEqualTo(Dynamic.of("listkeys 4"));
        assertThat(properties.get("s")).isEqualTo(Dynamic.of("/v/n"));
    }

    @Test
    void circlesAndMissingDependenciesAreNamed() {
        assertThatThrownBy(() ->
                        expand(
                                "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`dependsOn`:[`y`]}]}"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("Circular or missing dependency");
    }

    @Test
    void aTemplateNestedTooDeepIsRefused() {
        var template = json("{`resources`:[]}");
        for (int i = 0; i < 20; i++) {
            template =
                    Dynamic.bag()
                            .put(
                                    "resources",
                                    Dynamic.array(
                                            json("{`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2022-09-01`,`name`:`n`}")
                                                    .with(
                                                            "properties",
                                                            Dynamic.bag()
                                                                    .put("mode", "Incremental")
                                                                    .put("template", template)
                                                                    .build())))
                            .build();
        }
        var deep = template;
        assertThatThrownBy(() ->
                        DeploymentExpansion.expand(
                                deep, Dynamic.EMPTY_BAG, scope(DeployedResources.NONE)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("deep");
    }
}
