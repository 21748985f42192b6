/// The server as a process: how soon it answers.
@NullMarked
package io.muster.benchmarks.server;

import org.jspecify.annotations.NullMarked;
