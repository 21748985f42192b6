package io.muster.benchmarks.fleet;

import io.muster.core.json.JsonException;
import io.muster.core.json.Utf8;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/// The NDJSON files of a folder, a resource a line: a fleet. In the order of their names.
public record FleetFiles(List<Path> files) {
    private static final Instant TAKEN = Instant.parse("2026-06-01T00:00:00Z");

    public FleetFiles {
        files = List.copyOf(files);
    }

    public static FleetFiles in(Path folder) throws IOException {
        try (var list = Files.list(folder)) {
            var found = list.filter(file -> file.toString().endsWith(".ndjson")).sorted().toList();
            if (found.isEmpty()) {
                throw new IOException("no .ndjson file in " + folder);
            }
            return new FleetFiles(found);
        }
    }

    /// Bytes of JSON.
    public long size() throws IOException {
        long size = 0;
        for (var file : files) {
            size += Files.size(file);
        }
        return size;
    }

    /// Reads them all into one snapshot, on this thread, a block of text at a time.
    public Snapshot load() throws IOException, JsonException {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (var file : files) {
            try (var in = Files.newInputStream(file)) {
                lines(in, builder);
            }
        }
        return builder.build(TAKEN, Dynamic.EMPTY_BAG);
    }

    private static void lines(InputStream in, SnapshotBuilder builder)
            throws IOException, JsonException {
        byte[] block = new byte[1 << 20];
        int held = 0;
        for (int read; (read = in.read(block, held, block.length - held)) >= 0; ) {
            int end = held + read;
            int start = 0;
            for (int at = held; at < end; at = start) {
                int stop = Utf8.indexOf(block, at, end, (byte) '\n');
                if (stop == end) {
                    break;
                }
                if (stop > start) {
                    builder.add(block, start, stop - start);
                }
                start = stop + 1;
            }
            held = end - start;
            System.arraycopy(block, start, block, 0, held);
            if (held == block.length) {
                block = Arrays.copyOf(block, block.length * 2);
            }
        }
        if (held > 0) {
            builder.add(block, 0, held);
        }
    }
}
