/// Files of queries with known answers, run through the facade and compared. Start at [KqlConformance].
@NullMarked
package io.muster.kql.conformance;

import org.jspecify.annotations.NullMarked;
