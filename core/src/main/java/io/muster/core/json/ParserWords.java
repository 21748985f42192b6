package io.muster.core.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.util.regex.Pattern;

/// What the JSON parser found wrong, in one sentence without its own internals.
final class ParserWords {
    /// `(start marker at [Source: ...; line: 1, column: 5])`, `(for Array starting at [Source: ...; line: 1, column: 1])`.
    private static final Pattern OPENED =
            Pattern.compile(
                    "\\((?:start marker|for (?:Object|Array) starting) at \\[Source:.*?line: (\\d+), column: (\\d+)]\\)");

    private static final Pattern SOURCE = Pattern.compile("\\s*\\(?(?:at )?\\[Source:[^]]*]\\)?");
    private static final Pattern CODE = Pattern.compile(" \\(code \\d+\\)");

    private ParserWords() {}

    static String of(JsonProcessingException fault) {
        String said = String.valueOf(fault.getOriginalMessage());
        if (fault instanceof JsonEOFException) {
            return "the text ends too early" + whereOpened(said);
        }
        String plain = OPENED.matcher(said).replaceAll("(opened at $1:$2)");
        plain = SOURCE.matcher(plain).replaceAll("");
        plain = CODE.matcher(plain).replaceAll("");
        // The parser begins its sentences as sentences; ours follow a place.
        return plain.isEmpty()
                ? "this is no JSON"
                : Character.toLowerCase(plain.charAt(0)) + plain.substring(1);
    }

    private static String whereOpened(String said) {
        var opened = OPENED.matcher(said);
        if (opened.find()) {
            String what = said.contains("for Array") ? "array" : "object";
            return ": the %s opened at %s:%s is not closed"
                    .formatted(what, opened.group(1), opened.group(2));
        }
        if (said.contains("closing quote")) {
            return ": a string is not closed";
        }
        return "";
    }
}
