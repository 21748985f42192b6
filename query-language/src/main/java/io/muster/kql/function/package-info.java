/// What a KQL function is: name, signatures, how its result column is called, and the kernel that computes it over columns. The
/// functions themselves live in `scalar` and `aggregate`, one file a family. Start at [ScalarFunction]. Knows no plan and no text.
@NullMarked
package io.muster.kql.function;

import org.jspecify.annotations.NullMarked;
