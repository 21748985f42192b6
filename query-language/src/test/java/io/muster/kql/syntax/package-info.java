/// Tests of reading KQL text and writing it again.
@NullMarked
package io.muster.kql.syntax;

import org.jspecify.annotations.NullMarked;
