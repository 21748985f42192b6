/// From plan to done: the port to ARM, and the runner between it and the ledger.
///
/// [io.muster.remediation.apply.RemediationRunner] works a task's items off, a bounded number at
/// once; [io.muster.remediation.apply.ItemWorker] brings one resource to its goal, writing each
/// step to the ledger before it takes it through the [io.muster.remediation.apply.ArmPort].
@NullMarked
package io.muster.remediation.apply;

import org.jspecify.annotations.NullMarked;
