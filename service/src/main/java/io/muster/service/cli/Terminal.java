package io.muster.service.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// The terminal that a person sits at, if one does.
final class Terminal {
    private static final int USUAL_WIDTH = 100;

    private Terminal() {}

    /// Columns of the terminal that the output goes to; 0 when it goes to a file or another program.
    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none again when the streams are redirected
    static int width() {
        String set = System.getenv("COLUMNS");
        if (set != null && set.matches("[1-9]\\d{0,3}")) {
            return Integer.parseInt(set);
        }
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            return 0;
        }
        try {
            var process =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(Path.of("/dev/tty").toFile())
                            .start();
            String size =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            var parts = size.strip().split(" ");
            return process.waitFor(1, TimeUnit.SECONDS) && parts.length == 2
                    ? Integer.parseInt(parts[1])
                    : USUAL_WIDTH;
        } catch (IOException | NumberFormatException unknown) {
            // No stty here: the usual width is better than none.
            return USUAL_WIDTH;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return USUAL_WIDTH;
        }
    }
}
