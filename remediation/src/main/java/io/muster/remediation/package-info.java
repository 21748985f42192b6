/// From non-compliance to change, and from change to proof. Start at `Remediation`.
@NullMarked
package io.muster.remediation;

import org.jspecify.annotations.NullMarked;
