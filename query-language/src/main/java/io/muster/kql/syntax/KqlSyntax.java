package io.muster.kql.syntax;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/// Reads KQL text. Stateless; safe for any number of threads.
public final class KqlSyntax {
    private KqlSyntax() {}

    /// The tree of a query text.
    ///
    /// @throws DiagnosticException with every fault of the text: `KS001`-`KS006` for what the grammar does not allow, `KS004` for
    ///     malformed literals, `query-too-long` and `query-too-deep` for what exceeds the limits
    public static Query parse(SourceText source, SyntaxLimits limits) throws DiagnosticException {
        return parse(source, limits, () -> {});
    }

    /// As the other.
    ///
    /// @param look called now and then; throws when it must stop
    public static Query parse(SourceText source, SyntaxLimits limits, Runnable look)
            throws DiagnosticException {
        String text = source.text();
        if (text.length() > limits.maxLength()) {
            throw new DiagnosticException(
                    Diagnostic.error(
                            "query-too-long",
                            source,
                            SourceSpan.at(limits.maxLength()),
                            "The query has "
                                    + text.length()
                                    + " characters; at most "
                                    + limits.maxLength()
                                    + " are allowed."));
        }
        var lexer = new KqlLexer(CharStreams.fromString(text, source.name()));
        lexer.removeErrorListeners();
        var tokens = new WatchedTokens(lexer, look);
        tokens.fill();
        int[] offsets = utf16Offsets(text);
        var faults = new Diagnostics();
        checkTokens(source, tokens.getTokens(), offsets, limits, faults);
        NotOffered.check(source, tokens.getTokens(), token -> span(token, offsets), faults);
        faults.throwIfErrors();

        var parser = new KqlParser(tokens);
        parser.removeErrorListeners();
        // Most texts parse without full context; the slower, exact way is taken only when that
        // fails.
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        parser.setErrorHandler(new BailErrorStrategy());
        KqlParser.QueryContext tree;
        try {
            tree = parser.query();
        } catch (ParseCancellationException notPlain) {
            tokens.seek(0);
            parser.reset();
            parser.getInterpreter().setPredictionMode(PredictionMode.LL);
            parser.setErrorHandler(new DefaultErrorStrategy());
            parser.addErrorListener(new Listener(source, offsets, faults));
            tree = parser.query();
            faults.throwIfErrors();
        }
        var builder = new AstBuilder(source, offsets, limits.maxDepth(), faults);
        var query = builder.query(tree);
        faults.throwIfErrors();
        return query;
    }

    /// The text without the `;` and comments that may end it, so that operators can be put behind it.
    public static String unended(String text) {
        var lexer = new KqlLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        int end = 0;
        for (var token : lexer.getAllTokens()) {
            if (token.getType() != KqlLexer.SEMICOLON) {
                end = token.getStopIndex() + 1;
            }
        }
        return text.substring(0, text.offsetByCodePoints(0, end));
    }

    /// ANTLR counts code points, diagnostics count UTF-16 units; an empty array says both are the same.
    private static int[] utf16Offsets(String text) {
        int points = text.codePointCount(0, text.length());
        if (points == text.length()) {
            return new int[0];
        }
        int[] offsets = new int[points + 1];
        int at = 0;
        for (int i = 0; i < points; i++) {
            offsets[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        offsets[points] = at;
        return offsets;
    }

    static int offset(int[] offsets, int codePoint) {
        return offsets.length == 0 ? codePoint : offsets[Math.min(codePoint, offsets.length - 1)];
    }

    private static SourceSpan span(Token token, int[] offsets) {
        int start = offset(offsets, token.getStartIndex());
        int end = offset(offsets, Math.max(token.getStartIndex(), token.getStopIndex() + 1));
        return new SourceSpan(start, end);
    }

    private static int json(int depth, int before, int type) {
        return switch (type) {
            case KqlLexer.OPEN -> depth > 0 || before == KqlLexer.DYNAMIC ? depth + 1 : 0;
            case KqlLexer.CLOSE -> Math.max(0, depth - 1);
            default -> depth;
        };
    }

    /// Faults of single tokens, brackets that do not pair, and nesting that no honest query has: the parser recurses by it.
    private static void checkTokens(
            SourceText source,
            List<Token> tokens,
            int[] offsets,
            SyntaxLimits limits,
            Diagnostics faults) {
        var open = new ArrayList<Token>();
        int signs = 0;
        // How many brackets stand open since `dynamic(`: what they hold is JSON.
        int json = 0;
        int before = Token.EOF;
        for (var token : tokens) {
            int type = token.getType();
            json = json(json, before, type);
            before = type;
            signs = type == KqlLexer.MINUS || type == KqlLexer.PLUS ? signs + 1 : 0;
            switch (type) {
                case KqlLexer.UNCLOSED_STRING ->
                        faults.add(
                                Diagnostic.error(
                                                "KS004",
                                                source,
                                                span(token, offsets),
                                                "Malformed literal: the string is not closed.")
                                        .withHelp(
                                                "end it with "
                                                        + token.getText()
                                                                .replaceFirst("^[hH]?@?", "")
                                                                .charAt(0)));
                case KqlLexer.STRING -> {
                    int at = StringText.badEscape(token.getText(), json > 0);
                    if (at >= 0) {
                        String escape = token.getText().substring(at, at + 2);
                        int start = span(token, offsets).start() + at;
                        faults.add(
                                Diagnostic.error(
                                                "KS004",
                                                source,
                                                new SourceSpan(start, start + 2),
                                                "Malformed literal: '" + escape + "' is no escape.")
                                        .withHelp(
                                                "write '\\"
                                                        + escape
                                                        + "', or put @ before the string"));
                    }
                }
                case KqlLexer.UNKNOWN ->
                        faults.add(
                                Diagnostic.error(
                                        "KS002",
                                        source,
                                        span(token, offsets),
                                        "Unexpected: " + token.getText()));
                case KqlLexer.OPEN, KqlLexer.OPEN_BRACKET, KqlLexer.OPEN_BRACE -> open.add(token);
                case KqlLexer.CLOSE, KqlLexer.CLOSE_BRACKET, KqlLexer.CLOSE_BRACE -> {
                    if (open.isEmpty()) {
                        faults.add(
                                Diagnostic.error(
                                        "KS002",
                                        source,
                                        span(token, offsets),
                                        "Unexpected: " + token.getText()));
                        return;
                    }
                    open.removeLast();
                }
                default -> {}
            }
            if (open.size() > limits.maxDepth() || signs > limits.maxDepth()) {
                faults.add(
                        Diagnostic.error(
                                "query-too-deep",
                                source,
                                span(token, offsets),
                                "The query nests deeper than " + limits.maxDepth() + " levels."));
                return;
            }
        }
        if (!open.isEmpty()) {
            var token = open.getLast();
            String closing =
                    switch (token.getType()) {
                        case KqlLexer.OPEN -> ")";
                        case KqlLexer.OPEN_BRACKET -> "]";
                        default -> "}";
                    };
            faults.add(
                    Diagnostic.error(
                            "KS001",
                            source,
                            span(token, offsets),
                            "Missing: '" + closing + "' for this '" + token.getText() + "'."));
        }
    }

    /// Turns ANTLR's messages into Kusto's.
    private static final class Listener extends BaseErrorListener {
        private final SourceText source;
        private final int[] offsets;
        private final Diagnostics faults;
        private int lastAt = -1;

        /// Operators that make rows themselves.
        private static final Set<Integer> SOURCES =
                Set.of(KqlLexer.PRINT, KqlLexer.RANGE, KqlLexer.DATATABLE, KqlLexer.FIND);

        Listener(SourceText source, int[] offsets, Diagnostics faults) {
            this.source = source;
            this.offsets = offsets;
            this.faults = faults;
        }

        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object offending,
                int line,
                int column,
                String message,
                RecognitionException cause) {
            var token = (Token) offending;
            // One fault a place: what follows a fault at once is usually its echo.
            if (token.getTokenIndex() <= lastAt + 1 && lastAt >= 0) {
                lastAt = token.getTokenIndex();
                return;
            }
            lastAt = token.getTokenIndex();
            var parser = (KqlParser) recognizer;
            var expected = new ArrayList<String>();
            try {
                for (int type : parser.getExpectedTokens().toList()) {
                    String literal = KqlParser.VOCABULARY.getLiteralName(type);
                    if (literal != null) {
                        expected.add(literal.substring(1, literal.length() - 1));
                    } else if (type == KqlLexer.IDENTIFIER) {
                        expected.add("a name");
                    }
                }
            } catch (IllegalArgumentException noState) {
                expected.clear();
            }
            boolean end = token.getType() == Token.EOF;
            String found = end ? "the end of the query" : "'" + token.getText() + "'";
            var at = end ? SourceSpan.at(source.text().length()) : span(token, offsets);
            if (expected.size() == 1) {
                faults.add(
                        Diagnostic.error(
                                "KS005",
                                source,
                                at,
                                "Expected: '" + expected.getFirst() + "', found " + found + "."));
            } else if (end) {
                faults.add(
                        Diagnostic.error(
                                "KS006",
                                source,
                                at,
                                "Missing expression: the query ends too early."));
            } else if (SOURCES.contains(token.getType()) && isPiped(parser, token)) {
                faults.add(
                        Diagnostic.error(
                                "KS175",
                                source,
                                at,
                                "The operator must be the first operator in the query."));
            } else {
                var fault = Diagnostic.error("KS002", source, at, "Unexpected: " + token.getText());
                var meant =
                        isPiped(parser, token)
                                ? NearNames.nearest(word(at.start()), OperatorNames.ALL)
                                : Optional.<String>empty();
                faults.add(
                        meant.map(name -> fault.withHelp("did you mean '" + name + "'?"))
                                .orElse(fault));
            }
        }

        /// The letters, hyphens and underscores from an offset on: an operator as it was written.
        private String word(int start) {
            String text = source.text();
            int end = start;
            while (end < text.length()
                    && (Character.isLetter(text.charAt(end))
                            || text.charAt(end) == '-'
                            || text.charAt(end) == '_')) {
                end++;
            }
            return text.substring(start, end);
        }

        private static boolean isPiped(KqlParser parser, Token token) {
            return token.getTokenIndex() > 0
                    && parser.getTokenStream().get(token.getTokenIndex() - 1).getType()
                            == KqlLexer.PIPE;
        }
    }
}
