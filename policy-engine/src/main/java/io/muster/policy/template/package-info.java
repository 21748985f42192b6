/// Deployment templates: parameters, variables, copies and expressions computed into the resources to write. Knows the cloud only through `DeployedResources`.
/// Start at `DeploymentTemplate`.
@NullMarked
package io.muster.policy.template;

import org.jspecify.annotations.NullMarked;
