package io.muster.core.json;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;

/// Whole JSON documents to [Dynamic] and back.
public final class Json {
    private Json() {}

    /// Reads exactly one JSON value; anything after it but blanks is an error.
    public static Dynamic parse(String text) throws JsonException {
        return parse(text, JsonLimits.DEFAULT);
    }

    public static Dynamic parse(String text, JsonLimits limits) throws JsonException {
        try (var cursor = JsonCursor.of(new StringReader(text), limits)) {
            return whole(cursor);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Reads exactly one JSON value of UTF-8 text; bytes that are no UTF-8 are an error, not replaced.
    public static Dynamic parse(byte[] utf8) throws JsonException {
        try (var cursor = JsonCursor.of(utf8, 0, utf8.length, JsonLimits.DEFAULT)) {
            return whole(cursor);
        } catch (CharConversionException notUtf8) {
            throw new JsonException("the text is not UTF-8: " + notUtf8.getMessage(), 1, 1, "");
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Dynamic whole(JsonCursor cursor) throws IOException, JsonException {
        if (cursor.next() == JsonCursor.Token.END) {
            throw cursor.fault("a JSON value was expected");
        }
        Dynamic value = cursor.readValue();
        if (cursor.next() != JsonCursor.Token.END) {
            throw cursor.fault("nothing may follow the JSON value");
        }
        return value;
    }

    /// Compact JSON; members in the bag's order.
    public static String write(Dynamic value) {
        return JsonText.write(value);
    }

    /// Compact JSON; empty when it would have more UTF-16 units than that.
    public static Optional<String> write(Dynamic value, int most) {
        return JsonText.write(value, most);
    }

    /// JSON over several lines, indented by two blanks.
    public static String writePretty(Dynamic value) {
        return JsonText.writePretty(value, "  ");
    }

    /// JSON over several lines.
    ///
    /// @param indent blanks a level
    public static String writePretty(Dynamic value, int indent) {
        return JsonText.writePretty(value, " ".repeat(indent));
    }

    /// A finite real as [#write] has it.
    public static String number(double real) {
        return JsonText.number(real);
    }

    /// Where in a JSON text the value of a pointer stands (its own tokens, without the name); the nearest ancestor found when it is not there.
    /// The text is read again to find it, so that reading costs nothing when nobody asks.
    public static SourceSpan locate(SourceText source, String pointer) {
        return JsonLocator.locate(source.text(), pointer);
    }
}
