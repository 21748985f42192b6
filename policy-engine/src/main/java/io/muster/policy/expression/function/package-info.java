/// The functions of the template language, one file a family, gathered in [io.muster.policy.expression.function.FunctionLibrary].
///
/// They behave as the service's own library does (azure-policy.md section 10). A function that needs to know where it stands
/// (`field`, `parameters`, `resourceGroup`) is not here: the evaluation's scope answers it.
@NullMarked
package io.muster.policy.expression.function;

import org.jspecify.annotations.NullMarked;
