@NullMarked
package io.muster.kql.regex;

import org.jspecify.annotations.NullMarked;
