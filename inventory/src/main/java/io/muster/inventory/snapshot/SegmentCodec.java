package io.muster.inventory.snapshot;

import io.muster.core.column.Column;
import io.muster.core.column.ColumnCodec;
import io.muster.core.column.Sharing;
import io.muster.inventory.table.TableLayout;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/// Segments and whole snapshots as bytes: `MSG1`, CRC-32C of the rest, then the deflated ordinals and columns. Table columns are derived again on reading.
public final class SegmentCodec {
    private static final int MAGIC = 0x4D534731;
    private static final int HEADER = 8;

    private SegmentCodec() {}

    public static byte[] encode(ResourceSegment segment) {
        var bytes = new ByteArrayOutputStream(1 << 20);
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try (var out =
                new DataOutputStream(
                        new BufferedOutputStream(
                                new DeflaterOutputStream(bytes, deflater, 1 << 16), 1 << 16))) {
            out.writeInt(segment.size());
            for (int ordinal : segment.ordinals()) {
                out.writeInt(ordinal);
            }
            ColumnCodec.write(segment.root(), out);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            deflater.end();
        }
        byte[] body = bytes.toByteArray();
        return ByteBuffer.allocate(HEADER + body.length)
                .putInt(MAGIC)
                .putInt(checksum(body, 0))
                .put(body)
                .array();
    }

    private static int checksum(byte[] bytes, int from) {
        var crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }

    private record Decoded(int[] ordinals, Column root) {}

    private static Decoded decode(SnapshotManifest.Entry entry, byte[] bytes, Sharing sharing)
            throws DamagedSegmentException {
        if (bytes.length < HEADER || ByteBuffer.wrap(bytes).getInt() != MAGIC) {
            throw new DamagedSegmentException(
                    entry.segmentId(), entry.type(), "it does not begin as a segment does");
        }
        if (ByteBuffer.wrap(bytes).getInt(4) != checksum(bytes, HEADER)) {
            throw new DamagedSegmentException(
                    entry.segmentId(), entry.type(), "its checksum differs");
        }
        try {
            var in = ByteBuffer.wrap(inflated(bytes));
            int[] ordinals = new int[in.getInt()];
            in.asIntBuffer().get(ordinals);
            in.position(in.position() + ordinals.length * Integer.BYTES);
            return new Decoded(ordinals, ColumnCodec.read(in, sharing));
        } catch (IOException unreadable) {
            throw damaged(entry, unreadable);
        }
    }

    private static byte[] inflated(byte[] bytes) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(bytes, HEADER, bytes.length - HEADER);
            byte[] out = new byte[Math.max(1 << 12, bytes.length * 3)];
            int size = 0;
            while (!inflater.finished()) {
                if (size == out.length) {
                    out = Arrays.copyOf(out, Math.multiplyExact(size, 2));
                }
                int more = inflater.inflate(out, size, out.length - size);
                if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new IOException("it ends too early");
                }
                size += more;
            }
            return Arrays.copyOf(out, size);
        } catch (DataFormatException damaged) {
            throw new IOException("it cannot be unpacked: " + damaged.getMessage(), damaged);
        } finally {
            inflater.end();
        }
    }

    /// Where a store reads a segment's bytes.
    public interface SegmentSource {
        /// @throws UnreadableSegmentException when the store lost this one; any other fault is the store's as a whole
        byte[] read(long segmentId) throws IOException;
    }

    /// A store has no bytes for a segment, or bytes that it says itself are wrong.
    public static final class UnreadableSegmentException extends IOException {
        private static final long serialVersionUID = 1L;

        public UnreadableSegmentException(String message) {
            super(message);
        }

        public UnreadableSegmentException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// One segment from its bytes.
    ///
    /// @throws DamagedSegmentException when the bytes are not those that were written
    public static ResourceSegment decode(
            SnapshotManifest.Entry entry, TableLayout layout, byte[] bytes)
            throws DamagedSegmentException {
        return decode(entry, layout, bytes, new Sharing());
    }

    private static ResourceSegment read(
            SnapshotManifest.Entry entry, TableLayout layout, SegmentSource source, Sharing sharing)
            throws IOException, DamagedSegmentException {
        byte[] bytes;
        try {
            bytes = source.read(entry.segmentId());
        } catch (UnreadableSegmentException lost) {
            throw damaged(entry, lost);
        }
        return decode(entry, layout, bytes, sharing);
    }

    private static DamagedSegmentException damaged(
            SnapshotManifest.Entry entry, IOException cause) {
        var fault =
                new DamagedSegmentException(
                        entry.segmentId(), entry.type(), String.valueOf(cause.getMessage()));
        fault.initCause(cause);
        return fault;
    }

    private static ResourceSegment decode(
            SnapshotManifest.Entry entry, TableLayout layout, byte[] bytes, Sharing sharing)
            throws DamagedSegmentException {
        var decoded = decode(entry, bytes, sharing);
        var segment =
                new ResourceSegment(
                        entry.segmentId(),
                        entry.type(),
                        layout.tableOf(entry.type()),
                        decoded.root(),
                        decoded.ordinals(),
                        sharing.below(entry.type()));
        var deleted = entry.deleted();
        return deleted == null ? segment : segment.without(deleted);
    }

    /// The snapshot of a manifest, as it was.
    public static Snapshot restore(
            SnapshotManifest manifest, TableLayout layout, SegmentSource source)
            throws IOException, DamagedSegmentException {
        var segments = new ArrayList<ResourceSegment>();
        var sharing = new Sharing();
        for (var entry : manifest.entries()) {
            segments.add(read(entry, layout, source, sharing));
        }
        return of(manifest, layout, segments);
    }

    /// The snapshot of a manifest, as far as it can be read.
    ///
    /// @param damaged is told each segment that is left out
    public static Snapshot salvage(
            SnapshotManifest manifest,
            TableLayout layout,
            SegmentSource source,
            Consumer<DamagedSegmentException> damaged)
            throws IOException {
        var segments = new ArrayList<ResourceSegment>();
        var sharing = new Sharing();
        for (var entry : manifest.entries()) {
            try {
                segments.add(read(entry, layout, source, sharing));
            } catch (DamagedSegmentException unreadable) {
                damaged.accept(unreadable);
            }
        }
        return of(manifest, layout, segments);
    }

    private static Snapshot of(
            SnapshotManifest manifest, TableLayout layout, List<ResourceSegment> segments) {
        var ids = new IdIndex();
        ids.reserveUpTo(manifest.nextOrdinal());
        for (var segment : segments) {
            for (int row = 0; row < segment.size(); row++) {
                if (segment.rows().isLive(row)) {
                    ids.restore(segment.resourceId(row), segment.ordinal(row));
                }
            }
        }
        // Segments dropped before the restart had ids too, higher ones perhaps than any still
        // there: a version has far fewer than
        // a million of them.
        ids.reserveSegmentIdsBelow((manifest.version() + 1) << 20);
        return Snapshot.of(
                layout, manifest.version(), manifest.takenAt(), manifest.metadata(), segments, ids);
    }
}
