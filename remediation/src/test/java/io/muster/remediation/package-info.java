/// Tests of remediation on twins of its ports: an ARM in memory that answers, conflicts, throttles, fails
/// and crashes like the real one, and time that passes by itself.
@NullMarked
package io.muster.remediation;

import org.jspecify.annotations.NullMarked;
