/// Plans to plans that give the same rows sooner: batches of rules in order, one law a rule. Start at [Optimizer].
@NullMarked
package io.muster.kql.optimizer;

import org.jspecify.annotations.NullMarked;
