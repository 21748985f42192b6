/// When work may be begun, and how much of it: times of day as cron says them, maintenance windows, a budget of changes per subscription. Knows nothing of
/// tasks and campaigns. Start at [io.muster.remediation.pace.Pacing].
@NullMarked
package io.muster.remediation.pace;

import org.jspecify.annotations.NullMarked;
