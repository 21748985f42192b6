/// The proof: what a look at a resource, taken after every step, says of its item. Closed, or open again.
/// Knows how to read a look, not how to take one; that is `apply`.
@NullMarked
package io.muster.remediation.verify;

import org.jspecify.annotations.NullMarked;
