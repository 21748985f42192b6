package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.ScalarText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/// Constants as written to their values: numbers, texts, `datetime(...)`, `dynamic(...)`.
final class LiteralReader {
    private static final Pattern NOW = Pattern.compile("date(time)?\\s*\\(\\s*\\)");

    private final TreeReader tree;

    LiteralReader(TreeReader tree) {
        this.tree = tree;
    }

    Expression literal(KqlParser.LiteralContext context) {
        var span = tree.span(context);
        if (!context.STRING().isEmpty()) {
            var text = new StringBuilder();
            for (var part : context.STRING()) {
                text.append(StringText.unquote(part.getText()));
            }
            return new Expression.Literal(Dynamic.of(text.toString()), KqlType.STRING, span);
        }
        if (context.json() != null) {
            return new Expression.Literal(json(context.json()), KqlType.DYNAMIC, span);
        }
        var literal = scalar(context.getStart(), span, isNegated(context));
        return isNow(context.getText())
                ? new Expression.Call("now", List.of(), span, span)
                : literal;
    }

    /// `datetime()`: the query's instant (`kusto/query/scalar-data-types/datetime`); `datetime(null)` is no instant.
    private static boolean isNow(String text) {
        return NOW.matcher(text).matches();
    }

    /// Whether the number is all that a minus stands before.
    private static boolean isNegated(KqlParser.LiteralContext context) {
        ParserRuleContext at = context;
        while (at.getParent() != null && at.getParent().getStart() == context.getStart()) {
            at = at.getParent();
        }
        return at.getParent() instanceof KqlParser.SignExpressionContext sign
                && sign.sign.getType() == KqlLexer.MINUS;
    }

    /// @param negative whether a minus stands before it, so that the least long can be written
    private Expression.Literal scalar(Token token, SourceSpan span, boolean negative) {
        String text = token.getText();
        return switch (token.getType()) {
            case KqlLexer.LONG_LITERAL -> {
                var value = ScalarText.parseLong(text);
                if (value.isEmpty() && !(negative && text.equals("9223372036854775808"))) {
                    tree.malformed(span, text, "is no whole number of 64 bits");
                }
                yield new Expression.Literal(
                        Dynamic.of(value.orElse(Long.MIN_VALUE)), KqlType.LONG, span);
            }
            case KqlLexer.REAL_LITERAL ->
                    new Expression.Literal(
                            Dynamic.of(Double.parseDouble(text)), KqlType.REAL, span);
            case KqlLexer.TIMESPAN_LITERAL -> {
                var value = ScalarText.parseTimespan(text);
                if (value.isEmpty()) {
                    tree.malformed(span, text, "is no timespan");
                }
                yield new Expression.Literal(
                        new Dynamic.Span(value.orElse(0)), KqlType.TIMESPAN, span);
            }
            case KqlLexer.TRUE -> new Expression.Literal(Dynamic.TRUE, KqlType.BOOL, span);
            case KqlLexer.FALSE -> new Expression.Literal(Dynamic.FALSE, KqlType.BOOL, span);
            case KqlLexer.NULL -> new Expression.Literal(Dynamic.NULL, KqlType.DYNAMIC, span);
            case KqlLexer.TYPED_LITERAL -> typed(text, span);
            default -> throw new IllegalStateException(text);
        };
    }

    /// `long(5)`, `datetime(2020-01-01)`: the keyword, then the text between the parentheses.
    private Expression.Literal typed(String text, SourceSpan span) {
        int open = text.indexOf('(');
        var type = KqlType.parse(text.substring(0, open).strip()).orElseThrow();
        String inner = text.substring(open + 1, text.lastIndexOf(')')).strip();
        boolean quoted = inner.length() > 1 && (inner.charAt(0) == '"' || inner.charAt(0) == '\'');
        if (quoted) {
            inner = inner.substring(1, inner.length() - 1);
        }
        Dynamic value;
        if (inner.equals("null") || inner.isEmpty()) {
            value = Dynamic.NULL;
        } else {
            value =
                    switch (type) {
                        case BOOL -> {
                            var b = ScalarText.parseBool(inner);
                            yield b.isPresent() ? Dynamic.of(b.get()) : null;
                        }
                        case INT, LONG -> {
                            var w = ScalarText.parseLong(inner);
                            yield w.isPresent()
                                            && (type == KqlType.LONG
                                                    || w.getAsLong() == (int) w.getAsLong())
                                    ? Dynamic.of(w.getAsLong())
                                    : null;
                        }
                        case REAL -> {
                            var r = ScalarText.parseReal(inner);
                            yield r.isPresent() ? Dynamic.of(r.getAsDouble()) : null;
                        }
                        case DECIMAL -> {
                            var d = ScalarText.parseDecimal(inner);
                            yield d.isPresent() ? new Dynamic.Decimal(d.get()) : null;
                        }
                        case DATETIME -> {
                            var t = dateTime(inner);
                            yield t.isPresent() ? new Dynamic.DateTime(t.getAsLong()) : null;
                        }
                        case TIMESPAN -> {
                            var t = ScalarText.parseTimespan(inner);
                            yield t.isPresent() ? new Dynamic.Span(t.getAsLong()) : null;
                        }
                        case GUID -> {
                            var g = ScalarText.parseGuid(inner);
                            yield g.isPresent() ? new Dynamic.Guid(g.get()) : null;
                        }
                        case STRING, DYNAMIC -> null;
                    };
        }
        if (value == null) {
            tree.malformed(span, text, "holds no " + type.wireName());
            value = Dynamic.NULL;
        }
        return new Expression.Literal(value, type, span);
    }

    private static OptionalLong dateTime(String text) {
        var ticks = ScalarText.parseDateTime(text);
        if (ticks.isPresent()) {
            return ticks;
        }
        // `datetime(637000000000000000)`: ticks.
        var whole = ScalarText.parseLong(text);
        return whole.isPresent() && whole.getAsLong() >= 0 ? whole : OptionalLong.empty();
    }

    private Dynamic json(KqlParser.JsonContext context) {
        if (context.OPEN_BRACE() != null) {
            var members = new LinkedHashMap<String, Dynamic>();
            for (var member : context.jsonMember()) {
                String name =
                        member.STRING() != null
                                ? StringText.unquote(member.STRING().getText())
                                : TreeReader.name(member.name());
                members.put(name, json(member.json()));
            }
            return new Dynamic.Bag(Collections.unmodifiableMap(members));
        }
        if (context.OPEN_BRACKET() != null) {
            var items = new ArrayList<Dynamic>();
            for (var item : context.json()) {
                items.add(json(item));
            }
            return new Dynamic.Array(items);
        }
        if (context.DYNAMIC() != null) {
            return json(context.json(0));
        }
        if (context.STRING() != null) {
            return Dynamic.of(StringText.unquote(context.STRING().getText()));
        }
        if (context.IDENTIFIER() != null) {
            tree.malformed(tree.span(context), context.getText(), "is no JSON value");
            return Dynamic.NULL;
        }
        boolean negative = context.sign != null && context.sign.getType() == KqlLexer.MINUS;
        if (context.LONG_LITERAL() != null || context.REAL_LITERAL() != null) {
            String digits = context.getStop().getText();
            var large = beyondPlain(negative ? "-" + digits : digits);
            if (large.isPresent()) {
                return new Dynamic.Decimal(large.get());
            }
        }
        var literal = scalar(context.getStop(), tree.span(context), negative);
        var value = negative ? negated(literal) : literal;
        return value instanceof Expression.Literal l ? l.value() : literal.value();
    }

    /// A number of JSON may be of any size: one that neither a long nor a real holds, as `parse_json` reads it.
    private static Optional<BigDecimal> beyondPlain(String digits) {
        if (digits.contains("x") || digits.contains("X")) {
            return Optional.empty();
        }
        var exact = new BigDecimal(digits);
        return isBeyondPlain(exact) ? Optional.of(exact) : Optional.empty();
    }

    /// Whether a decimal written without its type is read as one again.
    static boolean isBeyondPlain(BigDecimal number) {
        return Double.isInfinite(number.doubleValue())
                || number.toString().chars().allMatch(c -> c == '-' || Character.isDigit(c))
                        && number.toBigInteger().bitLength() > Long.SIZE - 1;
    }

    static @Nullable Expression negated(Expression operand) {
        if (!(operand instanceof Expression.Literal l)) {
            return null;
        }
        Dynamic value =
                switch (l.value()) {
                    case Dynamic.Whole(var w) when l.type() != KqlType.DATETIME -> Dynamic.of(-w);
                    case Dynamic.Real(var r) -> Dynamic.of(-r);
                    case Dynamic.Span(var ticks) -> new Dynamic.Span(-ticks);
                    case Dynamic.Decimal(var d) -> new Dynamic.Decimal(d.negate());
                    default -> null;
                };
        return value == null || l.type() == KqlType.DYNAMIC
                ? null
                : new Expression.Literal(value, l.type(), l.span());
    }
}
