/// What a store costs at size: programs to run by hand, never part of a test.
@NullMarked
package io.muster.service.figures;

import org.jspecify.annotations.NullMarked;
