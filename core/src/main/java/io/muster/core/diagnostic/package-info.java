/// What a user did wrong and where: source text, spans, diagnostics and how they are shown.
@NullMarked
package io.muster.core.diagnostic;

import org.jspecify.annotations.NullMarked;
