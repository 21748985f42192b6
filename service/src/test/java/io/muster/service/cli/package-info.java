/// Tests of the command line.
@NullMarked
package io.muster.service.cli;

import org.jspecify.annotations.NullMarked;
