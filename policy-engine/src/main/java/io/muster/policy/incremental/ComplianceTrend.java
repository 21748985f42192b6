package io.muster.policy.incremental;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.Compliance;
import io.muster.policy.evaluate.Verdicts;
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

    /// Goes back once over the interval: costs what was changed in it, and a roll-up a point.
    ///
    /// @param now the verdicts at the end
    /// @param newestFirst what was changed until the end, at least back to `from`
    /// @param points at least two
    /// @return by time, the ends of the interval included
    public static List<Point> of(
            Verdicts now,
            List<VerdictHistory.Step> newestFirst,
            Instant from,
            Instant to,
            int points,
            Predicate<PolicyKey> wanted) {
        var trend = new ArrayDeque<Point>(points);
        var verdicts = now;
        int next = 0;
        for (int i = points - 1; i >= 0; i--) {
            var at = from.plus(Duration.between(from, to).multipliedBy(i).dividedBy(points - 1));
            var undone = new ArrayList<VerdictChange>();
            while (next < newestFirst.size() && newestFirst.get(next).at().isAfter(at)) {
                undone.addAll(newestFirst.get(next++).changes());
            }
            var known = trend.peekFirst();
            if (known != null && undone.isEmpty()) {
                trend.addFirst(new Point(at, known.compliance()));
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
