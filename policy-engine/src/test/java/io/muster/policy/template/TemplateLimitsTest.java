package io.muster.policy.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Short templates that would take all time and memory are refused with a reason, large ones that people write are not.
final class TemplateLimitsTest {
    private static final String SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";

    private static DeploymentTemplate template(String members) throws TemplateException {
        try {
            return DeploymentTemplate.of(
                    Json.parse(
                            "{%s,`resources`:[{`type`:`A.B/c`,`apiVersion`:`2024-01-01`,`name`:`x`,`properties`:{`v`:`[variables('v')]`}}]}"
                                    .formatted(members)
                                    .replace('`', '"')),
                    Dynamic.EMPTY_BAG,
                    new DeploymentScope(
                            "/subscriptions/" + SUBSCRIPTION + "/resourceGroups/apps",
                            SUBSCRIPTION,
                            "apps",
                            "00000000-0000-0000-0000-00000000000f",
                            "d",
                            "westeurope",
                            Instant.parse("2026-11-21T01:02:03Z"),
                            7,
                            DeployedResources.NONE));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static Dynamic computed(String variables) throws TemplateException {
        var template = template("`variables`:{%s}".formatted(variables));
        return template.body(template.resources().getFirst()).path("properties", "v");
    }

    /// `v` is the last of so many, each made of the one before it.
    private static String chain(int length, IntFunction<String> made) {
        return IntStream.range(0, length)
                .mapToObj(i ->
                        "`v%s`:%s"
                                .formatted(
                                        i == length - 1 ? "" : Integer.toString(i),
                                        i == 0 ? "[1,2]" : made.apply(i - 1)))
                .collect(Collectors.joining(","));
    }

    @Test
    void loopsInLoopsEndWithAReason() {
        String inner = "{`copy`:[{`name`:`c`,`count`:800,`input`:1}]}";
        assertThatThrownBy(() ->
                        computed(
                                "`v`:{`copy`:[{`name`:`a`,`count`:800,`input`:{`copy`:[{`name`:`b`,`count`:800,`input`:%s}]}}]}"
                                        .formatted(inner)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("values");
    }

    @Test
    void lambdasInLambdasEndWithAReason() {
        assertThatThrownBy(() ->
                        computed(
                                "`v`:`[map(range(0, 10000), lambda('x', map(range(0, 10000), lambda('y', lambdaVariables('y')))))]`"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("values");
    }

    @Test
    void variablesThatDoubleEachOtherEndWithAReason() {
        assertThatThrownBy(() ->
                        computed(
                                chain(
                                        40,
                                        i ->
                                                "`[concat(variables('v%1$d'), variables('v%1$d'))]`"
                                                        .formatted(i))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("'concat' yields is too long");
        assertThatThrownBy(() ->
                        computed(
                                chain(
                                        40,
                                        i ->
                                                "[`[variables('v%1$d')]`,`[variables('v%1$d')]`]"
                                                        .formatted(i))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("1000000 values");
        assertThatThrownBy(() ->
                        computed(
                                "`v`:`[string(reduce(range(0, 40), 1, lambda('a', 'b', createArray(lambdaVariables('a'), lambdaVariables('a')))))]`"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("1000000 values");
    }

    @Test
    void membersOfMembersEndWithAReason() {
        assertThatThrownBy(() ->
                        computed("`v`:`[createObject('b', 1)%s]`".formatted(".b".repeat(40_000))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("more than 32 members");
    }

    @Test
    void variablesInEachOtherAreFollowedAsFarAsAStackAllows() throws Exception {
        assertThat(computed(chain(128, i -> "`[variables('v%d')]`".formatted(i))))
                .isEqualTo(Dynamic.array(Dynamic.of(1), Dynamic.of(2)));
        assertThatThrownBy(() -> computed(chain(20_000, i -> "`[variables('v%d')]`".formatted(i))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("800 calls deep");
        String deep = "first(createArray(".repeat(30) + "variables('v%d')" + "))".repeat(30);
        assertThat(computed(chain(12, i -> ("`[" + deep + "]`").formatted(i))))
                .isEqualTo(Dynamic.array(Dynamic.of(1), Dynamic.of(2)));
        assertThatThrownBy(() -> computed(chain(128, i -> ("`[" + deep + "]`").formatted(i))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("800 calls deep");
    }
}
