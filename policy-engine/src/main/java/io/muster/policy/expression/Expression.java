package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// An ARM template expression as parsed. There are no operators: literals, calls, members and indexes are the whole language.
public sealed interface Expression {

    /// A text or whole-number literal.
    record Literal(Dynamic value) implements Expression {}

    /// `name(a, b)`. Function names ignore case; `key` is the lower-case name they are looked up by.
    record Call(String name, String key, List<Expression> arguments) implements Expression {
        public Call(String name, List<Expression> arguments) {
            this(name, name.toLowerCase(Locale.ROOT), arguments);
        }

        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /// `of.name`.
    record Member(Expression of, String name) implements Expression {}

    /// `of[index]`.
    record Index(Expression of, Expression index) implements Expression {}

    /// Every call in the expression, those within arguments too.
    default Stream<Call> calls() {
        return switch (this) {
            case Literal _ -> Stream.of();
            case Member(var of, _) -> of.calls();
            case Index(var of, var index) -> Stream.concat(of.calls(), index.calls());
            case Call call ->
                    Stream.concat(
                            Stream.of(call), call.arguments().stream().flatMap(Expression::calls));
        };
    }

    /// How many calls, members and indexes stand in each other.
    default int depth() {
        return switch (this) {
            case Literal _ -> 0;
            case Member(var of, _) -> of.depth() + 1;
            case Index(var of, var index) -> Math.max(of.depth(), index.depth()) + 1;
            case Call call ->
                    call.arguments().stream().mapToInt(Expression::depth).max().orElse(0) + 1;
        };
    }

    /// The call or literal that a chain of members and indexes starts from.
    default Expression root() {
        Expression at = this;
        while (true) {
            switch (at) {
                case Member(var of, _) -> at = of;
                case Index(var of, _) -> at = of;
                case Literal _, Call _ -> {
                    return at;
                }
            }
        }
    }
}
