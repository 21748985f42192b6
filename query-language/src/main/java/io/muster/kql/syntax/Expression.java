package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands for a value or a table in KQL text. Whether a name or a call is a scalar or a table is not known before binding,
/// so a pipeline is an expression too.
public sealed interface Expression {
    SourceSpan span();

    /// A column, variable, parameter or table by name; `bracketed` when written `['a name']`.
    record Name(String name, SourceSpan span) implements Expression {}

    /// `*`: every column.
    record Star(SourceSpan span) implements Expression {}

    /// A constant. `type` says what `value` is; a null of a type is `Dynamic.NULL`.
    record Literal(Dynamic value, KqlType type, SourceSpan span) implements Expression {}

    /// `target.name`, `target['name']` being an [Index].
    record Member(Expression target, String name, SourceSpan span) implements Expression {}

    /// `target[index]`.
    record Index(Expression target, Expression index, SourceSpan span) implements Expression {}

    /// `name(arguments)`.
    record Call(String name, List<Argument> arguments, SourceSpan span, SourceSpan nameSpan)
            implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /// One argument of a call, named (`n = 5`) or by place.
    record Argument(@Nullable String name, Expression value) {}

    /// `-operand`, `+operand`.
    record Sign(boolean negative, Expression operand, SourceSpan span) implements Expression {}

    record Binary(BinaryOperator operator, Expression left, Expression right, SourceSpan span)
            implements Expression {}

    /// `a and b and ...`, `a or b or ...`: flat, so that long conditions stay shallow.
    record Logical(boolean and, List<Expression> operands, SourceSpan span) implements Expression {
        public Logical {
            operands = List.copyOf(operands);
        }
    }

    /// `left in (options)` and its kin; one option may be a table or a dynamic array.
    record In(Membership operator, Expression left, List<Expression> options, SourceSpan span)
            implements Expression {
        public In {
            options = List.copyOf(options);
        }
    }

    record Between(
            boolean negated, Expression value, Expression low, Expression high, SourceSpan span)
            implements Expression {}

    /// `typeof(type, ...)`; no type stands for `*`.
    record TypeOf(List<KqlType> types, SourceSpan span) implements Expression {
        public TypeOf {
            types = List.copyOf(types);
        }
    }

    /// `source | operators`. Without a source the first operator either makes rows itself (`print`, `range`, ...) or, at the top of
    /// a query, reads the default table.
    record Pipeline(@Nullable Expression source, List<TabularOperator> operators, SourceSpan span)
            implements Expression {
        public Pipeline {
            operators = List.copyOf(operators);
        }
    }

    /// `column: type`.
    record ColumnDeclaration(String name, KqlType type, SourceSpan span) {}

    /// `[name =] value`, or `(a, b) = value` for values of several columns.
    record Named(List<String> names, Expression value, SourceSpan span) {
        public Named {
            names = List.copyOf(names);
        }

        public @Nullable String name() {
            return names.isEmpty() ? null : names.getFirst();
        }
    }

    enum Membership {
        IN("in"),
        NOT_IN("!in"),
        IN_CI("in~"),
        NOT_IN_CI("!in~"),
        HAS_ANY("has_any"),
        HAS_ALL("has_all");

        private final String text;

        Membership(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    enum BinaryOperator {
        MULTIPLY("*"),
        DIVIDE("/"),
        MODULO("%"),
        ADD("+"),
        SUBTRACT("-"),
        LESS("<"),
        GREATER(">"),
        LESS_OR_EQUAL("<="),
        GREATER_OR_EQUAL(">="),
        EQUAL("=="),
        NOT_EQUAL("!="),
        EQUAL_CI("=~"),
        NOT_EQUAL_CI("!~"),
        CONTAINS("contains"),
        NOT_CONTAINS("!contains"),
        CONTAINS_CS("contains_cs"),
        NOT_CONTAINS_CS("!contains_cs"),
        STARTSWITH("startswith"),
        NOT_STARTSWITH("!startswith"),
        STARTSWITH_CS("startswith_cs"),
        NOT_STARTSWITH_CS("!startswith_cs"),
        ENDSWITH("endswith"),
        NOT_ENDSWITH("!endswith"),
        ENDSWITH_CS("endswith_cs"),
        NOT_ENDSWITH_CS("!endswith_cs"),
        HAS("has"),
        NOT_HAS("!has"),
        HAS_CS("has_cs"),
        NOT_HAS_CS("!has_cs"),
        HASPREFIX("hasprefix"),
        NOT_HASPREFIX("!hasprefix"),
        HASPREFIX_CS("hasprefix_cs"),
        NOT_HASPREFIX_CS("!hasprefix_cs"),
        HASSUFFIX("hassuffix"),
        NOT_HASSUFFIX("!hassuffix"),
        HASSUFFIX_CS("hassuffix_cs"),
        NOT_HASSUFFIX_CS("!hassuffix_cs"),
        LIKE("like"),
        NOT_LIKE("notlike"),
        LIKE_CS("likecs"),
        NOT_LIKE_CS("notlikecs"),
        MATCHES_REGEX("matches regex"),
        /// `column:"term"`, only inside `search`.
        SEARCH_IN(":");

        private final String text;

        BinaryOperator(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
