/// What was done, written before it is done, so that a crash at any moment loses nothing and repeats
/// nothing. A task's [io.muster.remediation.ledger.LedgerEntry] lines are all that is needed to go on
/// after a crash, to show what happened and to roll it back.
@NullMarked
package io.muster.remediation.ledger;

import org.jspecify.annotations.NullMarked;
