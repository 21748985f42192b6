package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.math.BigDecimal;
import java.util.Locale;

/// Reads a query option character by character. Confined to one thread.
final class Scanner {
    /// Deeper nesting is refused, so that no text can exhaust the stack.
    static final int MAX_DEPTH = 100;

    private final String option;
    private final String text;
    private int at;

    Scanner(String option, String text) {
        this.option = option;
        this.text = text;
    }

    ODataException fault(String why) {
        return new ODataException(option, text, at, why);
    }

    ODataException faultAt(int place, String why) {
        return new ODataException(option, text, place, why);
    }

    /// Where the next word begins.
    int at() {
        skipBlanks();
        return at;
    }

    void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    boolean atEnd() {
        skipBlanks();
        return at == text.length();
    }

    /// Takes the character when it is next.
    boolean take(char c) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    void expect(char c) throws ODataException {
        if (!take(c)) {
            throw fault("'" + c + "' was expected.");
        }
    }

    /// Takes the word, ignoring case, when it is next and ends there.
    boolean takeWord(String word) {
        skipBlanks();
        int end = at + word.length();
        if (text.regionMatches(true, at, word, 0, word.length())
                && (end == text.length() || !isNamePart(text.charAt(end)))) {
            at = end;
            return true;
        }
        return false;
    }

    /// Takes the name of a function with its opening parenthesis when it is next.
    boolean takeCall(String function) {
        int from = at;
        if (takeWord(function) && take('(')) {
            return true;
        }
        at = from;
        return false;
    }

    boolean nextIsCall(String function) {
        int from = at;
        boolean found = takeCall(function);
        at = from;
        return found;
    }

    /// Whether no name is next: a text in quotes, a number, true, false or null.
    boolean nextIsLiteral() {
        int from = at;
        boolean word = takeWord("true") || takeWord("false") || takeWord("null");
        at = from;
        skipBlanks();
        return word
                || nextIsQuote()
                || (at < text.length()
                        && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-'));
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '.' || c == '@';
    }

    String name() throws ODataException {
        skipBlanks();
        int from = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        if (from == at) {
            throw fault("a name was expected.");
        }
        return text.substring(from, at);
    }

    boolean nextIsQuote() {
        skipBlanks();
        return at < text.length() && text.charAt(at) == '\'';
    }

    /// A text in quotes, doubled inside for one.
    String quoted() throws ODataException {
        expect('\'');
        var out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '\'') {
                out.append(c);
            } else if (at < text.length() && text.charAt(at) == '\'') {
                out.append('\'');
                at++;
            } else {
                return out.toString();
            }
        }
        throw fault("the text has no closing quote.");
    }

    /// A text, number, date, true, false or null.
    Dynamic literal() throws ODataException {
        if (nextIsQuote()) {
            return Dynamic.of(quoted());
        }
        skipBlanks();
        int from = at;
        while (at < text.length()
                && (isNamePart(text.charAt(at)) || "+-:".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        String word = text.substring(from, at);
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "true" -> Dynamic.TRUE;
            case "false" -> Dynamic.FALSE;
            case "null" -> Dynamic.NULL;
            case "" -> throw fault("a literal was expected.");
            default -> number(word);
        };
    }

    /// A number, or the word itself: dates and guids need no quotes.
    private static Dynamic number(String word) {
        if (word.matches("-?\\d{1,18}")) {
            return Dynamic.of(Long.parseLong(word));
        }
        if (word.matches("-?\\d+\\.\\d+")) {
            return Dynamic.of(new BigDecimal(word).doubleValue());
        }
        return Dynamic.of(word);
    }
}
