package io.muster.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.core.column.ShreddingBuilder;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonBytesTest {
    private static final JsonLimits SHALLOW = new JsonLimits(20, 100, 1000);

    private static final String BREAKERS = "{}[]\",:\\ \n0e-ut\u00c3";

    /// As columns give it back.
    private static Dynamic read(byte[] text, JsonLimits limits) throws JsonException {
        return read(text, 0, text.length, limits);
    }

    private static Dynamic read(byte[] text, int offset, int length, JsonLimits limits)
            throws JsonException {
        var in = new JsonBytes(limits);
        in.reset(text, offset, length);
        var builder = new ShreddingBuilder();
        builder.append(in);
        in.end();
        return builder.build().dynamic(0);
    }

    private static Dynamic read(String text) throws JsonException {
        return read(text.getBytes(StandardCharsets.UTF_8), SHALLOW);
    }

    @Test
    void readsWhatTheCursorReads() throws JsonException {
        for (String text :
                List.of(
                        "{}",
                        "[]",
                        " \t\r\n[ ] ",
                        "[1,-0,0,12345678901234567,999999999999999999,-9223372036854775808]",
                        "[9223372036854775807,9223372036854775808,123456789012345678901234567890]",
                        "[0.1,-1.5e3,1E+2,1e-400,1e400,0.0,1.23456789012345678901]",
                        "[true,false,null,\"\",\"a\",\"12345678\",\"123456789\"]",
                        "{\"a\" : 1 , \"b\"\n:\t{\"c\":[{},[],[[]]]}}",
                        "\"\\u00e9\\ud83d\\ude00\\n\\t\\r\\b\\f\\/\\\\\\\"\"",
                        "\"Größe 日本 😀 and a text longer than a word\"",
                        "{\"\\u0061\":1,\"b\\\"\":2,\"é\":3}",
                        "[{\"a\":1,\"b\":2},{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},{\"c\":0},{\"a\":1}]",
                        "[\"x\\\"y\",\"x\\\"y\",\"x\",\"x\"]")) {
            assertThat(read(text)).as(text).isEqualTo(Json.parse(text));
        }
    }

    @Test
    void takesNumbersAsLongAsTheCursorTakes() {
        String digits = "1".repeat(JsonCursor.MAX_NUMBER - 10);
        for (String sign : List.of("", "-")) {
            for (int more = 8; more <= 12; more++) {
                String tail = "2".repeat(more);
                for (String number :
                        List.of(
                                sign + digits + tail,
                                sign + digits + "." + tail,
                                sign + "0." + digits + tail,
                                sign + digits.substring(3) + ".5" + tail + "e-10",
                                sign + digits.substring(3) + tail + "E+10")) {
                    byte[] text = number.getBytes(StandardCharsets.UTF_8);
                    String form = number.replaceAll("([12])\\1{5,}", "$1.." + number.length());
                    Object one = valueOrFault(() -> read(text, JsonLimits.DEFAULT));
                    assertThat(one).as(form).isEqualTo(valueOrFault(() -> Json.parse(text)));
                }
            }
        }
    }

    private interface Reading {
        Dynamic now() throws JsonException;
    }

    private static Object valueOrFault(Reading reading) {
        try {
            return reading.now();
        } catch (JsonException refused) {
            return refused.describe();
        }
    }

    @Test
    void passesOverAByteOrderMark() throws JsonException {
        assertThat(read("\uFEFF{\"a\":1}")).isEqualTo(Dynamic.bag().put("a", 1).build());
    }

    @Test
    void refusesWhatTheCursorRefuses() {
        for (String text :
                List.of(
                        "",
                        "{",
                        "[",
                        "[1,",
                        "[1,]",
                        "[,1]",
                        "[1 2]",
                        "{\"a\"}",
                        "{\"a\":}",
                        "{\"a\":1,}",
                        "{\"a\":1 \"b\":2}",
                        "{a:1}",
                        "{\"a\":1}]",
                        "{\"a\":1}{",
                        "tru",
                        "truer",
                        "nul",
                        "01",
                        "-",
                        "1.",
                        ".5",
                        "1e",
                        "+1",
                        "\"",
                        "\"abc",
                        "\"a\nb\"",
                        "\"\\x\"",
                        "\"\\u12\"",
                        "\"\\u12G4\"",
                        "\u0000",
                        "[\u0001]")) {
            assertThatThrownBy(() -> read(text)).as(text).isInstanceOf(JsonException.class);
        }
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        for (String hex :
                List.of(
                        "80",
                        "c080",
                        "c1bf",
                        "e08080",
                        "eda080",
                        "f0808080",
                        "f4908080",
                        "f5808080",
                        "ff",
                        "c3",
                        "e282")) {
            byte[] inside = HexFormat.of().parseHex("22" + hex + "22");
            assertThatThrownBy(() -> read(inside, SHALLOW))
                    .as(hex)
                    .isInstanceOf(JsonException.class);
            byte[] escaped = HexFormat.of().parseHex("225c6e" + hex + "20202020202020202022");
            assertThatThrownBy(() -> read(escaped, SHALLOW))
                    .as(hex)
                    .isInstanceOf(JsonException.class);
        }
    }

    /// The fault of a text whose characters up to U+00FF are its bytes; it must be the cursor's, word and place.
    private static void refusedAsByTheCursor(String latin) {
        byte[] text = latin.getBytes(StandardCharsets.ISO_8859_1);
        var theirs = faultOf(() -> Json.parse(text));
        // Not at the start of its array, nor at its end.
        byte[] wide = new byte[text.length + 24];
        Arrays.fill(wide, (byte) '"');
        System.arraycopy(text, 0, wide, 3, text.length);
        for (var ours :
                List.of(
                        faultOf(() -> read(text, JsonLimits.DEFAULT)),
                        faultOf(() -> read(wide, 3, text.length, JsonLimits.DEFAULT)))) {
            assertThat(ours.line() + ":" + ours.column() + " " + ours.getMessage())
                    .as(latin)
                    .isEqualTo(theirs.line() + ":" + theirs.column() + " " + theirs.getMessage());
        }
    }

    private static JsonException faultOf(ThrowingCallable reading) {
        return catchThrowableOfType(JsonException.class, reading);
    }

    @Test
    void refusesBytesThatAreNoUtf8BesideHalfOfASurrogatePair() {
        for (String text :
                List.of(
                        "[\"\\nSECRETSECRET\",\"\\ud800\u00f1\"]",
                        "[\"\\nSECRETSECRET\",\"\\ud800\u00e2\"]",
                        "\"\\ud800\u00ff\"",
                        "\"\\ud800\u00ed\u00b0\u0080\"",
                        "\"\u00ed\u00a0\u0080\\udc00\"",
                        "\"\\ud83d\u00a7\\ude00\"")) {
            refusedAsByTheCursor(text);
        }
    }

    @Test
    void readsHalfOfASurrogatePairAsTheCursorDoes() throws JsonException {
        for (String text :
                List.of("\"\\ud800\"", "\"\\ude00é日😀\\ud83d\"", "\"\\ud800\\ud83d\\ude00\"")) {
            assertThat(read(text)).as(text).isEqualTo(Json.parse(text));
        }
    }

    @Test
    void refusesNamesWithHalfOfASurrogatePair() {
        refusedAsByTheCursor("{\"\\ud800\":1}");
        refusedAsByTheCursor("{\"a\":{\"b\\udc00\":\"c\"}}");
        refusedAsByTheCursor("[{\"a\":1},{\"\\ud800\\u0041\":1}]");
        refusedAsByTheCursor("{\"\\ud800\u00ff\":1}");
    }

    @Test
    void tellsThePlaceAsTheCursorDoes() {
        for (String text :
                List.of(
                        "{\"kf\":\"long text that \u00bcgoes on and on\"}",
                        "{\"kf\":\"a\",\n \"kg\" : \"long text that \u00bcgoes on and on\"}",
                        "{\"a\":1,\"kf\":\"a text that is not closed",
                        "{\"a\":1,\"kf\":\"a text that is not\nclosed\"}",
                        "{\"kb\":\"\\d83d\"}",
                        "{\"kb\":[1,\"\\u12G4\"]}",
                        "{\"k\u00bc\":1}",
                        "{\"k\":1,\"not closed",
                        "{\"k\":tru}",
                        "{\"k\":01}",
                        "{\"k\":1.,\"l\":2}",
                        "{\"k\":1 \"l\":2}",
                        "{\"k\" 1}",
                        "{\"k\":\"a\" \"b\"}",
                        "[\"a\",1e99999999999,\"b\"]",
                        "{\"k\":1e99999999999,\"l\":2}",
                        "\"a\" \"and another text\"",
                        "\u00ef\u00bb\u00bf{\"k\":\"a\u00bc\"}")) {
            refusedAsByTheCursor(text);
        }
    }

    @Test
    void tellsThePlaceFarBehindInAText() {
        refusedAsByTheCursor(
                "[" + "{\"name\":\"a value\",\"n\":1.5},\n".repeat(2000) + "{\"k\":\"a\u00bc\"}]");
    }

    @Test
    void refusesTextsThatBeginAsNoUtf8() {
        refusedAsByTheCursor("\u0000\u0000\u00ff\u00fe");
    }

    @Test
    void countsTheLengthOfTextsInUtf16Units() throws JsonException {
        for (String fitting : List.of("日".repeat(100), "é".repeat(100), "😀".repeat(50))) {
            for (String text : List.of(fitting, "\\t" + fitting.substring(2) + "a")) {
                assertThat(read("\"" + text + "\"")).isEqualTo(Json.parse("\"" + text + "\""));
                byte[] longer = ("\"" + text + "a\"").getBytes(StandardCharsets.UTF_8);
                assertThatThrownBy(() -> read(longer, SHALLOW)).isInstanceOf(JsonException.class);
                assertThatThrownBy(() -> cursorRead(longer)).isInstanceOf(JsonException.class);
            }
        }
    }

    @Test
    void countsTheLengthOfNamesInBytesAsTheCursorDoes() throws JsonException {
        byte[] fits = ("{\"" + "é".repeat(50) + "\":1}").getBytes(StandardCharsets.UTF_8);
        assertThat(read(fits, SHALLOW)).isEqualTo(cursorRead(fits));
        byte[] longer = ("{\"" + "é".repeat(51) + "\":1}").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> cursorRead(longer)).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> read(longer, SHALLOW)).isInstanceOf(JsonException.class);
    }

    private static Dynamic cursorRead(byte[] text) throws JsonException {
        try (var cursor = JsonCursor.of(text, 0, text.length, SHALLOW)) {
            cursor.next();
            return cursor.readValue();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Test
    void keepsToItsLimits() {
        assertThatThrownBy(() -> read("[".repeat(21) + "]".repeat(21)))
                .isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> read("\"" + "a".repeat(101) + "\""))
                .isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> read("1".repeat(10_001))).isInstanceOf(JsonException.class);
    }

    /// Broken in one place, a text is read as the cursor reads it, or refused with its line, and never anything else.
    @Test
    void agreesWithTheCursorOnBrokenTexts() {
        byte[] whole =
                ("{\"id\":\"/subscriptions/s\",\n\"n\":[1,2.5,-3e2,true,false,null],\"t\":\"a\\u0041\\n\","
                                + "\"o\":{\"k\":\"väl\",\"l\":{}}}")
                        .getBytes(StandardCharsets.UTF_8);
        var random = new SplittableRandom(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] broken = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                broken[random.nextInt(broken.length)] =
                        (byte) BREAKERS.charAt(random.nextInt(BREAKERS.length()));
            }
            if (random.nextInt(4) == 0) {
                broken = Arrays.copyOf(broken, random.nextInt(broken.length));
            }
            Dynamic ours = null;
            try {
                ours = read(broken, JsonLimits.DEFAULT);
            } catch (JsonException fault) {
                assertThat(fault.line()).isPositive();
                assertThat(fault.getMessage()).isNotBlank();
            }
            Dynamic theirs = null;
            try {
                theirs = Json.parse(broken);
            } catch (JsonException fault) {
                // Refused: then ours must be, too.
                assertThat(ours).as(new String(broken, StandardCharsets.UTF_8)).isNull();
            }
            if (ours != null) {
                assertThat(ours).as(new String(broken, StandardCharsets.UTF_8)).isEqualTo(theirs);
            }
        }
    }
}
