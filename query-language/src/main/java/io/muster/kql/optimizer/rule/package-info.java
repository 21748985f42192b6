/// One law a file: a plan of a certain form is another that gives the same rows.
@NullMarked
package io.muster.kql.optimizer.rule;

import org.jspecify.annotations.NullMarked;
