/// The engine against recorded answers.
@NullMarked
package io.muster.kql.conformance;

import org.jspecify.annotations.NullMarked;
