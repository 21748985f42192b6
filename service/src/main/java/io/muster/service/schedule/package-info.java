/// What happens by itself: rounds of collecting and judging.
@NullMarked
package io.muster.service.schedule;

import org.jspecify.annotations.NullMarked;
