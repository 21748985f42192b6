/// Deployment templates: parameters, variables, copies and expressions computed into the resources to write. Knows the estate only through a lookup.
/// Start at `DeploymentTemplate`.
@NullMarked
package io.muster.simulator.deployment;

import org.jspecify.annotations.NullMarked;
