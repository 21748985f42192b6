/// What an operator can set, as checked records. Start at [io.muster.service.config.ServerOptions].
@NullMarked
package io.muster.service.config;

import org.jspecify.annotations.NullMarked;
