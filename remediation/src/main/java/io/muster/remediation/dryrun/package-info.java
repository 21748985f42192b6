/// What a task would do, without doing it.
@NullMarked
package io.muster.remediation.dryrun;

import org.jspecify.annotations.NullMarked;
