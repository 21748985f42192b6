/// KQL from text to table, in passes: syntax, binder, plan, optimizer, exec. Start at `Kql`.
@NullMarked
package io.muster.kql;

import org.jspecify.annotations.NullMarked;
