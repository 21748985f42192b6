package io.muster.inventory.snapshot;

import java.io.IOException;
import java.io.Serial;

/// A snapshot was not kept, because another node has published one that this node has not read: to be read first, and collected upon anew.
public final class OvertakenException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    public OvertakenException() {
        super("another node has published a snapshot since this one last read it");
    }
}
