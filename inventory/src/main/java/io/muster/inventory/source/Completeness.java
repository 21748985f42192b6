package io.muster.inventory.source;

/// How much of a scope was read.
public enum Completeness {
    /// Everything that was there throughout.
    COMPLETE("Complete"),
    /// Some of it: old data of what is missing stays.
    PARTIAL("Partial"),
    /// None of it: old data stays.
    FAILED("Failed");

    private final String wireName;

    Completeness(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
