/// Azure's own remediation: what modify and deployIfNotExists ask of a resource. Knows the policy engine
/// through [io.muster.remediation.plan.policy.PolicyCompliance] alone.
@NullMarked
package io.muster.remediation.plan.policy;

import org.jspecify.annotations.NullMarked;
