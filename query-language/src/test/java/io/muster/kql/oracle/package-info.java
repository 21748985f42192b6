/// A second opinion: KQL row by row, written from the language's rules alone, and random queries that the engine must answer alike.
/// Nothing here uses the engine's functions, parser or columns but to feed it.
@NullMarked
package io.muster.kql.oracle;

import org.jspecify.annotations.NullMarked;
