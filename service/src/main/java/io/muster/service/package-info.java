/// The only room that knows Micronaut: HTTP, CLI, schedule, store.
@NullMarked
package io.muster.service;

import org.jspecify.annotations.NullMarked;
