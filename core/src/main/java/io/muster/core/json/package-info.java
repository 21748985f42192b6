/// The one JSON reader and writer: values with line, column and JSON pointer. The only package that sees Jackson.
@NullMarked
package io.muster.core.json;

import org.jspecify.annotations.NullMarked;
