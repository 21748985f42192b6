package io.muster.service.cli;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;

/// An answer of 400 or above: the server's words, and the places in the user's text that it names.
final class ServerRefusal extends BadInput {
    private static final long serialVersionUID = 1L;

    private final transient Dynamic error;

    /// @param error Azure's `{"code", "message", "details"}`
    ServerRefusal(int status, Dynamic error) {
        super(describe(status, error));
        this.error = error;
    }

    private static String describe(int status, Dynamic error) {
        String message = error.get("message").textOr("");
        var lines = new ArrayList<String>();
        lines.add(
                "the server answered %d %s: %s"
                        .formatted(status, error.get("code").textOr(""), message));
        for (var detail : error.get("details").items()) {
            String told = detail.get("message").textOr("");
            // Some details only repeat what was said, under a code of their own.
            if (!told.isEmpty() && message.endsWith(told)) {
                continue;
            }
            lines.add("  " + detail.get("code").textOr("") + "  " + told);
        }
        return String.join("\n", lines);
    }

    /// What the server says about places in a text that it was sent, as a fault found here would be shown; empty when it
    /// names none.
    List<Diagnostic> within(String text) {
        var found = new ArrayList<Diagnostic>();
        for (var detail : error.get("details").items()) {
            if (detail.get("line").isNull()) {
                continue;
            }
            int start =
                    offset(
                            text,
                            detail.get("line").longOr(1),
                            detail.get("characterPositionInLine").longOr(0));
            found.add(
                    Diagnostic.error(
                            detail.get("code").textOr(""),
                            new SourceText("", text),
                            new SourceSpan(start, start + length(detail, text, start)),
                            detail.get("message").textOr("")));
        }
        return found;
    }

    /// @param line from 1
    /// @param column from 0
    private static int offset(String text, long line, long column) {
        int start = 0;
        for (long at = 1; at < line && text.indexOf('\n', start) >= 0; at++) {
            start = text.indexOf('\n', start) + 1;
        }
        return (int) Math.min(text.length(), start + Math.max(0, column));
    }

    /// Of the token, where the text has it at that place, with or without the quotes that the server puts around it.
    private static int length(Dynamic detail, String text, int start) {
        String token = detail.get("token").textOr("");
        String bare = token.length() > 2 ? token.substring(1, token.length() - 1) : token;
        return text.startsWith(token, start)
                ? token.length()
                : text.startsWith(bare, start) ? bare.length() : 1;
    }
}
