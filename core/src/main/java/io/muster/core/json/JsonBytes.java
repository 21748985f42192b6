package io.muster.core.json;

import io.muster.core.value.Dynamic;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A reader over one JSON value in UTF-8 that hands out places in the text instead of objects, for those who put values into columns. The
/// caller follows the grammar: [#peek] tells what comes, then one of the reading methods takes it. Strict as [JsonCursor], which also words
/// its faults. Used again by [#reset]. Confined to one thread.
public final class JsonBytes {
    private static final long QUOTES = Utf8.repeated('"');
    private static final long BACKSLASHES = Utf8.repeated('\\');

    private final JsonLimits limits;
    private byte[] bytes = {};
    private int start;
    private int end;
    private int at;
    private int depth;

    // The text read last: where it is, and its hash.
    private byte[] text = {};
    private int textFrom;
    private int textTo;
    private int textHash;
    private boolean plain;
    private boolean loneSurrogate;

    /// Texts with escapes are put here.
    private byte[] unescaped = new byte[256];

    public JsonBytes(JsonLimits limits) {
        this.limits = limits;
    }

    /// Begins with another text. The bytes must not change while they are read.
    public void reset(byte[] utf8, int offset, int length) {
        bytes = utf8;
        start = offset;
        end = offset + length;
        at = offset;
        depth = 0;
        boolean marked =
                length >= 3
                        && utf8[offset] == (byte) 0xEF
                        && utf8[offset + 1] == (byte) 0xBB
                        && utf8[offset + 2] == (byte) 0xBF;
        if (marked) {
            at += 3;
        }
    }

    /// Goes back to the beginning.
    public void again() {
        reset(bytes, start, end - start);
    }

    /// The first byte of what comes next, behind white space; 0 at the end.
    public byte peek() {
        while (at < end) {
            byte next = bytes[at];
            if (next > ' ') {
                return next;
            }
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                // A fault for whoever reads on: no value begins with it.
                return next == 0 ? 1 : next;
            }
            at++;
        }
        return 0;
    }

    /// Enters an object or array; [#peek] gave its bracket.
    public void enter() throws JsonException {
        if (++depth > limits.maxDepth()) {
            throw fault("nested deeper than " + limits.maxDepth() + " levels");
        }
        at++;
    }

    /// Whether the object or array just entered is empty; then it is left.
    public boolean leaveIfEmpty(char bracket) {
        if (peek() != bracket) {
            return false;
        }
        at++;
        depth--;
        return true;
    }

    /// Whether another member or item follows; otherwise the object or array is left.
    public boolean more(char bracket) throws JsonException {
        byte next = peek();
        if (next == ',') {
            at++;
            return true;
        }
        if (next == bracket) {
            at++;
            depth--;
            return false;
        }
        throw fault("',' or '" + bracket + "' was expected");
    }

    /// Takes a member's name and colon when they stand here exactly as `quoted`, `"name":`; whether it did.
    public boolean takeName(byte[] quoted) {
        if (end - at < quoted.length || !Utf8.isEqual(bytes, at, quoted, 0, quoted.length)) {
            return false;
        }
        at += quoted.length;
        return true;
    }

    /// Reads a member's name, as [#text] and its kin give it then, and the colon.
    public void name() throws JsonException {
        if (peek() != '"') {
            throw fault("a name in quotes was expected");
        }
        string();
        if (loneSurrogate) {
            throw fault("a name has half of a surrogate pair");
        }
        if (textTo - textFrom > JsonCursor.maxName(limits)) {
            throw fault("a name is longer than " + JsonCursor.maxName(limits) + " bytes");
        }
        if (peek() != ':') {
            throw fault("':' was expected");
        }
        at++;
    }

    /// Takes a string when it stands here exactly as that stretch of text, which has no character that JSON escapes; whether it did.
    public boolean takeString(byte[] utf8, int from, int to) {
        int length = to - from;
        int behind = at + 1 + length;
        if (behind >= end
                || bytes[behind] != '"'
                || !Utf8.isEqual(bytes, at + 1, utf8, from, length)) {
            return false;
        }
        at = behind + 1;
        return true;
    }

    /// Reads a string; [#peek] gave its quote. Until the next one its text is `textBytes()[textFrom() .. textTo())`.
    public void string() throws JsonException {
        int from = at + 1;
        int i = from;
        long hash = 0;
        boolean ascii = true;
        int last = Math.min(end, bytes.length - 7);
        while (i < last) {
            long word = Utf8.word(bytes, i);
            long stop =
                    Utf8.matches(word, QUOTES)
                            | Utf8.matches(word, BACKSLASHES)
                            | Utf8.controls(word);
            if (stop == 0) {
                ascii &= Utf8.isAscii(word);
                hash = Utf8.mixed(hash, word);
                i += 8;
                continue;
            }
            int n = Long.numberOfTrailingZeros(stop) >>> 3;
            long tail = n == 0 ? 0 : word & -1L >>> (8 - n) * 8;
            i += n;
            if (i >= end || bytes[i] != '"') {
                break;
            }
            ascii &= Utf8.isAscii(tail);
            if (!ascii && !Utf8.isValid(bytes, from, i)) {
                throw textFault("the text is no valid UTF-8");
            }
            found(bytes, from, i, Utf8.finished(Utf8.mixed(hash, tail), i - from));
            plain = true;
            loneSurrogate = false;
            at = i + 1;
            return;
        }
        slowString(from);
    }

    private void found(byte[] in, int from, int to, int hash) throws JsonException {
        // There are never more units than bytes: most texts need no count.
        if (to - from > limits.maxStringLength()
                && units(in, from, to) > limits.maxStringLength()) {
            throw textFault("a string is longer than " + limits.maxStringLength() + " characters");
        }
        text = in;
        textFrom = from;
        textTo = to;
        textHash = hash;
    }

    /// The UTF-16 units of a text: one for each first byte, two when three more follow it.
    private static int units(byte[] in, int from, int to) {
        int units = 0;
        for (int i = from; i < to; i++) {
            if ((in[i] & 0xC0) != 0x80) {
                units += (in[i] & 0xF8) == 0xF0 ? 2 : 1;
            }
        }
        return units;
    }

    /// A string with escapes, or near the end of the array.
    private void slowString(int from) throws JsonException {
        int to = 0;
        int i = from;
        loneSurrogate = false;
        plain = true;
        while (true) {
            if (i >= end || bytes[i] >= 0 && bytes[i] < ' ') {
                throw textFault("a string is not closed");
            }
            byte next = bytes[i];
            if (next == '"') {
                break;
            }
            if (to + 4 > unescaped.length) {
                unescaped = Arrays.copyOf(unescaped, unescaped.length * 2);
            }
            if (next != '\\') {
                unescaped[to++] = next;
                i++;
                continue;
            }
            plain = false;
            if (i + 1 >= end) {
                throw textFault("a string is not closed");
            }
            byte escaped = bytes[i + 1];
            i += 2;
            switch (escaped) {
                case '"', '\\', '/' -> unescaped[to++] = escaped;
                case 'b' -> unescaped[to++] = '\b';
                case 'f' -> unescaped[to++] = '\f';
                case 'n' -> unescaped[to++] = '\n';
                case 'r' -> unescaped[to++] = '\r';
                case 't' -> unescaped[to++] = '\t';
                case 'u' -> {
                    int unit = hex(i);
                    i += 4;
                    boolean pair =
                            Character.isHighSurrogate((char) unit)
                                    && i + 6 <= end
                                    && bytes[i] == '\\'
                                    && bytes[i + 1] == 'u'
                                    && Character.isLowSurrogate((char) hex(i + 2));
                    if (pair) {
                        unit = Character.toCodePoint((char) unit, (char) hex(i + 2));
                        i += 6;
                    } else if (Character.isSurrogate((char) unit)) {
                        loneSurrogate = true;
                    }
                    to = encode(unit, to);
                }
                default -> throw textFault("an unknown escape");
            }
        }
        // The source is looked at, for a surrogate escaped alone is no UTF-8 once it is unescaped.
        // Escapes are ASCII.
        if (!Utf8.isValid(bytes, from, i)) {
            throw textFault("the text is no valid UTF-8");
        }
        found(unescaped, 0, to, Utf8.hash(unescaped, 0, to));
        at = i + 1;
    }

    private int hex(int from) throws JsonException {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < end ? Character.digit(bytes[i], 16) : -1;
            if (digit < 0) {
                throw textFault("four hexadecimal digits were expected");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /// Half of a surrogate pair gets the three bytes that its number would have: only [#text] understands them again.
    private int encode(int point, int from) {
        int to = from;
        if (point < 0x80) {
            unescaped[to++] = (byte) point;
        } else if (point < 0x800) {
            unescaped[to++] = (byte) (0xC0 | point >> 6);
            unescaped[to++] = (byte) (0x80 | point & 0x3F);
        } else if (point < 0x10000) {
            unescaped[to++] = (byte) (0xE0 | point >> 12);
            unescaped[to++] = (byte) (0x80 | point >> 6 & 0x3F);
            unescaped[to++] = (byte) (0x80 | point & 0x3F);
        } else {
            unescaped[to++] = (byte) (0xF0 | point >> 18);
            unescaped[to++] = (byte) (0x80 | point >> 12 & 0x3F);
            unescaped[to++] = (byte) (0x80 | point >> 6 & 0x3F);
            unescaped[to++] = (byte) (0x80 | point & 0x3F);
        }
        return to;
    }

    /// Not to be written.
    public byte[] textBytes() {
        return text;
    }

    public int textFrom() {
        return textFrom;
    }

    public int textTo() {
        return textTo;
    }

    /// [Utf8#hash] of the text.
    public int textHash() {
        return textHash;
    }

    /// Whether the text stands in the source as it is, without escapes.
    public boolean isPlain() {
        return plain;
    }

    /// Whether the text has half of a surrogate pair: then it has no UTF-8, and only [#text] gives it.
    public boolean hasLoneSurrogate() {
        return loneSurrogate;
    }

    /// The string or name read last.
    public String text() {
        if (!loneSurrogate) {
            return new String(text, textFrom, textTo - textFrom, StandardCharsets.UTF_8);
        }
        var out = new StringBuilder();
        for (int i = textFrom; i < textTo; ) {
            int lead = text[i];
            if ((lead & 0xF0) == 0xE0) {
                out.append(
                        (char)
                                ((lead & 0xF) << 12
                                        | (text[i + 1] & 0x3F) << 6
                                        | text[i + 2] & 0x3F));
                i += 3;
            } else {
                int length = lead >= 0 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : 4;
                out.append(new String(text, i, length, StandardCharsets.UTF_8));
                i += length;
            }
        }
        return out.toString();
    }

    /// Whether a whole number of at most 18 digits stands here; [#whole] takes it then.
    public boolean isShortWhole() {
        int i = at;
        if (i < end && bytes[i] == '-') {
            i++;
        }
        int digits = i;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        int count = i - digits;
        boolean goesOn = i < end && (bytes[i] == '.' || bytes[i] == 'e' || bytes[i] == 'E');
        return count > 0 && count <= 18 && !goesOn && (count == 1 || bytes[digits] != '0');
    }

    public long whole() {
        boolean negative = bytes[at] == '-';
        if (negative) {
            at++;
        }
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            value = value * 10 + (bytes[at++] - '0');
        }
        return negative ? -value : value;
    }

    /// Any number, as [JsonCursor#number].
    public Dynamic number() throws JsonException {
        int from = at;
        int first = at + (bytes[at] == '-' ? 1 : 0);
        int i = digits(first, true);
        int count = i - first;
        boolean whole = true;
        if (i < end && bytes[i] == '.') {
            whole = false;
            first = i + 1;
            i = digits(first, false);
            count += i - first;
        }
        if (i < end && (bytes[i] == 'e' || bytes[i] == 'E')) {
            whole = false;
            boolean signed = i + 1 < end && (bytes[i + 1] == '-' || bytes[i + 1] == '+');
            first = i + (signed ? 2 : 1);
            i = digits(first, false);
            count += i - first;
        }
        if (count > JsonCursor.MAX_NUMBER) {
            throw fault("the number is too long");
        }
        String digits = new String(bytes, from, i - from, StandardCharsets.ISO_8859_1);
        at = i;
        if (whole) {
            var exact = new BigDecimal(digits);
            return exact.precision() <= 19
                            && exact.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) >= 0
                            && exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
                    ? new Dynamic.Whole(exact.longValueExact())
                    : new Dynamic.Decimal(exact);
        }
        try {
            return JsonCursor.fraction(Double.parseDouble(digits), digits);
        } catch (NumberFormatException tooLarge) {
            at = from;
            throw fault("the number is too large");
        }
    }

    private int digits(int from, boolean whole) throws JsonException {
        int i = from;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        if (i == from || whole && i > from + 1 && bytes[from] == '0') {
            throw fault("this is no number");
        }
        return i;
    }

    /// Takes `true`, `false` or `null`.
    public void literal(String word) throws JsonException {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || bytes[at + i] != word.charAt(i)) {
                throw fault("a JSON value was expected");
            }
        }
        at += word.length();
    }

    /// Passes over the value that comes next.
    public void skip() throws JsonException {
        switch (peek()) {
            case '"' -> string();
            case '{' -> {
                enter();
                if (!leaveIfEmpty('}')) {
                    do {
                        name();
                        skip();
                    } while (more('}'));
                }
            }
            case '[' -> {
                enter();
                if (!leaveIfEmpty(']')) {
                    do {
                        skip();
                    } while (more(']'));
                }
            }
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                if (isShortWhole()) {
                    whole();
                } else {
                    number();
                }
            }
            default -> throw fault("a JSON value was expected");
        }
    }

    /// @throws JsonException unless only white space is left
    public void end() throws JsonException {
        if (peek() != 0) {
            throw fault("nothing may follow the JSON value");
        }
    }

    /// A fault at the current place, in the words of the JSON parser where the text is none.
    public JsonException fault(String message) {
        return fault(message, false);
    }

    /// A fault within the string or name that begins at the current place.
    private JsonException textFault(String message) {
        return fault(message, true);
    }

    /// Reads again with the parser, up to the token at the current place. Where a token begins tells that: behind a name the parser stands past
    /// the colon already, and past a number.
    private JsonException fault(String message, boolean withinText) {
        long place = (long) at - start;
        try (var cursor = JsonCursor.of(bytes, start, end - start, limits)) {
            while (cursor.next() != JsonCursor.Token.END) {
                boolean there = cursor.tokenStart() >= place;
                boolean text =
                        cursor.token() == JsonCursor.Token.STRING
                                || cursor.token() == JsonCursor.Token.NAME;
                if (text && (withinText || !there)) {
                    cursor.checkText();
                }
                if (there) {
                    break;
                }
            }
            return cursor.fault(message);
        } catch (JsonException worded) {
            return worded;
        } catch (CharConversionException notUtf8) {
            return new JsonException("the text is not UTF-8: " + notUtf8.getMessage(), 1, 1, "");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
