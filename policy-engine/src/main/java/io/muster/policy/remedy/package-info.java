/// What would have to change for an unmet rule to be met: the smallest set of property changes, found by search and proved by evaluating the changed document. Knows
/// rules and how they are evaluated; knows nothing of how a change is made. Start at [io.muster.policy.remedy.RemedySearch].
@NullMarked
package io.muster.policy.remedy;

import org.jspecify.annotations.NullMarked;
