package io.muster.service.store;

import io.muster.inventory.snapshot.SegmentCodec.SegmentSource;
import io.muster.inventory.snapshot.SegmentCodec.UnreadableSegmentException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/// Reads segments within a transaction. What the database says it has lost of one of them is that segment's damage and leaves the others to be read; any other
/// fault is the database's as a whole: a connection that ends is no reason to take the fleet for lost.
final class SegmentContents implements SegmentSource {
    /// PostgreSQL's class of states for damaged data.
    private static final String DAMAGED = "XX";

    /// `org.h2.api.ErrorCode.FILE_CORRUPTED_1`
    private static final int H2_DAMAGED = 90030;

    private final Connection connection;
    private final Set<Long> damaged;

    /// @param damaged segments that are not to be read: which rows of theirs are deleted is not known any more
    SegmentContents(Connection connection, Set<Long> damaged) {
        this.connection = connection;
        this.damaged = damaged;
    }

    @Override
    public byte[] read(long segmentId) throws IOException {
        if (damaged.contains(segmentId)) {
            throw new UnreadableSegmentException("the checksum of its deleted rows differs");
        }
        try {
            // A fault ends PostgreSQL's transaction, but for what was before a savepoint.
            var before = connection.setSavepoint();
            try {
                byte[] content = content(segmentId);
                connection.releaseSavepoint(before);
                return content;
            } catch (SQLException fault) {
                if (!isDamage(fault)) {
                    throw fault;
                }
                connection.rollback(before);
                throw new UnreadableSegmentException(
                        "the database cannot read it: " + fault.getMessage(), fault);
            }
        } catch (SQLException fault) {
            throw new IOException("segment " + segmentId + " cannot be read", fault);
        }
    }

    private byte[] content(long segmentId) throws SQLException, UnreadableSegmentException {
        try (var query =
                connection.prepareStatement(
                        "select content from snapshot_segment where segment_id = ?")) {
            query.setLong(1, segmentId);
            try (var rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw new UnreadableSegmentException("it is missing");
                }
                return rows.getBytes(1);
            }
        }
    }

    private static boolean isDamage(SQLException fault) {
        String state = fault.getSQLState();
        return fault.getErrorCode() == H2_DAMAGED || state != null && state.startsWith(DAMAGED);
    }
}
