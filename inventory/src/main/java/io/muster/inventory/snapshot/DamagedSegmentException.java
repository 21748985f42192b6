package io.muster.inventory.snapshot;

/// A kept segment cannot be read: its bytes are not those that were written. Its resources must be collected again.
public final class DamagedSegmentException extends Exception {
    private static final long serialVersionUID = 1L;
    private final long segmentId;
    private final String type;

    public DamagedSegmentException(long segmentId, String type, String why) {
        super("segment " + segmentId + " of " + type + " is damaged: " + why);
        this.segmentId = segmentId;
        this.type = type;
    }

    public long segmentId() {
        return segmentId;
    }

    /// The type of the resources that are lost.
    public String type() {
        return type;
    }
}
