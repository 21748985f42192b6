package io.muster.kql.syntax;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import java.util.List;
import java.util.function.Function;
import org.antlr.v4.runtime.Token;

/// What Kusto has and a query over an inventory has not: named as such, before the grammar would stumble over its words.
final class NotOffered {
    private NotOffered() {}

    static void check(
            SourceText source,
            List<Token> tokens,
            Function<Token, SourceSpan> place,
            Diagnostics faults) {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            var token = tokens.get(i);
            boolean begins = i == 0 || tokens.get(i - 1).getType() == KqlLexer.SEMICOLON;
            boolean opens = i > 0 && tokens.get(i - 1).getType() == KqlLexer.OPEN;
            boolean piped = i > 0 && tokens.get(i - 1).getType() == KqlLexer.PIPE;
            String next = tokens.get(i + 1).getText();
            if (i == 0 && token.getType() == KqlLexer.DOT) {
                refuse(
                        source,
                        place.apply(token),
                        "Commands that begin with '.' are not offered.",
                        "a query only reads; what is kept is changed by the API and the command line",
                        faults);
                return;
            }
            if (begins && is(token, "alias") && next.equals("database")) {
                refuse(
                        source,
                        over(token, tokens.get(i + 1), place),
                        "The statement 'alias database' is not offered: there is one database.",
                        "name the tables alone",
                        faults);
            } else if (begins && is(token, "restrict") && next.equals("access")) {
                refuse(
                        source,
                        over(token, tokens.get(i + 1), place),
                        "The statement 'restrict access' is not offered.",
                        "what a query may read is said by the subscriptions or management groups of the request",
                        faults);
            } else if (token.getType() == KqlLexer.EXTERNALDATA && next.equals("(")) {
                refuse(
                        source,
                        place.apply(token),
                        "The operator 'externaldata' is not offered: a query reads nothing but the inventory.",
                        "give small tables with datatable",
                        faults);
            } else if (piped && isGraph(tokens, i)) {
                refuse(
                        source,
                        over(token, tokens.get(i + 2), place),
                        "The graph operators are not offered, such as '%s-%s' here."
                                .formatted(token.getText(), tokens.get(i + 2).getText()),
                        "join the table with itself",
                        faults);
            } else if ((begins || piped || opens) && isMacro(tokens, i)) {
                refuse(
                        source,
                        over(token, tokens.get(i + 2), place),
                        "The operator 'macro-expand' is not offered: there is one database, and no group of them.",
                        "name the tables alone, or with union",
                        faults);
            }
        }
    }

    /// `macro-expand`, and no difference of two columns: a name or a parameter follows.
    private static boolean isMacro(List<Token> tokens, int at) {
        if (at + 3 >= tokens.size()) {
            return false;
        }
        int then = tokens.get(at + 3).getType();
        return is(tokens.get(at), "macro")
                && tokens.get(at + 1).getType() == KqlLexer.MINUS
                && is(tokens.get(at + 2), "expand")
                && (then == KqlLexer.IDENTIFIER
                        || then == KqlLexer.KIND
                        || then == KqlLexer.ISFUZZY
                        || then == KqlLexer.HINT);
    }

    private static boolean is(Token token, String word) {
        return token.getType() == KqlLexer.IDENTIFIER && token.getText().equals(word);
    }

    /// `make-graph`, `graph-match`, `graph-shortest-paths`, ...
    private static boolean isGraph(List<Token> tokens, int at) {
        return at + 2 < tokens.size()
                && tokens.get(at + 1).getType() == KqlLexer.MINUS
                && (is(tokens.get(at), "graph")
                        || is(tokens.get(at), "make") && is(tokens.get(at + 2), "graph"));
    }

    private static SourceSpan over(Token first, Token last, Function<Token, SourceSpan> place) {
        return new SourceSpan(place.apply(first).start(), place.apply(last).end());
    }

    private static void refuse(
            SourceText source, SourceSpan span, String message, String help, Diagnostics faults) {
        faults.add(Diagnostic.error("not-offered", source, span, message).withHelp(help));
    }
}
