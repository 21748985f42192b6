/// Tests of what happens by itself.
@NullMarked
package io.muster.service.schedule;

import org.jspecify.annotations.NullMarked;
