package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.Locale;

/// What a condition compares: a property, a literal, or a function of such.
sealed interface Operand {
    Dynamic of(Dynamic row);

    record Property(String name) implements Operand {
        @Override
        public Dynamic of(Dynamic row) {
            return row.getIgnoreCase(name);
        }
    }

    record Literal(Dynamic value) implements Operand {
        @Override
        public Dynamic of(Dynamic row) {
            return value;
        }
    }

    /// The functions from one value to another, by their names.
    enum Function {
        TOLOWER,
        TOUPPER,
        TRIM,
        LENGTH
    }

    /// Null of null.
    record Call(Function function, Operand operand) implements Operand {
        @Override
        public Dynamic of(Dynamic row) {
            var value = operand.of(row);
            if (value.isNull()) {
                return value;
            }
            String text = Values.text(value);
            return switch (function) {
                case TOLOWER -> Dynamic.of(text.toLowerCase(Locale.ROOT));
                case TOUPPER -> Dynamic.of(text.toUpperCase(Locale.ROOT));
                case TRIM -> Dynamic.of(text.strip());
                case LENGTH -> Dynamic.of((long) text.length());
            };
        }
    }
}
