package io.muster.core.diagnostic;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One thing a user should know about their text: what, where, and how to mend it.
///
/// @param code stable name: Kusto's number for queries (`KS142`), a name for policies (`unknown-operator`)
/// @param message one sentence in the user's words, with their text in quotes
/// @param pointer JSON pointer of the value meant, when the source is JSON
/// @param help how to mend it
public record Diagnostic(
        String code,
        Severity severity,
        SourceText source,
        SourceSpan span,
        String message,
        @Nullable String pointer,
        @Nullable String help) {

    public static Diagnostic error(
            String code, SourceText source, SourceSpan span, String message) {
        return new Diagnostic(code, Severity.ERROR, source, span, message, null, null);
    }

    public Diagnostic withHelp(String text) {
        return new Diagnostic(code, severity, source, span, message, pointer, text);
    }

    public Diagnostic withPointer(String at) {
        return new Diagnostic(code, severity, source, span, message, at, help);
    }

    public Optional<String> helpText() {
        return Optional.ofNullable(help);
    }

    /// From 1.
    public int line() {
        return source.line(span.start());
    }

    /// From 1.
    public int column() {
        return source.column(span.start());
    }

    /// The diagnostic as shown on a terminal: place, message, the line with a caret below it, help.
    public String render() {
        String line = source.lineText(line());
        // A very long line (minified JSON) is cut to a window around the place.
        int column = column() - 1;
        int from = line.length() > 160 ? Math.max(0, column - 60) : 0;
        int to = Math.min(line.length(), from + 160);
        String shown = line.substring(Math.min(from, to), to);
        int width = Math.max(1, Math.min(span.end() - span.start(), to - column));
        var out = new StringBuilder();
        out.append(severity.name().toLowerCase(Locale.ROOT)).append(' ').append(code).append(' ');
        if (!source.name().isEmpty()) {
            out.append(source.name()).append(':');
        }
        out.append(line()).append(':').append(column()).append("  ").append(message).append('\n');
        out.append("  ").append(shown).append('\n');
        out.append("  ");
        for (int i = from; i < column; i++) {
            out.append(i < line.length() && line.charAt(i) == '\t' ? '\t' : ' ');
        }
        out.repeat('^', width);
        if (pointer != null) {
            out.append("\nat: ").append(pointer.isEmpty() ? "/" : pointer);
        }
        if (help != null) {
            out.append("\nhelp: ").append(help);
        }
        return out.toString();
    }
}
