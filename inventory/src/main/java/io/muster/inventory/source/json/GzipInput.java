package io.muster.inventory.source.json;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The members of a gzip file, read to the last byte. The JDK takes whatever is no header for the end: of two files put together, the second one broken, half would be
/// missing and nothing said.
final class GzipInput extends GZIPInputStream {
    /// Checksum and size, behind the data of a member.
    private static final int TRAILER = 8;

    private final Counting packed;

    /// The packed bytes there had been when the buffer was filled last.
    private long filled;

    GzipInput(InputStream packed, int buffer) throws IOException {
        this(new Counting(packed), buffer);
    }

    private GzipInput(Counting packed, int buffer) throws IOException {
        super(packed, buffer);
        this.packed = packed;
    }

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count += Math.max(0, read);
            return read;
        }
    }

    @Override
    protected void fill() throws IOException {
        super.fill();
        filled = packed.count;
    }

    /// Nothing: who is told that there is more reads on at once, and meets the break of a file before it has handed out what stands before it.
    @Override
    public int available() {
        return 0;
    }

    /// @throws ZipException also when something follows the last member
    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int read = super.read(bytes, from, length);
        if (read < 0) {
            long end = filled - inf.getRemaining() + TRAILER;
            // What looked like no header was read, too.
            if (packed.count > end || packed.read() >= 0) {
                throw new ZipException("what follows from byte %d on is none".formatted(end));
            }
        }
        return read;
    }
}
