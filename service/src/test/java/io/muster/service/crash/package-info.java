/// Processes that are killed while they write, and what is found afterwards.
@NullMarked
package io.muster.service.crash;

import org.jspecify.annotations.NullMarked;
