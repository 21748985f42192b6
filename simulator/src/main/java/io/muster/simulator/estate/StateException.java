package io.muster.simulator.estate;

/// What was given as the state of a simulated Azure is none. The message says in which entry, and why.
public final class StateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /// @param entry from 1: the line of a file
    public StateException(long entry, String why, Throwable cause) {
        super("entry " + entry + ": " + why, cause);
    }

    /// @param entry from 1: the line of a file
    public StateException(long entry, String why) {
        super("entry " + entry + ": " + why);
    }
}
