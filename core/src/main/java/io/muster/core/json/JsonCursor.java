package io.muster.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.muster.core.value.Dynamic;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// A forward reader over the tokens of one or many JSON values (an NDJSON stream is many). Confined to one thread.
public final class JsonCursor implements Closeable {

    /// The kind of the current token.
    public enum Token {
        START_OBJECT,
        END_OBJECT,
        START_ARRAY,
        END_ARRAY,
        NAME,
        STRING,
        WHOLE,
        FRACTION,
        TRUE,
        FALSE,
        NULL,
        /// The input ended.
        END
    }

    /// Digits of a number: of its whole part, fraction and exponent together.
    static final int MAX_NUMBER = 10_000;

    private static final String TWICE = "the object has two members of this name";

    private static final JsonFactory BASE = factory(JsonLimits.DEFAULT);

    private final JsonParser parser;
    private Token token = Token.END;

    private JsonCursor(JsonParser parser) {
        this.parser = parser;
    }

    private static JsonFactory factory(JsonLimits limits) {
        return JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(limits.maxDepth())
                                .maxStringLength(limits.maxStringLength())
                                .maxNameLength(maxName(limits))
                                .maxNumberLength(MAX_NUMBER)
                                .maxDocumentLength(-1)
                                .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /// The longest name: in characters, or in bytes when bytes are read.
    static int maxName(JsonLimits limits) {
        return Math.min(limits.maxStringLength(), 1_000_000);
    }

    private static JsonFactory factoryFor(JsonLimits limits) {
        return limits.equals(JsonLimits.DEFAULT) ? BASE : factory(limits);
    }

    public static JsonCursor of(Reader text, JsonLimits limits) throws IOException {
        return new JsonCursor(factoryFor(limits).createParser(text));
    }

    /// Reads UTF-8 (or UTF-16/32 by its byte order mark).
    public static JsonCursor of(InputStream bytes, JsonLimits limits) throws IOException {
        return new JsonCursor(factoryFor(limits).createParser(bytes));
    }

    /// Reads a stretch of UTF-8 bytes.
    public static JsonCursor of(byte[] bytes, int offset, int length, JsonLimits limits)
            throws IOException {
        return new JsonCursor(factoryFor(limits).createParser(bytes, offset, length));
    }

    /// Moves to the next token.
    public Token next() throws IOException, JsonException {
        try {
            token = tokenOf(parser.nextToken());
            return token;
        } catch (JsonProcessingException fault) {
            throw fault(ParserWords.of(fault));
        }
    }

    public Token token() {
        return token;
    }

    private static Token tokenOf(@Nullable JsonToken token) {
        if (token == null) {
            return Token.END;
        }
        return switch (token) {
            case START_OBJECT -> Token.START_OBJECT;
            case END_OBJECT -> Token.END_OBJECT;
            case START_ARRAY -> Token.START_ARRAY;
            case END_ARRAY -> Token.END_ARRAY;
            case FIELD_NAME -> Token.NAME;
            case VALUE_STRING -> Token.STRING;
            case VALUE_NUMBER_INT -> Token.WHOLE;
            case VALUE_NUMBER_FLOAT -> Token.FRACTION;
            case VALUE_TRUE -> Token.TRUE;
            case VALUE_FALSE -> Token.FALSE;
            case VALUE_NULL -> Token.NULL;
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalStateException(token.name());
        };
    }

    /// The text of a name, string or number.
    public String text() throws IOException, JsonException {
        try {
            return parser.getText();
        } catch (JsonProcessingException fault) {
            throw fault(ParserWords.of(fault));
        }
    }

    /// Looks at the text of the current name or string, which the parser otherwise checks only when asked for it.
    void checkText() throws IOException, JsonException {
        try {
            parser.getTextLength();
        } catch (JsonProcessingException fault) {
            throw fault(ParserWords.of(fault));
        }
    }

    /// The current number as the narrowest of [Dynamic.Whole], [Dynamic.Real] and [Dynamic.Decimal] that loses nothing.
    public Dynamic number() throws IOException, JsonException {
        try {
            if (token == Token.WHOLE) {
                return switch (parser.getNumberType()) {
                    case INT, LONG -> new Dynamic.Whole(parser.getLongValue());
                    default -> new Dynamic.Decimal(new BigDecimal(parser.getBigIntegerValue()));
                };
            }
            return fraction(parser.getDoubleValue(), parser.getText());
        } catch (JsonProcessingException fault) {
            throw fault(ParserWords.of(fault));
        } catch (NumberFormatException fault) {
            throw fault("the number is too large");
        }
    }

    /// @param real the double nearest to the number in the text
    static Dynamic fraction(double real, String text) {
        if (!Double.isFinite(real)) {
            return new Dynamic.Decimal(new BigDecimal(text));
        }
        // Up to 15 significant digits a double gives back the same decimal number.
        if (text.length() <= 16 && real != 0) {
            return new Dynamic.Real(real);
        }
        var exact = new BigDecimal(text);
        return new BigDecimal(Double.toString(real)).compareTo(exact) == 0
                ? new Dynamic.Real(real)
                : new Dynamic.Decimal(exact);
    }

    /// Reads the value whose first token is the current one; the cursor ends on its last token. The last of two members of one name wins.
    public Dynamic readValue() throws IOException, JsonException {
        return readValue(false);
    }

    /// [#readValue] of a value whose objects must not name a member twice: for who must not lose what was written.
    public Dynamic readUniqueValue() throws IOException, JsonException {
        return readValue(true);
    }

    private Dynamic readValue(boolean unique) throws IOException, JsonException {
        return switch (token) {
            case STRING -> new Dynamic.Text(text());
            case WHOLE, FRACTION -> number();
            case TRUE -> Dynamic.TRUE;
            case FALSE -> Dynamic.FALSE;
            case NULL -> Dynamic.NULL;
            case START_ARRAY -> {
                var items = new ArrayList<Dynamic>();
                while (next() != Token.END_ARRAY) {
                    items.add(readValue(unique));
                }
                yield new Dynamic.Array(items);
            }
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, Dynamic>();
                while (next() != Token.END_OBJECT) {
                    String name = text();
                    next();
                    if (unique && members.containsKey(name)) {
                        throw twice();
                    }
                    members.put(name, readValue(unique));
                }
                yield new Dynamic.Bag(members);
            }
            case END_OBJECT, END_ARRAY, NAME, END -> throw fault("a JSON value was expected");
        };
    }

    /// Passes over the value whose first token is the current one; the cursor ends on its last token.
    public void skipValue() throws IOException, JsonException {
        try {
            parser.skipChildren();
            token = tokenOf(parser.currentToken());
        } catch (JsonProcessingException fault) {
            throw fault(ParserWords.of(fault));
        }
    }

    /// The JSON pointer of the current token.
    public String pointer() {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    /// The line of the current place, from 1.
    public long line() {
        return parser.currentLocation().getLineNr();
    }

    /// Offset of the current token's first character (or byte when reading bytes).
    public long tokenStart() {
        var at = parser.currentTokenLocation();
        return at.getCharOffset() >= 0 ? at.getCharOffset() : at.getByteOffset();
    }

    /// Offset just behind what was read.
    public long tokenEnd() {
        var at = parser.currentLocation();
        return at.getCharOffset() >= 0 ? at.getCharOffset() : at.getByteOffset();
    }

    /// The fault of an object that names a member again, at that member's value.
    public JsonException twice() {
        return fault(TWICE);
    }

    /// A fault at the current place.
    public JsonException fault(String message) {
        var at = parser.currentLocation();
        return new JsonException(message, at.getLineNr(), at.getColumnNr(), pointer());
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
