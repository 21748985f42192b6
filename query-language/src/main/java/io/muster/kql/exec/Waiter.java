package io.muster.kql.exec;

import java.util.concurrent.locks.LockSupport;

/// A thread that waits for its turn. Its state changes under the lock of [Turns] and is read anywhere.
class Waiter {
    private final Turns.Turn turn;
    private final Thread thread = Thread.currentThread();
    private volatile State state = State.WAITS;

    private enum State {
        WAITS,
        /// It has the turn itself.
        GRANTED,
        /// A worker has the turn, and does its work.
        BEGUN,
        /// It gave up.
        GONE
    }

    /// @param turn the calling thread's
    Waiter(Turns.Turn turn) {
        this.turn = turn;
    }

    final Turns.Turn turn() {
        return turn;
    }

    final boolean waits() {
        return state == State.WAITS;
    }

    final boolean isBegun() {
        return state == State.BEGUN;
    }

    final void grant() {
        state = State.GRANTED;
        wake();
    }

    /// From here on its thread waits for the end of the work.
    final void begin() {
        state = State.BEGUN;
    }

    final void leave() {
        state = State.GONE;
    }

    final void wake() {
        LockSupport.unpark(thread);
    }
}
