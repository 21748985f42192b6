/// Tables of results as text: aligned for a terminal, JSON, CSV, Markdown.
@NullMarked
package io.muster.service.cli.output;

import org.jspecify.annotations.NullMarked;
