/// What is asked of ARM, one thing at a time, with the values before and after. Knows neither why
/// (`plan`) nor how it is sent (`apply`). Start at [io.muster.remediation.change.ResourceChange].
@NullMarked
package io.muster.remediation.change;

import org.jspecify.annotations.NullMarked;
