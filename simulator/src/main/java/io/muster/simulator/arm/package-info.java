/// ARM requests to answers: routes, long-running operations, errors. Knows no HTTP server.
@NullMarked
package io.muster.simulator.arm;

import org.jspecify.annotations.NullMarked;
