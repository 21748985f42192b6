package io.muster.remediation;

import java.util.concurrent.atomic.AtomicInteger;

/// The moment at which the process dies: after so many calls of the ports. From then on every call of
/// that process fails.
final class Crashes {
    /// What a kill looks like from within.
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("killed");
        }
    }

    private final int at;
    private final AtomicInteger calls = new AtomicInteger();

    private Crashes(int at) {
        this.at = at;
    }

    static Crashes never() {
        return new Crashes(Integer.MAX_VALUE);
    }

    /// @param call from 1
    static Crashes at(int call) {
        return new Crashes(call);
    }

    /// To be called before and after each effect.
    void step() {
        if (calls.incrementAndGet() >= at) {
            throw new Crash();
        }
    }

    boolean happened() {
        return calls.get() >= at;
    }

    int calls() {
        return calls.get();
    }
}
