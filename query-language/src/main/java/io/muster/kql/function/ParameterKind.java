package io.muster.kql.function;

import io.muster.core.value.KqlType;
import java.util.Locale;
import java.util.Optional;

/// What a parameter takes and what the kernel then sees.
public enum ParameterKind {
    /// Any scalar, unchanged.
    ANY,
    /// Any scalar, as its text.
    TEXT,
    /// A string; a dynamic as its text.
    STRING(KqlType.STRING),
    BOOL(KqlType.BOOL),
    /// An int and nothing else.
    INT(KqlType.INT),
    /// A whole number, as long; a dynamic converted.
    LONG(KqlType.LONG),
    /// Any number, as real; a dynamic converted.
    REAL(KqlType.REAL),
    DECIMAL(KqlType.DECIMAL),
    DATETIME(KqlType.DATETIME),
    TIMESPAN(KqlType.TIMESPAN),
    GUID(KqlType.GUID),
    DYNAMIC(KqlType.DYNAMIC),
    /// Any number, unchanged.
    NUMBER,
    /// A number, datetime or timespan, unchanged.
    SUMMABLE,
    /// Any scalar; all such parameters are brought to one type.
    COMMON,
    /// `typeof(...)`.
    TYPE;

    private final Optional<KqlType> type;

    ParameterKind() {
        this.type = Optional.empty();
    }

    ParameterKind(KqlType type) {
        this.type = Optional.of(type);
    }

    /// The type that arguments are brought to, where it is one.
    public Optional<KqlType> type() {
        return type;
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
