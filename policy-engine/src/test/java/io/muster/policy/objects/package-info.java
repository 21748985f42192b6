/// Cases about policy objects over several resources: initiatives, scopes, selectors, overrides, exemptions, roll-up.
@NullMarked
package io.muster.policy.objects;

import org.jspecify.annotations.NullMarked;
