package io.muster.core.value;

import java.util.Locale;
import java.util.Optional;

/// The scalar types of KQL, spelled on the wire as their lower-case names.
public enum KqlType {
    BOOL,
    /// 32-bit signed.
    INT,
    /// 64-bit signed; arithmetic wraps.
    LONG,
    /// IEEE double.
    REAL,
    DECIMAL,
    /// 100 ns ticks since 0001-01-01T00:00:00Z.
    DATETIME,
    /// 100 ns ticks.
    TIMESPAN,
    GUID,
    /// Has no null: what is missing is "".
    STRING,
    /// A [Dynamic].
    DYNAMIC;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    public boolean isNumeric() {
        return this == INT || this == LONG || this == REAL || this == DECIMAL;
    }

    /// The type of a KQL type keyword, its old spellings included (`double`, `date`, `time`, `uuid`, `boolean`, `uniqueid`).
    public static Optional<KqlType> parse(String keyword) {
        return Optional.ofNullable(
                switch (keyword) {
                    case "bool", "boolean" -> BOOL;
                    case "int", "int32", "int16", "int8" -> INT;
                    case "long", "int64" -> LONG;
                    case "real", "double", "float" -> REAL;
                    case "decimal" -> DECIMAL;
                    case "datetime", "date" -> DATETIME;
                    case "timespan", "time" -> TIMESPAN;
                    case "guid", "uuid", "uniqueid" -> GUID;
                    case "string" -> STRING;
                    case "dynamic" -> DYNAMIC;
                    default -> null;
                });
    }
}
