package io.muster.policy.evaluate;

import java.util.Collection;
import java.util.Optional;

/// What a policy says of a resource, in the order in which states win a roll-up (azure-policy.md section 14).
public enum ComplianceState {
    NON_COMPLIANT("NonCompliant"),
    COMPLIANT("Compliant"),
    ERROR("Error"),
    CONFLICT("Conflict"),
    PROTECTED("Protected"),
    EXEMPT("Exempt"),
    UNKNOWN("Unknown");

    private final String wireName;

    ComplianceState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// The state of that name, ignoring case; `Non-compliant` as manual policies spell it too.
    public static Optional<ComplianceState> parse(String name) {
        String plain = name.replace("-", "");
        for (var state : values()) {
            if (state.wireName.equalsIgnoreCase(plain)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    /// The one that stands for all of them; empty for none.
    public static Optional<ComplianceState> rollUp(Collection<ComplianceState> states) {
        return states.stream().min(ComplianceState::compareTo);
    }
}
