/// Runs files of cases with known answers, in the formats of the corpus the engine is measured against.
@NullMarked
package io.muster.policy.conformance;

import org.jspecify.annotations.NullMarked;
