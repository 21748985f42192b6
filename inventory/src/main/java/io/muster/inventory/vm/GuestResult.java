package io.muster.inventory.vm;

import java.util.regex.Pattern;

/// The `result` of an application in the guest's registry (`CurrentState`).
public sealed interface GuestResult {
    String SKIPPED_TEXT = "skipped, lower order operation failed";

    /// `<Operation> SUCCESS`.
    record Success(Operation operation) implements GuestResult {}

    /// `<Operation> FAILED <text>`.
    record Failure(Operation operation, String message) implements GuestResult {}

    /// An application of lower order failed, so this one was not tried.
    record Skipped() implements GuestResult {}

    /// The guest rebooted while the operation ran.
    ///
    /// @param rerun whether it is run again
    record Rebooted(Operation operation, boolean rerun) implements GuestResult {}

    /// Nothing was reported.
    record None() implements GuestResult {}

    /// A text of no known form, kept as it is.
    record Unknown(String text) implements GuestResult {}

    /// Reads a `CurrentState` result.
    static GuestResult parse(String text) {
        String result = text.strip();
        if (result.isEmpty()) {
            return new None();
        }
        if (result.equalsIgnoreCase(SKIPPED_TEXT)) {
            return new Skipped();
        }
        var reboot = Forms.REBOOT.matcher(result);
        if (reboot.matches()) {
            return new Rebooted(
                    Operation.parse(reboot.group(1)), reboot.group(2).startsWith("Rerun"));
        }
        // A failure's text may end with anything, `SUCCESS` too: it is looked for first.
        var failed = Forms.FAILED.matcher(result);
        if (failed.matches()) {
            return new Failure(Operation.parse(failed.group(1)), failed.group(2).strip());
        }
        var succeeded = Forms.SUCCEEDED.matcher(result);
        if (succeeded.matches()) {
            return new Success(Operation.parse(succeeded.group(1)));
        }
        return new Unknown(text);
    }

    /// Whether the operation did what it should.
    default boolean isSuccess() {
        return this instanceof Success;
    }

    /// Whether the operation failed; a skipped application did not fail.
    default boolean isFailure() {
        return this instanceof Failure;
    }

    /// The text that the extension writes for this result.
    default String text() {
        return switch (this) {
            case Success(var operation) -> operation.name() + " SUCCESS";
            case Failure(var operation, var message) -> operation.name() + " FAILED " + message;
            case Skipped() -> SKIPPED_TEXT;
            case Rebooted(var operation, var rerun) ->
                    "Reboot detected during '"
                            + operation.name()
                            + (rerun
                                    ? "' operation. Rerun operation after reboot."
                                    : "' operation. No further action taken.");
            case None() -> "";
            case Unknown(var text) -> text;
        };
    }

    /// The forms of a result's text. An operation's name stands on one line; what a command printed may take many.
    final class Forms {
        private static final Pattern REBOOT =
                Pattern.compile(
                        "Reboot detected during '(.*)' operation\\. "
                                + "(Rerun operation after reboot|No further action taken)\\.?");
        private static final Pattern FAILED =
                Pattern.compile("(\\S(?-s:.*?)) FAILED(|\\s.*)", Pattern.DOTALL);
        private static final Pattern SUCCEEDED = Pattern.compile("(\\S.*) SUCCESS");

        private Forms() {}
    }
}
