/// What policies make of a request: append and modify change it, deny refuses it, denyAction refuses a deletion (azure-policy.md section 12).
///
/// Start at [io.muster.policy.admission.Admission]. A function of the request, the existing resource and the definitions in force; it knows no HTTP.
@NullMarked
package io.muster.policy.admission;

import org.jspecify.annotations.NullMarked;
