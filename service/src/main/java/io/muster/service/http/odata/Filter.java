package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Locale;

/// A `$filter` condition over records. Property names ignore case; texts compare ignoring case, as Policy Insights does.
public sealed interface Filter {

    static Filter all() {
        return new Constant(true);
    }

    /// Reads a condition; a blank one lets everything through.
    static Filter parse(String text) throws ODataException {
        return text.isBlank() ? all() : FilterParser.parse(text);
    }

    boolean test(Dynamic row);

    record Constant(boolean value) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            return value;
        }
    }

    record And(Filter left, Filter right) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            return left.test(row) && right.test(row);
        }
    }

    record Or(Filter left, Filter right) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            return left.test(row) || right.test(row);
        }
    }

    record Not(Filter operand) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            return !operand.test(row);
        }
    }

    /// The comparisons, by their names.
    enum Comparison {
        EQ,
        NE,
        GT,
        GE,
        LT,
        LE
    }

    record Compare(String property, Comparison comparison, Dynamic literal) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            var value = row.getIgnoreCase(property);
            if (comparison == Comparison.EQ || comparison == Comparison.NE) {
                return Values.equal(value, literal) == (comparison == Comparison.EQ);
            }
            if (value.isNull() || literal.isNull()) {
                return false;
            }
            int order = Values.compare(value, literal);
            return switch (comparison) {
                case GT -> order > 0;
                case GE -> order >= 0;
                case LT -> order < 0;
                case LE -> order <= 0;
                case EQ -> order == 0;
                case NE -> order != 0;
            };
        }
    }

    record In(String property, List<Dynamic> literals) implements Filter {
        public In {
            literals = List.copyOf(literals);
        }

        @Override
        public boolean test(Dynamic row) {
            var value = row.getIgnoreCase(property);
            return literals.stream().anyMatch(l -> Values.equal(value, l));
        }
    }

    /// The text functions, by their names.
    enum TextFunction {
        CONTAINS,
        STARTSWITH,
        ENDSWITH
    }

    record TextTest(TextFunction function, String property, String literal) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            String value = Values.text(row.getIgnoreCase(property)).toLowerCase(Locale.ROOT);
            String wanted = literal.toLowerCase(Locale.ROOT);
            return switch (function) {
                case CONTAINS -> value.contains(wanted);
                case STARTSWITH -> value.startsWith(wanted);
                case ENDSWITH -> value.endsWith(wanted);
            };
        }
    }
}
