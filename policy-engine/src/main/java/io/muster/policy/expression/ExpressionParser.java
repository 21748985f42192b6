package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;

/// Reads `[...]` texts. Limits of azure-policy.md section 14: 81,920 characters, calls nested 64 deep.
public final class ExpressionParser {
    static final int MAX_LENGTH = 81_920;
    private static final int MAX_CHAIN = 32;
    static final int MAX_NESTING = 64;

    private ExpressionParser() {}

    /// Whether a text is an expression: it starts with one `[` and ends with `]`.
    public static boolean isExpression(String text) {
        return text.length() >= 2
                && text.charAt(0) == '['
                && text.charAt(text.length() - 1) == ']'
                && text.charAt(1) != '[';
    }

    /// The text of a literal: `[[x]` stands for `[x]`.
    public static String unescape(String text) {
        return text.startsWith("[[") && text.endsWith("]") ? text.substring(1) : text;
    }

    /// Parses a whole `[...]` text.
    public static Expression parse(String text) throws ExpressionSyntaxException {
        if (!isExpression(text)) {
            throw new ExpressionSyntaxException("an expression stands in square brackets", 0);
        }
        if (text.length() > MAX_LENGTH) {
            throw new ExpressionSyntaxException(
                    "an expression is longer than " + MAX_LENGTH + " characters", 0);
        }
        checkNesting(text);
        var lexer =
                new TemplateExpressionLexer(
                        CharStreams.fromString(text.substring(1, text.length() - 1)));
        var parser = new TemplateExpressionParser(new CommonTokenStream(lexer));
        var listener = new FirstFault();
        lexer.removeErrorListeners();
        lexer.addErrorListener(listener);
        parser.removeErrorListeners();
        parser.addErrorListener(listener);
        try {
            return expression(parser.program().expression());
        } catch (ParseCancellationException fault) {
            throw new ExpressionSyntaxException(listener.message, listener.offset + 1);
        } catch (NumberFormatException tooLarge) {
            throw new ExpressionSyntaxException("a number literal does not fit 64 bits", 1);
        }
    }

    // The parser recurses: what comes from outside must not be able to exhaust the stack.
    private static void checkNesting(String text) throws ExpressionSyntaxException {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (!quoted && (c == '(' || c == '[')) {
                if (++depth > MAX_NESTING * 2) {
                    throw new ExpressionSyntaxException(
                            "an expression nests deeper than " + MAX_NESTING + " calls", i);
                }
            } else if (!quoted && (c == ')' || c == ']')) {
                depth--;
            }
        }
    }

    private static Expression expression(TemplateExpressionParser.ExpressionContext at)
            throws ExpressionSyntaxException {
        // Members are computed one in another too, and brackets do not count them.
        if (at.postfix().size() > MAX_CHAIN) {
            throw new ExpressionSyntaxException(
                    "more than " + MAX_CHAIN + " members and indexes follow each other",
                    at.postfix(MAX_CHAIN).getStart().getStartIndex() + 1);
        }
        Expression value =
                switch (at.primary()) {
                    case TemplateExpressionParser.StringPrimaryContext s ->
                            new Expression.Literal(Dynamic.of(unquote(s.STRING().getText())));
                    case TemplateExpressionParser.NumberPrimaryContext n ->
                            new Expression.Literal(
                                    Dynamic.of(Long.parseLong(n.NUMBER().getText())));
                    case TemplateExpressionParser.CallPrimaryContext c -> call(c.call());
                    default -> throw new IllegalStateException(at.getText());
                };
        for (var postfix : at.postfix()) {
            value =
                    switch (postfix) {
                        case TemplateExpressionParser.MemberPostfixContext m ->
                                new Expression.Member(value, m.member().getText());
                        case TemplateExpressionParser.IndexPostfixContext i ->
                                new Expression.Index(value, expression(i.expression()));
                        default -> throw new IllegalStateException(postfix.getText());
                    };
        }
        return value;
    }

    private static Expression call(TemplateExpressionParser.CallContext at)
            throws ExpressionSyntaxException {
        List<Expression> arguments = new ArrayList<>(at.expression().size());
        for (var argument : at.expression()) {
            arguments.add(expression(argument));
        }
        String name = at.NAME(0).getText();
        if (at.NAME().size() > 1) {
            name = name + "." + at.NAME(1).getText();
        }
        return new Expression.Call(name, arguments);
    }

    private static String unquote(String literal) {
        return literal.substring(1, literal.length() - 1).replace("''", "'");
    }

    /// Keeps the first fault's place and ends the parse there.
    private static final class FirstFault extends BaseErrorListener {
        private String message = "";
        private int offset;

        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                @Nullable Object symbol,
                int line,
                int column,
                String text,
                @Nullable RecognitionException cause) {
            if (symbol instanceof Token token) {
                offset = token.getStartIndex();
                message =
                        token.getType() == Token.EOF
                                ? "the expression ends too early"
                                : "'" + token.getText() + "' is not expected here";
            } else {
                offset = column;
                message = "the expression has a character or quote that cannot be read";
            }
            throw new ParseCancellationException(message);
        }
    }
}
