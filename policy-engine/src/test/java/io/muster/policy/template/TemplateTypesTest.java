package io.muster.policy.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Types that a template defines (azure/azure-resource-manager/templates/definitions): what they take and what they refuse, and with which words.
final class TemplateTypesTest {
    private static final String DEFINITIONS =
            """
            `definitions`:{
              `natural`:{`type`:`int`,`minValue`:1},
              `small`:{`$ref`:`#/definitions/natural`,`maxValue`:9},
              `pair`:{`type`:`object`,`properties`:{`foo`:{`type`:`string`,`minLength`:3},`bar`:{`type`:`int`,`minValue`:0,`nullable`:true}}},
              `sealed`:{`type`:`object`,`properties`:{`foo`:{`type`:`string`}},`additionalProperties`:false},
              `map`:{`type`:`object`,`additionalProperties`:{`$ref`:`#/definitions/natural`}},
              `union`:{`type`:`object`,`discriminator`:{`propertyName`:`type`,`mapping`:{`ints`:{`type`:`object`,`additionalProperties`:{`type`:`int`}},`strings`:{`type`:`object`,`properties`:{`fizz`:{`type`:`string`}},`additionalProperties`:false}}}},
              `tuple`:{`type`:`array`,`prefixItems`:[{`type`:`int`},{`type`:`bool`}],`items`:{`type`:`int`}},
              `exact`:{`type`:`array`,`prefixItems`:[{`type`:`int`}],`items`:false},
              `tree`:{`type`:`object`,`properties`:{`left`:{`$ref`:`#/definitions/tree`,`nullable`:true}},`additionalProperties`:false},
              `level`:{`type`:`string`,`allowedValues`:[`low`,`high`]},
              `loop`:{`$ref`:`#/definitions/pool`},`pool`:{`$ref`:`#/definitions/loop`},`typeless`:{`minValue`:1}}
            """;

    private static final DeploymentScope SCOPE =
            new DeploymentScope(
                    "/subscriptions/s/resourceGroups/g",
                    "s",
                    "g",
                    "t",
                    "d",
                    "westeurope",
                    Instant.EPOCH,
                    1,
                    DeployedResources.NONE);

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('`', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static DeploymentTemplate given(String declaration, String value)
            throws TemplateException {
        return DeploymentTemplate.of(
                json(
                        "{`languageVersion`:`2.0`,%s,`parameters`:{`p`:%s},`resources`:{}}"
                                .formatted(DEFINITIONS, declaration)),
                json(value.isEmpty() ? "{}" : "{`p`:{`value`:" + value + "}}"),
                SCOPE);
    }

    private static String ref(String name) {
        return "{`$ref`:`#/definitions/" + name + "`}";
    }

    @TestFactory
    Stream<DynamicTest> taken() {
        return """
        natural 1
        small 9
        pair {`foo`:`abc`,`bar`:1}
        pair {`FOO`:`abc`,`other`:[]}
        sealed {`foo`:`a`}
        map {`a`:1,`b`:2}
        union {`type`:`ints`,`foo`:1,`bar`:2}
        union {`type`:`strings`,`fizz`:`buzz`}
        tuple [1,true]
        tuple [1,true,2,3]
        exact [1]
        tree {`left`:{`left`:{}}}
        level `low`
        """
                .lines()
                .map(line -> line.split(" ", 2))
                .map(each ->
                        DynamicTest.dynamicTest(
                                String.join(" ", each),
                                () ->
                                        assertThatCode(() -> given(ref(each[0]), each[1]))
                                                .doesNotThrowAnyException()));
    }

    @TestFactory
    Stream<DynamicTest> refused() {
        return """
        natural 0 | 'p' is not valid: its value is 0.
        natural `1` | Expected 'int'. The parameter is 'p'
        natural null | Expected 'int'
        small 10 | 'p' is not valid: its value is 10.
        pair {`bar`:1} | 'p' is not valid: its property 'foo' is missing.
        pair {`foo`:``,`bar`:1} | 'p.foo' is not valid: its length is 0.
        pair {`foo`:`abc`,`bar`:`1`} | Expected 'int'. The parameter is 'p.bar'
        sealed {`foo`:`a`,`b`:1} | 'p.b' is not valid: its type has no such member.
        map {`a`:0} | 'p.a' is not valid: its value is 0.
        union {`type`:`ints`,`fizz`:`buzz`} | Expected 'int'. The parameter is 'p.fizz'
        union {`type`:`strings`} | 'p' is not valid: its property 'fizz' is missing.
        union {`type`:`other`} | its property 'type' names none of the types
        union {} | its property 'type' names none of the types
        tuple [1] | 'p' is not valid: it has fewer than 2 items.
        tuple [1,true,`x`] | Expected 'int'. The parameter is 'p[2]'
        exact [1,2] | 'p[1]' is not valid: its type has no such member.
        tree {`left`:{`right`:1}} | 'p.left.right' is not valid
        level `Low` | The value 'Low' is not part of the allowed value(s).
        loop 1 | is not found, or refers to itself
        gone 1 | The type definition '#/definitions/gone' is not found
        typeless 1 | has no valid type
        """
                .lines()
                .map(line -> line.split(" ", 2))
                .map(each -> {
                    String[] rest = each[1].split(" \\| ", 2);
                    return DynamicTest.dynamicTest(
                            String.join(" ", each),
                            () ->
                                    assertThatThrownBy(() -> given(ref(each[0]), rest[0]))
                                            .isInstanceOf(TemplateException.class)
                                            .hasMessageContaining(rest[1]));
                });
    }

    @Test
    void whatMayBeNullMayBeLeftOut() throws Exception {
        assertThatCode(() -> given("{`$ref`:`#/definitions/natural`,`nullable`:true}", ""))
                .doesNotThrowAnyException();
        assertThatCode(() -> given("{`$ref`:`#/definitions/natural`,`nullable`:true}", "null"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> given(ref("natural"), ""))
                .hasMessageContaining("'p' is not provided");
    }

    @Test
    void aDefaultIsHeldAgainstItsTypeToo() {
        assertThatThrownBy(() ->
                        given("{`$ref`:`#/definitions/natural`,`defaultValue`:`[sub(1, 1)]`}", ""))
                .hasMessageContaining("'p' is not valid: its value is 0.");
    }

    private static Dynamic outputs(String members) throws TemplateException {
        return DeploymentTemplate.of(
                        json("{`languageVersion`:`2.0`,%s,%s}".formatted(DEFINITIONS, members)),
                        Dynamic.EMPTY_BAG,
                        SCOPE)
                .outputs();
    }

    @Test
    void outputsHaveTheTypesThatTheyDeclare() throws Exception {
        assertThat(
                        outputs(
                                "`resources`:{},`outputs`:{`o`:{`$ref`:`#/definitions/natural`,`value`:`[add(1, 1)]`}}"))
                .isEqualTo(json("{`o`:{`type`:`Int`,`value`:2}}"));
        assertThatThrownBy(() ->
                        outputs(
                                "`resources`:{},`outputs`:{`o`:{`type`:`string`,`value`:`[add(1, 1)]`}}"))
                .hasMessageContaining(
                        "Template output JToken type is not valid. Expected 'string'. The output is 'o'");
    }

    @Test
    void functionsOfATemplateHaveTypesToo() throws Exception {
        String declared =
                "`functions`:[{`namespace`:`n`,`members`:{`twice`:{`parameters`:[{`name`:`x`,`$ref`:`#/definitions/natural`}],`output`:{`type`:`int`,`value`:`[mul(2, parameters('x'))]`}}}}],`resources`:{},`outputs`:{`o`:{`type`:`int`,`value`:`[n.twice(%s)]`}}";
        assertThat(outputs(declared.formatted("3")).path("o", "value")).isEqualTo(Dynamic.of(6));
        assertThatThrownBy(() -> outputs(declared.formatted("0")))
                .hasMessageContaining("is not valid: its value is 0.");
    }

    @Test
    void symbolsNameLoopsAndTheirTurns() throws Exception {
        var resources =
                DeploymentExpansion.expand(
                        json(
                                """
                                {`languageVersion`:`2.0`,`resources`:{
                                  `last`:{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`last`,`dependsOn`:[`all`,`[format('all[{0}]', 1)]`],`properties`:{`one`:`[reference('all[1]').size]`,`each`:`[map(references('all'), lambda('r', lambdaVariables('r').size))]`,`info`:`[resourceInfo('last')]`,`there`:`[resourceInfo('there').id]`}},
                                  `all`:{`copy`:{`name`:`turns`,`count`:2},`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`[format('n{0}', copyIndex())]`,`properties`:{`size`:`[copyIndex('turns', 5)]`}},
                                  `there`:{`existing`:true,`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`there`}}}
                                """),
                        Dynamic.EMPTY_BAG,
                        SCOPE);
        assertThat(resources).hasSize(3);
        assertThat(resources.getLast().unresolved()).isEmpty();
        assertThat(resources.getLast().body().get("properties"))
                .isEqualTo(
                        json(
                                "{`one`:6,`each`:[5,6],`info`:{`id`:`/subscriptions/s/resourceGroups/g/providers/A.B/c/last`,`name`:`last`,`type`:`A.B/c`,`apiVersion`:`2024-01-01`},`there`:`/subscriptions/s/resourceGroups/g/providers/A.B/c/there`}"));
    }
}
