package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Locale;

/// A `$filter` condition over records. Property names ignore case; texts compare ignoring case, as Policy Insights does.
public sealed interface Filter {

    static Filter all() {
        return new Constant(true);
    }

    /// Reads a condition over records of any properties; a blank one lets everything through.
    static Filter parse(String text) throws ODataException {
        return text.isBlank() ? all() : FilterParser.parse(text, Names.ANY);
    }

    /// Reads a condition over records of the properties named.
    static Filter parse(String text, Names names) throws ODataException {
        return FilterParser.parse(text, names);
    }

    boolean test(Dynamic row);

    record Constant(boolean value) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            return value;
        }
    }

    /// Flat, so that a condition of thousands of terms is not a tree of that depth.
    record And(List<Filter> operands) implements Filter {
        public And {
            operands = List.copyOf(operands);
        }

        @Override
        public boolean test(Dynamic row) {
            return operands.stream().allMatch(operand -> operand.test(row));
        }
    }

    record Or(List<Filter> operands) implements Filter {
        public Or {
            operands = List.copyOf(operands);
        }

        @Override
        public boolean test(Dynamic row) {
            return operands.stream().anyMatch(operand -> operand.test(row));
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

    record Compare(Operand left, Comparison comparison, Operand right) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            var value = left.of(row);
            var other = right.of(row);
            if (comparison == Comparison.EQ || comparison == Comparison.NE) {
                return Values.equal(value, other) == (comparison == Comparison.EQ);
            }
            if (value.isNull() || other.isNull()) {
                return false;
            }
            int order = Values.compare(value, other);
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

    record In(Operand value, List<Dynamic> literals) implements Filter {
        public In {
            literals = List.copyOf(literals);
        }

        @Override
        public boolean test(Dynamic row) {
            var found = value.of(row);
            return literals.stream().anyMatch(l -> Values.equal(found, l));
        }
    }

    /// `'group' in policyDefinitionGroupNames`: whether a list holds a value; a single value counts as a list of one.
    record Contained(Operand value, Operand list) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            var wanted = value.of(row);
            var found = list.of(row);
            return found instanceof Dynamic.Array
                    ? found.items().stream().anyMatch(item -> Values.equal(item, wanted))
                    : !found.isNull() && Values.equal(found, wanted);
        }
    }

    /// The text functions, by their names.
    enum TextFunction {
        CONTAINS,
        STARTSWITH,
        ENDSWITH
    }

    record TextTest(TextFunction function, Operand text, Operand part) implements Filter {
        @Override
        public boolean test(Dynamic row) {
            String value = Values.text(text.of(row)).toLowerCase(Locale.ROOT);
            String wanted = Values.text(part.of(row)).toLowerCase(Locale.ROOT);
            return switch (function) {
                case CONTAINS -> value.contains(wanted);
                case STARTSWITH -> value.startsWith(wanted);
                case ENDSWITH -> value.endsWith(wanted);
            };
        }
    }
}
