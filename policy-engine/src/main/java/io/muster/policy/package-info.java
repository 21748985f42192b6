/// Azure Policy: definition and snapshot to compliance. Start at `PolicyEngine`.
@NullMarked
package io.muster.policy;

import org.jspecify.annotations.NullMarked;
