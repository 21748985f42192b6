/// Tests of the policy library: that it is whole, and that every policy decides as its cases say.
@NullMarked
package io.muster.policies;

import org.jspecify.annotations.NullMarked;
