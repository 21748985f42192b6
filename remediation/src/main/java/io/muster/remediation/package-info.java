/// From non-compliance to change, and from change to proof. Start at `Remediation`, or for many rings
/// of machines at `Campaigns`.
///
/// A task (`task`) names what is wanted; `plan` finds the resources it concerns and, for one resource
/// as just read, the next step; `change` is that step, as asked of ARM; `ledger` keeps it before
/// `apply` sends it; `verify` tells from the next read whether the item is over or open still.
/// `campaign` makes tasks of rings, `pace` says when and how fast.
///
/// Knows no HTTP, no database and no query language: `service` binds those to the ports.
@NullMarked
package io.muster.remediation;

import org.jspecify.annotations.NullMarked;
