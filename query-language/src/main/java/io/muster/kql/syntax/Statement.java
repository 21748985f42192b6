package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.KqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of the statements of a query text; `;` parts them.
public sealed interface Statement {
    SourceSpan span();

    /// `let name = value`: a scalar or a table.
    record Let(String name, Expression value, SourceSpan span) implements Statement {}

    /// `let name = (parameters) { body }`; `view` functions join wildcard unions.
    record LetFunction(
            String name, boolean view, List<Parameter> parameters, Query body, SourceSpan span)
            implements Statement {
        public LetFunction {
            parameters = List.copyOf(parameters);
        }
    }

    /// `declare query_parameters(...)`.
    record Parameters(List<Parameter> parameters, SourceSpan span) implements Statement {
        public Parameters {
            parameters = List.copyOf(parameters);
        }
    }

    /// `set option = value`; without a value it is switched on. Only `query_now`, `query_bin_auto_size` and
    /// `query_bin_auto_at` have an effect.
    record SetOption(String name, @Nullable Expression value, SourceSpan span)
            implements Statement {}

    /// `declare pattern name = (arguments)[path] { arms }`: tables by constant texts. Without arms it only says that the name is a pattern.
    record Pattern(String name, List<PatternArm> arms, SourceSpan span) implements Statement {
        public Pattern {
            arms = List.copyOf(arms);
        }
    }

    /// `("a", "b").["path"] = { body }`
    record PatternArm(List<String> arguments, @Nullable String path, Query body) {
        public PatternArm {
            arguments = List.copyOf(arguments);
        }
    }

    /// The query proper.
    record Result(Expression value, SourceSpan span) implements Statement {}

    /// A parameter of a function: scalar when `type` is given, else a table of at least `columns` (none: any table).
    record Parameter(
            String name,
            @Nullable KqlType type,
            List<Expression.ColumnDeclaration> columns,
            @Nullable Expression otherwise,
            SourceSpan span) {
        public Parameter {
            columns = List.copyOf(columns);
        }
    }
}
