package io.muster.policy.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each keyword of draft 2019-09 that is checked, with values that meet it and values that do not.
final class JsonSchemaTest {
    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('`', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static boolean meets(String schema, String value) {
        assertThat(JsonSchema.faults(json(schema))).as(schema).isEmpty();
        return JsonSchema.of(json(schema)).violation(json(value)).isEmpty();
    }

    /// `schema | values that meet it | values that do not`, values with blanks around semicolons.
    @TestFactory
    Stream<DynamicTest> keywords() {
        return """
        true | 1 ; {} |
        false | | 1 ; null
        {`type`:`integer`} | 1 ; 1.0 ; -3 | 1.5 ; `1` ; null
        {`type`:[`string`,`null`]} | `a` ; null | 1 ; []
        {`type`:`number`} | 1 ; 1.5 | `1` ; true
        {`type`:`boolean`} | true | `true` ; 1
        {`enum`:[1,`a`,{`b`:[2]}]} | 1 ; 1.0 ; `a` ; {`b`:[2]} | 2 ; `A` ; {`b`:[3]}
        {`const`:null} | null | 0 ; ``
        {`minimum`:1,`maximum`:3} | 1 ; 3 ; `9` | 0.9 ; 3.1
        {`exclusiveMinimum`:1,`exclusiveMaximum`:3} | 1.1 ; 2 | 1 ; 3
        {`multipleOf`:0.1} | 0.3 ; 7 | 0.35
        {`minLength`:1,`maxLength`:2} | `a` ; `\ud83d\ude00b` ; 12345 | `` ; `abc`
        {`pattern`:`b+`} | `abbc` ; 7 | `ac`
        {`pattern`:`^[^[]+$`} | `ab` ; `a&` | `a[b`
        {`pattern`:`^[a&&b]+$`} | `ab` ; `&` | `c`
        {`pattern`:`^{?[0-9]{2,}}?$`} | `12` ; `{123}` | `1` ; `{1}`
        {`pattern`:`^\\\\p{L}$`} | `a` | `1` ; `{`
        {`items`:{`type`:`string`}} | [] ; [`a`] ; `x` | [`a`,1]
        {`items`:[{`type`:`string`}],`additionalItems`:{`type`:`integer`}} | [`a`] ; [`a`,1,2] | [1] ; [`a`,`b`]
        {`items`:[{`type`:`string`}],`additionalItems`:false} | [`a`] | [`a`,1]
        {`minItems`:1,`maxItems`:2} | [1] ; [1,2] | [] ; [1,2,3]
        {`uniqueItems`:true} | [1,2] ; [] | [1,1.0] ; [{`a`:1},{`a`:1}]
        {`contains`:{`type`:`integer`}} | [`a`,1] | [] ; [`a`]
        {`contains`:{`type`:`integer`},`minContains`:0,`maxContains`:1} | [] ; [1] | [1,2]
        {`required`:[`a`]} | {`a`:null} ; 7 | {} ; {`A`:1}
        {`properties`:{`a`:{`type`:`integer`}},`additionalProperties`:false} | {} ; {`a`:1} | {`a`:`x`} ; {`b`:1}
        {`patternProperties`:{`^x`:{`type`:`integer`}},`additionalProperties`:{`type`:`string`}} | {`x1`:1,`y`:`a`} | {`x1`:`a`} ; {`y`:1}
        {`propertyNames`:{`maxLength`:2}} | {`ab`:1} | {`abc`:1}
        {`minProperties`:1,`maxProperties`:2} | {`a`:1} | {} ; {`a`:1,`b`:2,`c`:3}
        {`dependentRequired`:{`a`:[`b`]}} | {} ; {`a`:1,`b`:2} | {`a`:1}
        {`dependentSchemas`:{`a`:{`required`:[`b`]}}} | {`b`:1} ; {`a`:1,`b`:2} | {`a`:1}
        {`allOf`:[{`minimum`:1},{`maximum`:3}]} | 2 | 0 ; 4
        {`anyOf`:[{`type`:`string`},{`minimum`:3}]} | `a` ; 3 | 2
        {`oneOf`:[{`type`:`integer`},{`minimum`:3}]} | 1 ; 3.5 | 3 ; 1.5
        {`not`:{`type`:`string`}} | 1 | `a`
        {`if`:{`type`:`string`},`then`:{`minLength`:2},`else`:{`minimum`:5}} | `ab` ; 5 | `a` ; 4
        {`$defs`:{`n/m`:{`type`:`integer`}},`$ref`:`#/$defs/n~1m`} | 1 | `a`
        {`properties`:{`next`:{`$ref`:`#`}},`additionalProperties`:false} | {`next`:{`next`:{}}} | {`next`:{`other`:1}}
        {`format`:`date`,`title`:`x`,`default`:1} | `no date` |
        """
                .lines()
                .map(line -> line.split(" \\|", -1))
                .map(parts ->
                        DynamicTest.dynamicTest(
                                parts[0],
                                () -> {
                                    for (var value : parts[1].split(" ; ", -1)) {
                                        assertThat(value.isBlank() || meets(parts[0], value))
                                                .as(value)
                                                .isTrue();
                                    }
                                    for (var value : parts[2].split(" ; ", -1)) {
                                        assertThat(!value.isBlank() && meets(parts[0], value))
                                                .as(value)
                                                .isFalse();
                                    }
                                }));
    }

    @Test
    void aViolationHasItsPlace() {
        var schema = JsonSchema.of(json("{`properties`:{`a/b`:{`items`:{`required`:[`c`]}}}}"));

        assertThat(schema.violation(json("{`a/b`:[{`c`:1},{}]}")))
                .contains(new JsonSchema.Fault("/a~1b/1", "has no member 'c'"));
    }

    @Test
    void aSchemaThatGoesInCirclesEnds() {
        assertThat(meets("{`$ref`:`#`}", "1")).isFalse();
        assertThat(meets("{`allOf`:[{`$ref`:`#`},{`$ref`:`#`}]}", "1")).isFalse();
    }

    @Test
    void aPatternThatWouldTakeForEverEnds() {
        assertThat(meets("{`pattern`:`^(a+)+$`}", "`" + "a".repeat(60) + "b`")).isFalse();
        assertThat(meets("{`pattern`:`^(a|b)*$`}", "`" + "ab".repeat(500) + "`")).isTrue();
        assertThat(meets("{`pattern`:`^(a|b)*$`}", "`" + "ab".repeat(50_000) + "`")).isFalse();
    }

    @Test
    void whatCannotBeToldPassesNotEvenUnderANot() {
        String longText = "`" + "a".repeat(1_001) + "`";
        assertThat(meets("{`not`:{`pattern`:`b`}}", "`a`")).isTrue();
        assertThat(meets("{`not`:{`pattern`:`b`}}", longText)).isFalse();
        assertThat(meets("{`anyOf`:[{`pattern`:`b`},{`type`:`string`}]}", longText)).isTrue();
        assertThat(meets("{`patternProperties`:{`a`:false}}", "{" + longText + ":1}")).isFalse();
    }

    @Test
    void referencesByAnchorAndToOtherDocumentsAreToldToBeUnchecked() {
        var schema =
                json(
                        "{`$ref`:`#a`,`$defs`:{`a`:{`$anchor`:`a`},`b`:{`$ref`:`https://example.org/s`}}}");
        assertThat(JsonSchema.faults(schema)).isEmpty();
        assertThat(JsonSchema.unchecked(schema)).containsExactly("/$ref", "/$defs/b/$ref");
        assertThat(JsonSchema.of(schema).violation(json("{}"))).isEmpty();
    }
}
