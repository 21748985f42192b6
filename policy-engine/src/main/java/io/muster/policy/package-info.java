/// The policy engine: Azure Policy definitions over an inventory to compliance states with their reasons.
///
/// Start at [io.muster.policy.PolicyEngine]. A definition passes these rooms in order: `definition` reads it (with `condition`, `expression`, `alias`
/// and `effect`), `compile` binds an assignment's parameters and folds what is constant, `evaluate` decides states row by row or over columns,
/// `change` and `admission` say what a request or resource becomes, `template` expands the deployments that policies start.
@NullMarked
package io.muster.policy;

import org.jspecify.annotations.NullMarked;
