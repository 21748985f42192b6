/// Remediation put together: ARM by the Azure SDK, the ledger by JDBC, compliance by the policy engine; and the fleet brought up to date after a task.
@NullMarked
package io.muster.service.remediation;

import org.jspecify.annotations.NullMarked;
