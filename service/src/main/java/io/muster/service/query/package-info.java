/// Queries over the fleet for every way in: Resource Graph's REST, the command line, remediation. Binds the query language to the tables
/// that the caller may see. Start at [io.muster.service.query.QueryEngine].
@NullMarked
package io.muster.service.query;

import org.jspecify.annotations.NullMarked;
