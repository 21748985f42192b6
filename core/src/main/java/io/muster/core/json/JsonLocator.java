package io.muster.core.json;

import io.muster.core.diagnostic.SourceSpan;
import java.io.IOException;
import java.io.StringReader;

/// Finds the place of a JSON pointer by reading the text again.
final class JsonLocator {
    private JsonLocator() {}

    static SourceSpan locate(String text, String pointer) {
        SourceSpan nearest = SourceSpan.at(0);
        int nearestLength = -1;
        try (var cursor = JsonCursor.of(new StringReader(text), JsonLimits.DEFAULT)) {
            for (var token = cursor.next(); token != JsonCursor.Token.END; token = cursor.next()) {
                if (token == JsonCursor.Token.NAME
                        || token == JsonCursor.Token.END_OBJECT
                        || token == JsonCursor.Token.END_ARRAY) {
                    continue;
                }
                String at = cursor.pointer();
                boolean container =
                        token == JsonCursor.Token.START_OBJECT
                                || token == JsonCursor.Token.START_ARRAY;
                // Inside a container that was just opened the context is already the container's
                // own.
                if (!isWithin(pointer, at)) {
                    if (container) {
                        cursor.skipValue();
                    }
                    continue;
                }
                if (at.length() > nearestLength) {
                    int start = Math.toIntExact(cursor.tokenStart());
                    if (!container) {
                        cursor.text();
                    }
                    int end = container ? start + 1 : Math.toIntExact(cursor.tokenEnd());
                    nearest = new SourceSpan(start, Math.max(start, Math.min(end, text.length())));
                    nearestLength = at.length();
                }
                if (at.length() == pointer.length()) {
                    return nearest;
                }
            }
            return nearest;
        } catch (IOException | JsonException unreadable) {
            // The text itself is at fault behind this place; what was found so far is the best
            // answer.
            return nearest;
        }
    }

    private static boolean isWithin(String pointer, String ancestor) {
        return pointer.startsWith(ancestor)
                && (pointer.length() == ancestor.length()
                        || pointer.charAt(ancestor.length()) == '/');
    }
}
