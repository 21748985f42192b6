package io.muster.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "1",
                "-0.5",
                "\"x\"",
                "[]",
                "{}",
                "[1,[2,{\"a\":null}]]",
                "{\"a b\":\"\\u0001\"}"
            })
    void textComesBackAsItWas(String text) throws JsonException {
        assertThat(Json.write(Json.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'a':1|the text ends too early: the object opened at 1:1 is not closed",
                "{'a':[1,2|the text ends too early: the array opened at 1:6 is not closed",
                "{'a':'x|the text ends too early: a string is not closed",
                "[1}|unexpected close marker '}': expected ']' (opened at 1:1)",
                "{'a' 1}|unexpected character ('1'): was expecting a colon to separate field name and value"
            })
    void faultsAreToldInOneSentence(String text, String message) {
        assertThatThrownBy(() -> Json.parse(text.replace('\'', '"')))
                .isInstanceOf(JsonException.class)
                .hasMessage(message);
    }

    @Test
    void numbersBeyondDoubleKeepEveryDigit() throws JsonException {
        assertThat(Json.parse("12345678901234567890"))
                .isEqualTo(new Dynamic.Decimal(new BigDecimal("12345678901234567890")));
        assertThat(Json.parse("1e400")).isEqualTo(new Dynamic.Decimal(new BigDecimal("1e400")));
        assertThat(Json.parse("0.1234567890123456789"))
                .isEqualTo(new Dynamic.Decimal(new BigDecimal("0.1234567890123456789")));
        assertThat(Json.parse("0.1")).isEqualTo(Dynamic.of(0.1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{'a':}|1|6", "[1,|1|4", "{'a':1}x|1|8", "|1|1"})
    void faultsNameTheirPlace(String text, int line, int column) {
        String json = text == null ? "" : text.replace('\'', '"');
        assertThatThrownBy(() -> Json.parse(json))
                .isInstanceOfSatisfying(
                        JsonException.class,
                        e -> {
                            assertThat(e.line()).isEqualTo(line);
                            assertThat(e.column()).isBetween((long) column - 1, (long) column + 1);
                        });
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/a/b/1|\"x\"",
                "/a/c|12",
                "/a|{",
                "/a/missing|{",
                "/d~1e|true",
            })
    void valuesAreFoundByPointer(String pointer, String found) {
        var source =
                new SourceText(
                        "", "{\n \"a\": {\"b\": [null, \"x\"], \"c\": 12},\n \"d/e\": true}");
        var span = Json.locate(source, pointer);
        assertThat(source.text().substring(span.start(), span.end())).isEqualTo(found);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[] bytes = {'"', (byte) 0xC3, 0x28, '"'};
        assertThatThrownBy(() -> Json.parse(bytes)).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Json.parse(new byte[] {'"', (byte) 0xFF, '"'}))
                .isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5,0.5",
        "1,1.0",
        "10000000000,10000000000.0",
        "-123456789012345.6,-123456789012345.6",
        "1e15,1E+15",
        "1.25e-7,1.25E-07",
        "0.0001,0.0001",
        "-0.00001,-1E-05",
        "1e300,1E+300",
        "1.7976931348623157e308,1.7976931348623157E+308",
        "4.9e-324,4.9E-324"
    })
    void realsAreWrittenAsAzureWritesThem(double number, String text) throws JsonException {
        assertThat(Json.write(Dynamic.of(number))).isEqualTo(text);
        assertThat(Json.parse(text)).isEqualTo(Dynamic.of(number));
    }
}
