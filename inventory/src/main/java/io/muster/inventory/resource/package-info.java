/// Names of things in Azure: resource ids, resource types and scopes, compared as Azure compares
/// them (ignoring case, by whole segments). Knows no resource's content.
///
/// Start at [io.muster.inventory.resource.ResourceId].
@NullMarked
package io.muster.inventory.resource;

import org.jspecify.annotations.NullMarked;
