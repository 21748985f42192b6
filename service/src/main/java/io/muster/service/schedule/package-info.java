/// What happens by itself: rounds of collecting and judging, compaction, rows made ready.
@NullMarked
package io.muster.service.schedule;

import org.jspecify.annotations.NullMarked;
