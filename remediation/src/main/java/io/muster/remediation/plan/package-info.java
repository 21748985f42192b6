/// What to do about one resource. A [io.muster.remediation.plan.Goal] looks at a fresh read and at what
/// was done before, and says the next single step; asking it again after each step is what makes a
/// crash, a conflict or somebody else's change harmless.
@NullMarked
package io.muster.remediation.plan;

import org.jspecify.annotations.NullMarked;
