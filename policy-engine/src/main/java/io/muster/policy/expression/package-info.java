/// ARM template expressions (`[concat('a', parameters('b'))]`): grammar, syntax tree, evaluation. The one package that sees ANTLR.
///
/// Start at [io.muster.policy.expression.TemplateValue] (a JSON value with expressions in it) and
/// [io.muster.policy.expression.Expression]. Functions live in `function`, one file a family. What an expression can reach
/// beyond its literals comes through [io.muster.policy.expression.ExpressionScope].
@NullMarked
package io.muster.policy.expression;

import org.jspecify.annotations.NullMarked;
