package io.muster.service.cli;

import java.io.InputStream;
import java.io.PrintStream;

/// Where a command reads and writes: the process's own streams, or a test's.
public record Streams(InputStream in, PrintStream out, PrintStream err) {}
