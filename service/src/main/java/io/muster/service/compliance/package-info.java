/// Policies over the fleet: which are in force, what the last scan decided. Start at [io.muster.service.compliance.Scans].
@NullMarked
package io.muster.service.compliance;

import org.jspecify.annotations.NullMarked;
