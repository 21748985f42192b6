/// Regular expressions: what Kusto writes ([RegexSyntax]), how large one may become ([RegexSize]), and matching that a query's limits can
/// end ([Regex]). RE2/J does the matching itself.
@NullMarked
package io.muster.kql.regex;

import org.jspecify.annotations.NullMarked;
