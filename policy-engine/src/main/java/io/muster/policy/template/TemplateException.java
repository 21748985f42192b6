package io.muster.policy.template;

/// A template cannot be deployed as it stands. The message is in ARM's words.
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(message, null, false, false);
    }

    /// The message; never null.
    public String reason() {
        return String.valueOf(getMessage());
    }
}
