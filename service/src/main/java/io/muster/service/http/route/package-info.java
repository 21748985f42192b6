/// ARM's paths: ignoring case, with scopes of any depth. An API resource lists its routes ([io.muster.service.http.route.ArmRoutes]);
/// the router finds the one that a call means. Knows no HTTP server.
@NullMarked
package io.muster.service.http.route;

import org.jspecify.annotations.NullMarked;
