/// Remediation tasks as data: what is asked, its rules and limits, where it stands. The wire's shape is
/// that of `Microsoft.PolicyInsights/remediations`.
@NullMarked
package io.muster.remediation.task;

import org.jspecify.annotations.NullMarked;
