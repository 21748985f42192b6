/// The demo: a simulated estate behind a socket of its own, and what the server is told to begin with.
@NullMarked
package io.muster.service.demo;

import org.jspecify.annotations.NullMarked;
