package io.muster.remediation.plan;

import io.muster.remediation.change.ResourceChange;

/// What is to be done next about a resource.
public sealed interface Decision {
    /// It is as wanted.
    record Satisfied() implements Decision {}

    /// The task is not about it (any more).
    record NotApplicable(String because) implements Decision {}

    /// It cannot comply: whatever would be sent would fail.
    ///
    /// @param code Azure's, as the message
    record Refuse(String code, String message) implements Decision {}

    /// It was changed, and that did not help.
    record Fail(String code, String message) implements Decision {}

    /// The guest is at work; look again later.
    record Await(String what) implements Decision {}

    /// Send that.
    ///
    /// @param intent what it is for, in words that are the same whenever the same is meant
    record Act(String intent, ResourceChange change) implements Decision {}
}
