/// The rule language, section by section, as text cases.
@NullMarked
package io.muster.policy.language;

import org.jspecify.annotations.NullMarked;
