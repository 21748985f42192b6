package io.muster.remediation.task;

import java.io.Serial;

/// A request about a remediation task that is refused, as Policy Insights words it.
public final class RemediationException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    public RemediationException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /// The request to create it is invalid, for that reason (one sentence).
    public static RemediationException create(String name, String reason) {
        return new RemediationException(
                400,
                "InvalidCreateRemediationRequest",
                "The request to create remediation '" + name + "' is invalid. " + reason);
    }

    public static RemediationException update(String name, String reason) {
        return new RemediationException(
                400,
                "InvalidUpdateRemediationRequest",
                "The request to update remediation '" + name + "' is invalid. " + reason);
    }

    public static RemediationException cancel(String name, String reason) {
        return new RemediationException(
                400,
                "InvalidCancelRemediationRequest",
                "The request to cancel remediation '" + name + "' is invalid. " + reason);
    }

    public static RemediationException delete(String name, String reason) {
        return new RemediationException(
                400,
                "InvalidDeleteRemediationRequest",
                "The request to delete remediation '" + name + "' is invalid. " + reason);
    }

    /// It cannot be put anew: it is not over.
    public static RemediationException stillActive(String name) {
        return update(name, "A remediation may not be changed or replaced while it is active.");
    }

    /// It cannot be deleted: it is not over.
    public static RemediationException notTerminal(String name) {
        return delete(
                name,
                "A remediation must be in a terminal provisioning state before it can be deleted.");
    }

    public static RemediationException notFound(String name) {
        return new RemediationException(
                404, "RemediationNotFound", "The remediation '" + name + "' could not be found.");
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }
}
