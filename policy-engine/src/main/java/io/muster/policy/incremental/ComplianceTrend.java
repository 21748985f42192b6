package io.muster.policy.incremental;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.Compliance;
import io.muster.policy.evaluate.Verdicts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// How compliance went: resources by rolled-up state at instants evenly spaced over an interval.
public final class ComplianceTrend {
    private ComplianceTrend() {}

    /// @param compliance distinct resources by their rolled-up state
    public record Point(Instant at, Compliance compliance) {}

    /// What turned in a part of the interval, newest first; both ends may be included.
    @FunctionalInterface
    public interface Turned {
        /// @throws IOException when the history cannot be read
        List<VerdictHistory.Step> between(Instant from, Instant to) throws IOException;
    }

    /// Goes back once over the interval: costs what was changed in it, and a roll-up a point. No more is held at once than what turned between two points.
    ///
    /// @param now the verdicts at the end
    /// @param points at least two
    /// @return by time, the ends of the interval included
    /// @throws IOException when the history cannot be read
    public static List<Point> of(
            Verdicts now,
            Turned turned,
            Instant from,
            Instant to,
            int points,
            Predicate<PolicyKey> wanted)
            throws IOException {
        var trend = new ArrayDeque<Point>(points);
        trend.addFirst(new Point(to, compliance(now, wanted)));
        var verdicts = now;
        for (int i = points - 2; i >= 0; i--) {
            var at = from.plus(Duration.between(from, to).multipliedBy(i).dividedBy(points - 1));
            var later = trend.getFirst();
            var undone = new ArrayList<VerdictChange>();
            for (var step : turned.between(at, later.at())) {
                if (step.at().isAfter(at) && !step.at().isAfter(later.at())) {
                    undone.addAll(step.changes());
                }
            }
            if (undone.isEmpty()) {
                trend.addFirst(new Point(at, later.compliance()));
                continue;
            }
            verdicts = VerdictHistory.before(verdicts, undone, verdicts.snapshotVersion());
            trend.addFirst(new Point(at, compliance(verdicts, wanted)));
        }
        return List.copyOf(trend);
    }

    private static Compliance compliance(Verdicts verdicts, Predicate<PolicyKey> wanted) {
        return verdicts.compliance(verdicts.keys().stream().filter(wanted).toList());
    }
}
