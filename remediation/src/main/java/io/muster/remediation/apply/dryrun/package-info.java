/// What a task would do, without doing it.
@NullMarked
package io.muster.remediation.apply.dryrun;

import org.jspecify.annotations.NullMarked;
