/// What Azure's remediation lacks: bringing gallery applications on machines to a wanted state, by the
/// rules that the guest really follows (`vm-applications.md` sections 3 to 7). Start at
/// [io.muster.remediation.plan.application.ApplicationGoal].
@NullMarked
package io.muster.remediation.plan.application;

import org.jspecify.annotations.NullMarked;
