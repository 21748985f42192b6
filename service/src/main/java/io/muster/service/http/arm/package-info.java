/// A socket before the simulated Azure: HTTPS, and HTTP on request, each request on a thread of its own. Knows nothing of what the requests
/// mean. Start at [io.muster.service.http.arm.SimulatedAzureServer].
@NullMarked
package io.muster.service.http.arm;

import org.jspecify.annotations.NullMarked;
