package io.muster.service.cli;

import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.source.ResourceSink;
import java.io.IOException;

/// Puts what a source reads into a snapshot.
record SnapshotSink(SnapshotBuilder builder) implements ResourceSink {
    @Override
    public void accept(Dynamic resource) {
        builder.add(resource);
    }

    @Override
    public void accept(byte[] utf8, int offset, int length) throws IOException, JsonException {
        builder.add(utf8, offset, length);
    }
}
