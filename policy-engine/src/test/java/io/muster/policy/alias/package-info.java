/// Alias catalogues: what is read of them and what they answer.
@NullMarked
package io.muster.policy.alias;

import org.jspecify.annotations.NullMarked;
