/// The commands. Offline verbs use the engines directly and never start Micronaut; `serve` and `demo` do. Exit codes: 0 fine, 1 findings,
/// 2 usage or bad input, 3 our own fault. Start at [io.muster.service.cli.Muster].
@NullMarked
package io.muster.service.cli;

import org.jspecify.annotations.NullMarked;
