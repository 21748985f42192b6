/// The only room that knows Micronaut, JDBC and the command line; it imports all others.
///
/// - `cli`: the commands; offline verbs use the engines directly, `serve` and `demo` start the server
/// - `http`: Azure's REST over the fleet; `http.wire` its shapes, `http.errors` its errors, `http.route` its paths
/// - `tls`: certificates made on first start
///
/// Start at [io.muster.service.cli.Muster].
@NullMarked
package io.muster.service;

import org.jspecify.annotations.NullMarked;
