package io.muster.benchmarks.questions;

/// One thing asked of a fleet, in both languages. Both answers have the same columns in the same order; rows come in any order.
///
/// @param kql over `resources`
/// @param sql over the star tables of [DuckPeer]
public record Question(int number, String title, String kql, String sql) {
    @Override
    public String toString() {
        return number + " " + title;
    }
}
