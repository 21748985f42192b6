package io.muster.inventory.source;

import org.jspecify.annotations.Nullable;

/// A source cannot be read.
public final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient SourceFault fault;

    public SourceException(SourceFault fault) {
        this(fault, null);
    }

    public SourceException(SourceFault fault, @Nullable Throwable cause) {
        super(fault.describe(), cause);
        this.fault = fault;
    }

    public SourceFault fault() {
        return fault;
    }
}
