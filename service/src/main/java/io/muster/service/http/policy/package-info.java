/// Azure Policy's REST: the policy objects of Microsoft.Authorization, and the states, events and remediations of Microsoft.PolicyInsights.
@NullMarked
package io.muster.service.http.policy;

import org.jspecify.annotations.NullMarked;
