package io.muster.simulator.estate;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A state as text: NDJSON, an entry a line. Written and read an entry at a time.
public final class StateText {
    private static final int PACKED = 0x1F8B;
    private static final int BUFFER = 1 << 16;

    private StateText() {}

    public static void write(Iterable<Dynamic> state, OutputStream out) throws IOException {
        var to = new BufferedOutputStream(out, BUFFER);
        for (var entry : state) {
            to.write(Json.write(entry).getBytes(StandardCharsets.UTF_8));
            to.write('\n');
        }
        to.flush();
    }

    /// The entries of a text, read while one goes through them: once only. Packed by gzip or plain.
    ///
    /// Going through them throws [StateException] for a line that is no JSON object or breaks a limit, and [UncheckedIOException] when nothing can be read.
    public static Iterable<Dynamic> read(InputStream in, StateLimits limits) throws IOException {
        var lines = new Lines(plain(in), limits);
        return () -> lines;
    }

    private static InputStream plain(InputStream in) throws IOException {
        var from = new BufferedInputStream(in, BUFFER);
        from.mark(2);
        int first = from.read() << 8 | from.read();
        from.reset();
        return first == PACKED
                ? new BufferedInputStream(new GZIPInputStream(from, BUFFER), BUFFER)
                : from;
    }

    private static final class Lines implements Iterator<Dynamic> {
        private final InputStream in;
        private final StateLimits limits;
        private final JsonLimits json;
        private @Nullable Dynamic next;
        private boolean ended;
        private long entries;
        private long bytes;

        Lines(InputStream in, StateLimits limits) {
            this.in = in;
            this.limits = limits;
            this.json =
                    new JsonLimits(
                            JsonLimits.DEFAULT.maxDepth(),
                            limits.entryBytes(),
                            limits.entryBytes());
        }

        @Override
        public boolean hasNext() {
            if (next == null && !ended) {
                next = read();
                ended = next == null;
            }
            return next != null;
        }

        @Override
        public Dynamic next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var found = next;
            next = null;
            if (found == null) {
                throw new NoSuchElementException();
            }
            return found;
        }

        /// The next entry; null at the end.
        private @Nullable Dynamic read() {
            entries++;
            try {
                var line = line();
                if (line.length == 0) {
                    return null;
                }
                if (entries > limits.entries()) {
                    throw new StateException(
                            entries, "a state has at most " + limits.entries() + " entries");
                }
                var entry = Json.parse(new String(line, StandardCharsets.UTF_8), json);
                if (entry instanceof Dynamic.Bag) {
                    return entry;
                }
                throw new StateException(entries, "a JSON object was expected");
            } catch (JsonException fault) {
                throw new StateException(
                        entries, fault.getMessage() + ", column " + fault.column(), fault);
            } catch (IOException cut) {
                throw new UncheckedIOException(
                        "entry " + entries + " cannot be read: " + cut.getMessage(), cut);
            }
        }

        /// The bytes of the next line that is not blank; none at the end.
        private byte[] line() throws IOException {
            var out = new ByteArrayOutputStream();
            while (true) {
                int b = in.read();
                if (b < 0 || b == '\n' && out.size() > 0) {
                    return out.toByteArray();
                }
                if (++bytes > limits.bytes()) {
                    throw new StateException(
                            entries, "a state has at most " + limits.bytes() + " bytes");
                }
                if (b == '\n' || b == '\r') {
                    continue;
                }
                if (out.size() == limits.entryBytes()) {
                    throw new StateException(
                            entries, "an entry has at most " + limits.entryBytes() + " bytes");
                }
                out.write(b);
            }
        }
    }
}
