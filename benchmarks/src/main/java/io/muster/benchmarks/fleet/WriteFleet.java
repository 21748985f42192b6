package io.muster.benchmarks.fleet;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// `WriteFleet FOLDER MACHINES [SEED]`: an estate of the generator as `fleet.ndjson`. The same numbers give the same bytes.
public final class WriteFleet {
    private WriteFleet() {}

    public static void main(String[] args) throws IOException {
        var folder = Files.createDirectories(Path.of(args[0]));
        long seed = args.length > 2 ? Long.parseLong(args[2]) : 42;
        write(folder.resolve("fleet.ndjson"), Integer.parseInt(args[1]), seed);
    }

    static void write(Path file, int machines, long seed) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            new EstateGenerator(EstateSize.ofMachines(machines), seed)
                    .write(resource -> line(resource, out));
        } catch (UncheckedIOException full) {
            throw new IOException("cannot write " + file, full);
        }
    }

    private static void line(Dynamic resource, OutputStream out) {
        try {
            out.write(Json.write(resource).getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }
}
