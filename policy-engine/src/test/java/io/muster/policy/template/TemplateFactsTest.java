package io.muster.policy.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What ARM's documentation says of templates (azure/azure-resource-manager/templates), fact by fact; section 17 of azure-policy.md says what built-ins use.
final class TemplateFactsTest {
    private static final String SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
    private static final String OTHER = "00000000-0000-0000-0000-000000000002";
    private static final String AT = "/subscriptions/" + SUBSCRIPTION;
    private static final String GROUP = AT + "/resourceGroups/apps";
    private static final String TENANT_GROUPS = "/providers/Microsoft.Management/managementGroups/";

    private static final Dynamic STORED =
            json(
                    "{`id`:`%s/providers/A.B/c/old`,`name`:`old`,`type`:`A.B/c`,`location`:`westeurope`,`identity`:{`principalId`:`p`},`properties`:{`size`:3,`at`:{`x`:`y`}}}"
                            .formatted(GROUP));

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('`', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static DeploymentScope scope(String id, String subscription, String group) {
        DeployedResources stored =
                new DeployedResources() {
                    @Override
                    public Optional<Dynamic> find(String wanted) {
                        return Optional.of(STORED)
                                .filter(r -> r.get("id").textOr("").equalsIgnoreCase(wanted));
                    }

                    @Override
                    public Optional<Dynamic> list(
                            String function, String of, String version, Dynamic body) {
                        return Optional.of(
                                Dynamic.bag()
                                        .put("asked", function + " " + of + " " + version)
                                        .build());
                    }
                };
        return new DeploymentScope(
                id,
                subscription.isEmpty() ? null : subscription,
                group.isEmpty() ? null : group,
                "00000000-0000-0000-0000-00000000000f",
                "d",
                "westeurope",
                Instant.parse("2026-11-21T13:02:03.045Z"),
                7,
                stored);
    }

    private static final DeploymentScope IN_GROUP = scope(GROUP, SUBSCRIPTION, "apps");
    private static final DeploymentScope IN_SUBSCRIPTION = scope(AT, SUBSCRIPTION, "");
    private static final DeploymentScope IN_MANAGEMENT_GROUP = scope(TENANT_GROUPS + "mg", "", "");
    private static final DeploymentScope IN_TENANT = scope("", "", "");

    private static List<ExpandedResource> expand(String template, DeploymentScope scope)
            throws TemplateException {
        return DeploymentExpansion.expand(json(template), Dynamic.EMPTY_BAG, scope);
    }

    private static DynamicTest yields(DeploymentScope scope, String expression, String value) {
        return DynamicTest.dynamicTest(
                expression,
                () -> {
                    var resources =
                            expand(
                                    "{`parameters`:{`t`:{`type`:`string`,`defaultValue`:`[utcNow()]`},`p`:{`type`:`object`,`defaultValue`:{`a`:{`b`:[1,2]}}}},`variables`:{`v`:`[concat('v', parameters('p').a.b[1])]`},`resources`:[{`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`template`:{`resources`:[],`outputs`:{}},`v`:`%s`}}, {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`v`:`%s`}}]}"
                                            .formatted(expression, expression),
                                    scope);
                    assertThat(resources.getLast().unresolved()).isEmpty();
                    assertThat(resources.getLast().body().path("properties", "v"))
                            .isEqualTo(json(value));
                });
    }

    private static DynamicTest refuses(String expression, String reason) {
        return DynamicTest.dynamicTest(
                expression,
                () ->
                        assertThatThrownBy(() ->
                                        DeploymentTemplate.of(
                                                        json(
                                                                "{`variables`:{`v`:`%s`},`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[string(variables('v'))]`}]}"
                                                                        .formatted(expression)),
                                                        Dynamic.EMPTY_BAG,
                                                        IN_GROUP)
                                                .resources())
                                .isInstanceOf(TemplateException.class)
                                .hasMessageContaining(reason));
    }

    @TestFactory
    Stream<DynamicTest> functions() {
        return Stream.of(
                yields(IN_GROUP, "[parameters('P').A.b[0]]", "1"),
                yields(IN_GROUP, "[variables('V')]", "`v2`"),
                yields(IN_GROUP, "[concat('a', 1, true())]", "`a1True`"),
                yields(IN_GROUP, "[concat(createArray(1), createArray('b'))]", "[1,`b`]"),
                yields(IN_GROUP, "[if(equals('a', 'A'), 1, 2)]", "2"),
                yields(IN_GROUP, "[toLower('A-B')]", "`a-b`"),
                yields(IN_GROUP, "[json('{\\\"a\\\": [1, null]}').a]", "[1,null]"),
                yields(IN_GROUP, "[json('null')]", "null"),
                yields(IN_GROUP, "[contains('OneTwo', 'two')]", "true"),
                yields(IN_GROUP, "[contains(createObject('One', 1), 'one')]", "true"),
                yields(IN_GROUP, "[contains(createArray('One'), 'one')]", "false"),
                yields(IN_GROUP, "[length(uniqueString('a', 'b'))]", "13"),
                yields(IN_GROUP, "[split('a,b;c', createArray(',', ';'))]", "[`a`,`b`,`c`]"),
                yields(IN_GROUP, "[length(parameters('p'))]", "1"),
                yields(IN_GROUP, "[empty(createObject())]", "true"),
                yields(IN_GROUP, "[first('abc')]", "`a`"),
                yields(IN_GROUP, "[last(createArray(1, 2))]", "2"),
                yields(IN_GROUP, "[take(createArray(1, 2, 3), 2)]", "[1,2]"),
                yields(IN_GROUP, "[skip('abc', 2)]", "`c`"),
                yields(IN_GROUP, "[substring('abcdef', 1, 3)]", "`bcd`"),
                yields(IN_GROUP, "[min(createArray(3, 1, 2))]", "1"),
                yields(IN_GROUP, "[replace('123-123', '-', '')]", "`123123`"),
                yields(IN_GROUP, "[mod(7, 3)]", "1"),
                yields(IN_GROUP, "[div(8, 3)]", "2"),
                yields(IN_GROUP, "[mul(5, 3)]", "15"),
                yields(IN_GROUP, "[trim('  a ')]", "`a`"),
                yields(
                        IN_GROUP,
                        "[createObject('a', createArray(1), 'b', null())]",
                        "{`a`:[1],`b`:null}"),
                yields(IN_GROUP, "[or(true(), false(), false())]", "true"),
                yields(IN_GROUP, "[not(and(true(), false()))]", "true"),
                yields(IN_GROUP, "[format('{0}-{1:D3}', 'x', 7)]", "`x-007`"),
                yields(
                        IN_GROUP,
                        "[union(createObject('a', 1), createObject('b', 2))]",
                        "{`a`:1,`b`:2}"),
                yields(IN_GROUP, "[bool('True')]", "true"),
                yields(IN_GROUP, "[resourceGroup().name]", "`apps`"),
                yields(IN_GROUP, "[resourceGroup().id]", "`" + GROUP + "`"),
                yields(IN_GROUP, "[subscription().subscriptionId]", "`" + SUBSCRIPTION + "`"),
                yields(IN_GROUP, "[subscription().id]", "`" + AT + "`"),
                yields(IN_GROUP, "[deployment().name]", "`d`"),
                yields(IN_GROUP, "[deployment().properties.mode]", "`Incremental`"),
                yields(IN_GROUP, "[empty(deployment().properties.parameters)]", "true"),
                yields(IN_GROUP, "[length(deployment().properties.template.resources)]", "2"),
                yields(IN_GROUP, "[environment().suffixes.storage]", "`core.windows.net`"),
                yields(
                        IN_GROUP,
                        "[environment().authentication.audiences[1]]",
                        "`https://management.azure.com/`"),
                yields(
                        IN_GROUP,
                        "[flatten(createArray(createArray(1), createArray(2, createArray(3)), createArray()))]",
                        "[1,2,[3]]"),
                yields(IN_GROUP, "[objectKeys(json('{\\\"b\\\": 1, \\\"a\\\": 2}'))]", "[`b`,`a`]"),
                yields(
                        IN_GROUP,
                        "[shallowMerge(createArray(createObject('a', createObject('x', 1), 'b', 1), createObject('A', createObject('y', 2))))]",
                        "{`a`:{`y`:2},`b`:1}"),
                yields(IN_GROUP, "[indexFromEnd(createArray(1, 2, 3), 1)]", "3"),
                yields(IN_GROUP, "[tryIndexFromEnd(createArray(1, 2, 3), 4)]", "null"),
                yields(
                        IN_GROUP,
                        "[items(createObject('b', 1, 'a', 2))[0]]",
                        "{`key`:`a`,`value`:2}"),
                yields(IN_GROUP, "[tryGet(createObject('a', 1), 'b')]", "null"),
                yields(
                        IN_GROUP,
                        "[parseCidr('10.144.3.7/20')]",
                        "{`network`:`10.144.0.0`,`netmask`:`255.255.240.0`,`broadcast`:`10.144.15.255`,`firstUsable`:`10.144.0.1`,`lastUsable`:`10.144.15.254`,`cidr`:20}"),
                yields(
                        IN_GROUP,
                        "[parseCidr('fdad:3236:5555::/48')]",
                        "{`network`:`fdad:3236:5555::`,`netmask`:`ffff:ffff:ffff::`,`firstUsable`:`fdad:3236:5555::`,`lastUsable`:`fdad:3236:5555:ffff:ffff:ffff:ffff:ffff`,`cidr`:48}"),
                yields(IN_GROUP, "[parseCidr('::1/128').network]", "`::1`"),
                yields(IN_GROUP, "[parseCidr('1:0:0:2:0:0:0:3/128').network]", "`1:0:0:2::3`"),
                yields(IN_GROUP, "[parseCidr('1:0:2:3:4:5:6:7/128').network]", "`1:0:2:3:4:5:6:7`"),
                yields(IN_GROUP, "[parseCidr('0.0.0.0/0').broadcast]", "`255.255.255.255`"),
                yields(IN_GROUP, "[parseCidr('10.0.0.4/31').firstUsable]", "`10.0.0.4`"),
                yields(IN_GROUP, "[cidrSubnet('10.144.0.0/20', 24, 4)]", "`10.144.4.0/24`"),
                yields(
                        IN_GROUP,
                        "[cidrSubnet('fdad:3236:5555::/48', 52, 3)]",
                        "`fdad:3236:5555:3000::/52`"),
                yields(IN_GROUP, "[cidrHost('10.144.3.0/24', 0)]", "`10.144.3.1`"),
                yields(IN_GROUP, "[cidrHost('10.144.3.0/24', 253)]", "`10.144.3.254`"),
                yields(
                        IN_GROUP,
                        "[cidrHost('fdad:3236:5555:3000::/52', 4)]",
                        "`fdad:3236:5555:3000::5`"),
                yields(IN_GROUP, "[dateTimeFromEpoch(1683040573)]", "`2023-05-02T15:16:13Z`"),
                yields(IN_GROUP, "[dateTimeToEpoch('2023-05-02T15:16:13Z')]", "1683040573"),
                // resourceId and its kin.
                yields(IN_GROUP, "[resourceId('A.B/c', 'x')]", "`" + GROUP + "/providers/A.B/c/x`"),
                yields(
                        IN_GROUP,
                        "[resourceId('A.B/c/d', 'x', 'y')]",
                        "`" + GROUP + "/providers/A.B/c/x/d/y`"),
                yields(
                        IN_GROUP,
                        "[resourceId('other', 'A.B/c', 'x')]",
                        "`" + AT + "/resourceGroups/other/providers/A.B/c/x`"),
                yields(
                        IN_GROUP,
                        "[resourceId('" + OTHER + "', 'other', 'A.B/c', 'x')]",
                        "`/subscriptions/" + OTHER + "/resourceGroups/other/providers/A.B/c/x`"),
                yields(
                        IN_SUBSCRIPTION,
                        "[resourceId('A.B/c', 'x')]",
                        "`" + AT + "/providers/A.B/c/x`"),
                yields(
                        IN_SUBSCRIPTION,
                        "[resourceId('" + OTHER + "', 'A.B/c', 'x')]",
                        "`/subscriptions/" + OTHER + "/providers/A.B/c/x`"),
                yields(
                        IN_SUBSCRIPTION,
                        "[resourceId('apps', 'A.B/c', 'x')]",
                        "`" + GROUP + "/providers/A.B/c/x`"),
                yields(
                        IN_MANAGEMENT_GROUP,
                        "[resourceId('A.B/c', 'x')]",
                        "`" + TENANT_GROUPS + "mg/providers/A.B/c/x`"),
                yields(IN_MANAGEMENT_GROUP, "[managementGroup().name]", "`mg`"),
                yields(
                        IN_MANAGEMENT_GROUP,
                        "[managementGroupResourceId('A.B/c', 'x')]",
                        "`" + TENANT_GROUPS + "mg/providers/A.B/c/x`"),
                yields(
                        IN_MANAGEMENT_GROUP,
                        "[tenantResourceId('A.B/c', 'x')]",
                        "`/providers/A.B/c/x`"),
                yields(
                        IN_GROUP,
                        "[subscriptionResourceId('A.B/c', 'x')]",
                        "`" + AT + "/providers/A.B/c/x`"),
                yields(
                        IN_GROUP,
                        "[extensionResourceId(resourceId('A.B/c', 'x'), 'E.F/g', 'y')]",
                        "`" + GROUP + "/providers/A.B/c/x/providers/E.F/g/y`"),
                // What is there already.
                yields(
                        IN_GROUP,
                        "[reference(resourceId('A.B/c', 'old'), '2024-01-01').at.x]",
                        "`y`"),
                yields(
                        IN_GROUP,
                        "[reference(resourceId('A.B/c', 'old'), '2024-01-01', 'Full').identity.principalId]",
                        "`p`"),
                yields(
                        IN_GROUP,
                        "[reference(resourceId('A.B/c', 'old'), '2024-01-01', 'full').resourceGroupName]",
                        "`apps`"),
                yields(
                        IN_GROUP,
                        "[reference(resourceId('A.B/c', 'old'), '2024-01-01', 'Full').apiVersion]",
                        "`2024-01-01`"),
                yields(
                        IN_GROUP,
                        "[listKeys(resourceId('A.B/c', 'old'), '2024-01-01').asked]",
                        "`listkeys " + GROUP + "/providers/A.B/c/old 2024-01-01`"),
                yields(IN_GROUP, "[if(true(), 1, reference('/nowhere', '2024-01-01'))]", "1"),
                // Dates.
                yields(IN_GROUP, "[parameters('t')]", "`20261121T130203Z`"),
                yields(
                        IN_GROUP,
                        "[dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')]",
                        "`2023-04-07T14:53:14Z`"),
                yields(
                        IN_GROUP,
                        "[dateTimeAdd('2020-04-07T14:53:14Z', '-P9D', 'yyyy-MM-dd')]",
                        "`2020-03-29`"),
                yields(IN_GROUP, "[dateTimeAdd(parameters('t'), 'PT1H', 'HH:mm')]", "`14:02`"),
                yields(IN_GROUP, "[dateTimeToEpoch('2023-05-02T15:16:13Z')]", "1683040573"),
                yields(IN_GROUP, "[dateTimeFromEpoch(1683040573)]", "`2023-05-02T15:16:13Z`"),
                refuses("[reference('x').y]", "not expected at this location"),
                refuses("[listKeys('x', '2024-01-01')]", "not expected at this location"),
                refuses("[utcNow()]", "default values of parameters"),
                refuses("[copyIndex()]", "not expected at this location"),
                refuses("[resourceId('x')]", "no resource type"),
                refuses("[variables('v')]", "depends on itself"),
                refuses("[nowhere()]", "no function 'nowhere'"),
                refuses("[managementGroup().name]", "no management group"));
    }

    @TestFactory
    Stream<DynamicTest> timesOfADefault() {
        return Stream.of(
                        List.of("u", "2026-11-21 13:02:03Z"),
                        List.of("d", "11/21/2026"),
                        List.of("D", "Saturday, 21 November 2026"),
                        List.of("o", "2026-11-21T13:02:03.0450000Z"),
                        List.of("R", "Sat, 21 Nov 2026 13:02:03 GMT"),
                        List.of("M d", "11 21"),
                        List.of("yyyy-MM-ddTHH:mm:ssZ", "2026-11-21T13:02:03Z"),
                        List.of("yyyyMMddTHHmmss", "20261121T130203"),
                        List.of("yy.M.d h:mm tt", "26.11.21 1:02 PM"),
                        List.of("ddd dd MMM", "Sat 21 Nov"),
                        List.of("HH:mm:ss.FFFFzzz", "13:02:03.045+00:00"),
                        List.of("%d", "21"),
                        List.of("''at'' HH\\\\h", "at 13h"))
                .map(at ->
                        DynamicTest.dynamicTest(
                                at.getFirst(),
                                () ->
                                        assertThat(
                                                        expand(
                                                                        "{`parameters`:{`t`:{`type`:`string`,`defaultValue`:`[utcNow('%s')]`}},`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`v`:`[parameters('t')]`}}]}"
                                                                                .formatted(
                                                                                        at
                                                                                                .getFirst()),
                                                                        IN_GROUP)
                                                                .getFirst()
                                                                .body()
                                                                .path("properties", "v"))
                                                .isEqualTo(Dynamic.of(at.getLast()))));
    }

    private static List<PlannedResource> planned(String template, DeploymentScope scope)
            throws TemplateException {
        return DeploymentTemplate.of(json(template), Dynamic.EMPTY_BAG, scope).resources();
    }

    @Test
    void serialLoopsDeployABatchAfterTheOneBefore() throws Exception {
        var resources =
                planned(
                        "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[concat('x', copyIndex())]`,`copy`:{`name`:`l`,`count`:5,`mode`:`Serial`,`batchSize`:2}}]}",
                        IN_GROUP);
        assertThat(resources.get(1).dependsOn()).isEmpty();
        assertThat(resources.get(3).dependsOn())
                .containsExactly(resources.get(0).id(), resources.get(1).id());
        assertThat(resources.get(4).dependsOn())
                .containsExactly(resources.get(2).id(), resources.get(3).id());
        assertThat(
                        planned(
                                        "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[concat('x', copyIndex(1))]`,`copy`:{`name`:`l`,`count`:3,`mode`:`serial`}}]}",
                                        IN_GROUP)
                                .get(2)
                                .dependsOn())
                .containsExactly(GROUP + "/providers/A.B/c/x2");
        assertThatThrownBy(() ->
                        planned(
                                "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`copy`:{`name`:`l`,`count`:3,`mode`:`serial`,`batchSize`:0}}]}",
                                IN_GROUP))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("batchSize");
    }

    @Test
    void loopsOverPropertiesHaveTheirOwnNameInTheResourcesLoop() throws Exception {
        var resources =
                expand(
                        """
                        {`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[concat('x', copyIndex())]`,`copy`:{`name`:`l`,`count`:2},
                          `properties`:{`copy`:[{`name`:`disks`,`count`:2,`input`:{`of`:`[copyIndex()]`,`lun`:`[copyIndex('disks')]`,`from`:`[copyIndex('l', 5)]`}},{`name`:`none`,`count`:0,`input`:1}]},
                          `resources`:[{`type`:`d`,`apiVersion`:`2024-01-01`,`name`:`y`,`properties`:{`of`:`[copyIndex()]`}}]},
                         {`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`z`,`dependsOn`:[`l`],`properties`:{`copy`:[{`name`:`all`,`count`:2,`input`:`[copyIndex()]`}]}}]}
                        """,
                        IN_GROUP);
        assertThat(resources.get(2).id()).isEqualTo(GROUP + "/providers/A.B/c/x1");
        assertThat(resources.get(2).body().get("properties"))
                .isEqualTo(
                        json(
                                "{`disks`:[{`of`:1,`lun`:0,`from`:6},{`of`:1,`lun`:1,`from`:6}],`none`:[]}"));
        assertThat(resources.get(3).id()).isEqualTo(GROUP + "/providers/A.B/c/x1/d/y");
        assertThat(resources.get(3).body().path("properties", "of")).isEqualTo(Dynamic.of(1));
        assertThat(resources.get(4).body().path("properties", "all")).isEqualTo(json("[0,1]"));
    }

    @Test
    void loopsMakeVariablesAndOutputs() throws Exception {
        var template =
                DeploymentTemplate.of(
                        json(
                                """
                                {`variables`:{`copy`:[{`name`:`names`,`count`:2,`input`:`[concat('n', copyIndex('names', 1))]`}],
                                  `inside`:{`copy`:[{`name`:`all`,`count`:2,`input`:{`i`:`[copyIndex('all')]`}}],`more`:true}},`resources`:[],
                                 `outputs`:{`names`:{`type`:`array`,`copy`:{`count`:`[length(variables('names'))]`,`input`:`[concat(variables('names')[copyIndex()], '!')]`}},
                                  `inside`:{`type`:`object`,`value`:`[variables('inside')]`},
                                  `left`:{`condition`:`[equals(1, 2)]`,`type`:`string`,`value`:`[reference('nowhere').x]`}}}
                                """),
                        Dynamic.EMPTY_BAG,
                        IN_GROUP);
        assertThat(template.resources()).isEmpty();
        assertThat(template.outputs())
                .isEqualTo(
                        json(
                                "{`names`:{`type`:`Array`,`value`:[`n1!`,`n2!`]},`inside`:{`type`:`Object`,`value`:{`all`:[{`i`:0},{`i`:1}],`more`:true}}}"));
    }

    @Test
    void conditionsAreBooleansThatNothingDeployedDecides() throws Exception {
        String resource =
                "{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`condition`:%s}]}";
        assertThat(planned(resource.formatted("false"), IN_GROUP).getFirst().conditional())
                .isFalse();
        assertThat(
                        planned(resource.formatted("`[equals('a', 'b')]`"), IN_GROUP)
                                .getFirst()
                                .conditional())
                .isFalse();
        assertThat(
                        planned(resource.formatted("`[string(false())]`"), IN_GROUP)
                                .getFirst()
                                .conditional())
                .isFalse();
        assertThatThrownBy(() -> planned(resource.formatted("`[length('a')]`"), IN_GROUP))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("no boolean");
        assertThatThrownBy(() ->
                        planned(
                                resource.formatted(
                                        "`[equals(reference(resourceId('A.B/c', 'old'), '2024-01-01').size, 3)]`"),
                                IN_GROUP))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("'reference' is not expected at this location");
    }

    @Test
    void existingResourcesAreReferredToByTheirSymbolsAndNotDeployed() throws Exception {
        var resources =
                expand(
                        "{`languageVersion`:`2.0`,`resources`:{`there`:{`existing`:true,`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`old`},`new`:{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`new`,`dependsOn`:[`there`],`properties`:{`v`:`[reference('there').size]`}}}}",
                        IN_GROUP);
        assertThat(resources).hasSize(1);
        assertThat(resources.getFirst().body().path("properties", "v")).isEqualTo(Dynamic.of(3));
    }

    @Test
    void childrenBySymbolsAreDeployedAndAreNoTurnsOfTheLoopAroundThem() throws Exception {
        var resources =
                expand(
                        "{`languageVersion`:`2.0`,`resources`:{`all`:{`copy`:{`name`:`loop`,`count`:2},`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[format('x{0}', copyIndex())]`,`resources`:{`child`:{`type`:`d`,`apiVersion`:`2024-01-01`,`name`:`y`,`dependsOn`:[`loop`]},`there`:{`existing`:true,`type`:`d`,`apiVersion`:`2024-01-01`,`name`:`z`}}}}}",
                        IN_GROUP);
        assertThat(resources)
                .extracting(ExpandedResource::id)
                .containsExactlyInAnyOrder(
                        GROUP + "/providers/A.B/c/x0",
                        GROUP + "/providers/A.B/c/x1",
                        GROUP + "/providers/A.B/c/x0/d/y",
                        GROUP + "/providers/A.B/c/x1/d/y");
    }

    private static String nested(String where, String options) {
        return "{`variables`:{`v`:`outer`},`resources`:[{`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2022-09-01`,`name`:`n`,%s`properties`:{`mode`:`Incremental`%s,`template`:{`variables`:{`v`:`inner`},`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[variables('v')]`}]}}}]}"
                .formatted(where, options);
    }

    @TestFactory
    Stream<DynamicTest> nestedDeploymentsGoWhereTheySay() {
        String inner = ",`expressionEvaluationOptions`:{`scope`:`Inner`}";
        record Case(DeploymentScope from, String where, String options, String id) {}
        return Stream.of(
                        new Case(IN_GROUP, "", "", GROUP + "/providers/A.B/c/outer"),
                        new Case(IN_GROUP, "", inner, GROUP + "/providers/A.B/c/inner"),
                        new Case(
                                IN_GROUP,
                                "`resourceGroup`:`[concat('g', 1)]`,",
                                inner,
                                AT + "/resourceGroups/g1/providers/A.B/c/inner"),
                        new Case(
                                IN_GROUP,
                                "`subscriptionId`:`" + OTHER + "`,`resourceGroup`:`g`,",
                                inner,
                                "/subscriptions/"
                                        + OTHER
                                        + "/resourceGroups/g/providers/A.B/c/inner"),
                        new Case(
                                IN_GROUP,
                                "`subscriptionId`:`" + OTHER + "`,`location`:`westeurope`,",
                                inner,
                                "/subscriptions/" + OTHER + "/providers/A.B/c/inner"),
                        new Case(
                                IN_SUBSCRIPTION,
                                "`resourceGroup`:`apps`,",
                                inner,
                                GROUP + "/providers/A.B/c/inner"),
                        new Case(IN_SUBSCRIPTION, "`scope`:`/`,", inner, "/providers/A.B/c/inner"),
                        new Case(
                                IN_MANAGEMENT_GROUP,
                                "`scope`:`Microsoft.Management/managementGroups/child`,",
                                inner,
                                TENANT_GROUPS + "child/providers/A.B/c/inner"),
                        new Case(
                                IN_TENANT,
                                "`scope`:`[format('Microsoft.Management/managementGroups/{0}', 'child')]`,",
                                inner,
                                TENANT_GROUPS + "child/providers/A.B/c/inner"),
                        new Case(
                                IN_MANAGEMENT_GROUP,
                                "`subscriptionId`:`" + OTHER + "`,",
                                inner,
                                "/subscriptions/" + OTHER + "/providers/A.B/c/inner"))
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.id() + " " + c.where(),
                                () ->
                                        assertThat(
                                                        expand(
                                                                        nested(
                                                                                c.where(),
                                                                                c.options()),
                                                                        c.from())
                                                                .getFirst()
                                                                .id())
                                                .isEqualTo(c.id())));
    }

    @Test
    void aGroupIsMadeInASubscriptionAndADeploymentInItFollows() throws Exception {
        var resources =
                expand(
                        """
                        {`resources`:[{`type`:`Microsoft.Resources/deployments`,`apiVersion`:`2022-09-01`,`name`:`n`,`resourceGroup`:`new`,`dependsOn`:[`[resourceId('Microsoft.Resources/resourceGroups/', 'new')]`],
                           `properties`:{`mode`:`Incremental`,`template`:{`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`}]}}},
                          {`type`:`Microsoft.Resources/resourceGroups`,`apiVersion`:`2022-09-01`,`name`:`new`,`location`:`[deployment().location]`,`properties`:{}}]}
                        """,
                        IN_SUBSCRIPTION);
        assertThat(resources)
                .extracting(ExpandedResource::id)
                .containsExactly(
                        AT + "/resourceGroups/new", AT + "/resourceGroups/new/providers/A.B/c/x");
        assertThat(resources.getFirst().body().get("location")).isEqualTo(Dynamic.of("westeurope"));
    }
}
