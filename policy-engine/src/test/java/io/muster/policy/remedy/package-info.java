/// The search for changes, aimed at the built-in definitions.
@NullMarked
package io.muster.policy.remedy;

import org.jspecify.annotations.NullMarked;
