package io.muster.inventory.source.json;

import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.Utf8;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.IdHash;
import io.muster.inventory.resource.ResourceHeading;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.ArmResource;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// Reads one input. Confined to one thread.
final class JsonFileReader {
    private static final int BUFFER = 1 << 16;

    /// How far the beginning is looked at to tell lines from one document.
    private static final int PEEK = 1 << 20;

    /// As many broken lines may come before the first whole one.
    private static final int LINES = 100;

    /// UTF-8's byte order mark.
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /// Faults of one input that are named one by one.
    private static final int MOST_FAULTS = 1000;

    /// Where lists and answers, as Azure and its tools write them, say that more follows.
    private static final List<String> CONTINUATIONS =
            List.of("nextLink", "@odata.nextLink", "$skipToken", "skipToken", "skip_token");

    private static final String TRUNCATED = "resultTruncated";

    private final JsonInput input;
    private final JsonSourceOptions options;
    private final ResourceSink sink;
    private final IdSet idsOfAll;
    private final IdSet idsOfThis = new IdSet();
    private final List<SourceFault> faults;
    private final JsonBytes in;
    private final ResourceHeading heading = new ResourceHeading();
    private long resources;
    private int named;
    private long unnamedErrors;
    private long unnamedWarnings;

    /// Why the last list read is not all of it; empty when it says nothing of more to come, null when none was read.
    private @Nullable String cutOff;

    /// Where the reader is, from 1; 0 before the first line.
    private long line;

    JsonFileReader(
            JsonInput input,
            JsonSourceOptions options,
            ResourceSink sink,
            IdSet ids,
            List<SourceFault> faults) {
        this.input = input;
        this.options = options;
        this.sink = sink;
        this.idsOfAll = ids;
        this.faults = faults;
        this.in = new JsonBytes(options.limits());
    }

    /// Handed to the sink.
    long resources() {
        return resources;
    }

    /// Why the last list read is not all of it; empty when it is, as far as it says; null where there was none.
    @Nullable String cutOff() {
        return cutOff;
    }

    void read() throws SourceException, InterruptedException {
        try (var raw = new BufferedInputStream(input.opener().open(), BUFFER);
                var plain = unpacked(raw)) {
            plain.mark(PEEK + 1);
            var head = Head.of(plain);
            plain.reset();
            plain.skipNBytes(head.from());
            if (isLines(head.bytes(), head.from())) {
                new Lines(plain).read();
            } else {
                readDocuments(plain);
            }
            if (head.breaksOff() != null) {
                throw head.breaksOff();
            }
        } catch (EOFException cut) {
            fault(place(), "the gzip data ends too early", cut);
        } catch (ZipException damaged) {
            fault(place(), "the gzip data is damaged: " + damaged.getMessage(), damaged);
        } catch (IOException unreadable) {
            fault(place(), "it cannot be read: " + describe(unreadable), unreadable);
        }
        if (unnamedWarnings > 0) {
            faults.add(SourceFault.warning(input.name(), unnamedWarnings + " more of the kind"));
        }
        if (unnamedErrors > 0) {
            faults.add(SourceFault.error(input.name(), unnamedErrors + " more faults"));
        }
    }

    private void name(SourceFault fault) {
        if (named++ < MOST_FAULTS) {
            faults.add(fault);
        } else if (fault.isError()) {
            unnamedErrors++;
        } else {
            unnamedWarnings++;
        }
    }

    private String place() {
        return line == 0 ? input.name() : place(line);
    }

    private static String describe(IOException fault) {
        return switch (fault) {
            case java.nio.file.NoSuchFileException _ -> "the file does not exist";
            case java.nio.file.AccessDeniedException _ -> "access is denied";
            default ->
                    fault.getMessage() == null
                            ? fault.getClass().getSimpleName()
                            : fault.getMessage();
        };
    }

    private static BufferedInputStream unpacked(BufferedInputStream raw) throws IOException {
        raw.mark(2);
        int first = raw.read();
        int second = raw.read();
        raw.reset();
        return first == 0x1f && second == 0x8b
                ? new BufferedInputStream(new GzipInput(raw, BUFFER), BUFFER)
                : raw;
    }

    /// The beginning, as far as it can be read: what stands before a break is read for its content, too.
    ///
    /// @param breaksOff met again there; told of at the end where it is not
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Head(byte[] bytes, @Nullable IOException breaksOff) {
        /// Behind a byte order mark, which some shells put before what they write.
        int from() {
            return bytes.length >= MARK.length
                            && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)
                    ? MARK.length
                    : 0;
        }

        static Head of(InputStream in) {
            byte[] head = new byte[PEEK];
            int length = 0;
            try {
                int read = in.read(head, 0, PEEK);
                while (read > 0) {
                    length += read;
                    read = in.read(head, length, PEEK - length);
                }
                return new Head(Arrays.copyOf(head, length), null);
            } catch (IOException breaksOff) {
                return new Head(Arrays.copyOf(head, length), breaksOff);
            }
        }
    }

    /// Whether the input is one JSON object a line: of the first lines one is a whole object, and those before it are broken, not begun.
    private boolean isLines(byte[] head, int from) {
        int at = from;
        for (int n = 0; n < LINES; n++) {
            while (at < head.length && head[at] <= ' ' && head[at] >= 0) {
                at++;
            }
            if (at >= head.length || head[at] != '{') {
                return false;
            }
            int end = at;
            while (end < head.length && head[end] != '\n') {
                end++;
            }
            if (isWhole(head, at, end - at)) {
                return true;
            }
            int last = end - 1;
            while (last > at && head[last] <= ' ' && head[last] >= 0) {
                last--;
            }
            if ("{[,:".indexOf(head[last]) >= 0) {
                return false;
            }
            at = end;
        }
        return false;
    }

    private boolean isWhole(byte[] bytes, int from, int length) {
        try (var cursor = JsonCursor.of(bytes, from, length, options.limits())) {
            if (cursor.next() != JsonCursor.Token.START_OBJECT) {
                return false;
            }
            cursor.skipValue();
            return cursor.next() == JsonCursor.Token.END;
        } catch (IOException | JsonException notWhole) {
            // Not a fault yet: it only says that lines are not documents here.
            return false;
        }
    }

    private void fault(String place, String message, @Nullable Throwable cause)
            throws SourceException {
        var fault = SourceFault.error(place, message);
        if (!options.keepGoing()) {
            throw new SourceException(fault, cause);
        }
        name(fault);
    }

    private String place(long at) {
        return input.name() + ":" + at;
    }

    /// Reads lines out of one buffer, so that a line costs no copy.
    private final class Lines {
        private final InputStream in;
        private byte[] buffer = new byte[1 << 20];
        private int from;
        private int to;

        Lines(InputStream in) {
            this.in = in;
        }

        void read() throws IOException, SourceException, InterruptedException {
            while (true) {
                int end = find();
                if (end < 0) {
                    return;
                }
                line++;
                if ((line & 0xFFF) == 0 && Thread.interrupted()) {
                    throw new InterruptedException();
                }
                int length = end - from;
                if (length > options.maxLineBytes()) {
                    fault(place(), tooLong(), null);
                } else if (!isBlank(from, end)) {
                    line(buffer, from, length);
                }
                from = Math.min(end + 1, to);
            }
        }

        private String tooLong() {
            return "the line is longer than " + options.maxLineBytes() + " bytes";
        }

        private boolean isBlank(int start, int end) {
            for (int i = start; i < end; i++) {
                if (buffer[i] > ' ' || buffer[i] < 0) {
                    return false;
                }
            }
            return true;
        }

        /// The end of the next line, -1 when there is none. A line over the limit is passed over: its last bytes are left in the buffer.
        private int find() throws IOException, SourceException {
            int scanned = from;
            while (true) {
                int end = Utf8.indexOf(buffer, scanned, to, (byte) '\n');
                if (end < to) {
                    return end;
                }
                scanned = to;
                if (to - from > options.maxLineBytes()) {
                    line++;
                    fault(place(), tooLong(), null);
                    if (!skipToNextLine()) {
                        return -1;
                    }
                    scanned = from;
                    continue;
                }
                if (to == buffer.length) {
                    if (from > 0) {
                        System.arraycopy(buffer, from, buffer, 0, to - from);
                        scanned -= from;
                        to -= from;
                        from = 0;
                    } else {
                        buffer =
                                Arrays.copyOf(
                                        buffer,
                                        (int) Math.min(buffer.length * 2L, Integer.MAX_VALUE - 8));
                    }
                }
                int read = in.read(buffer, to, buffer.length - to);
                if (read < 0) {
                    return to > from ? to : -1;
                }
                to += read;
            }
        }

        private boolean skipToNextLine() throws IOException {
            while (true) {
                from = 0;
                to = Math.max(0, in.read(buffer, 0, buffer.length));
                if (to == 0) {
                    return false;
                }
                int end = Utf8.indexOf(buffer, 0, to, (byte) '\n');
                if (end < to) {
                    from = end + 1;
                    return true;
                }
            }
        }
    }

    private void line(byte[] bytes, int from, int length) throws IOException, SourceException {
        try {
            // A fault inside a resource may leave half of it in the sink. Whoever goes on after
            // faults therefore has each
            // line read as a whole first.
            if (!options.keepGoing()) {
                in.reset(bytes, from, length);
                heading.read(in);
                if (heading.hasName() && heading.type().contains("/") && heading.isCertainlyId()) {
                    note(heading.idHash(), heading::id, place());
                    sink.accept(bytes, from, length);
                    resources++;
                    return;
                }
            }
            document(whole(bytes, from, length));
        } catch (JsonException notJson) {
            fault(place() + ":" + notJson.column(), String.valueOf(notJson.getMessage()), notJson);
        }
    }

    private Dynamic whole(byte[] bytes, int from, int length) throws IOException, JsonException {
        try (var cursor = JsonCursor.of(bytes, from, length, options.limits())) {
            cursor.next();
            var value = cursor.readUniqueValue();
            if (cursor.next() != JsonCursor.Token.END) {
                throw cursor.fault("nothing may follow the JSON value of a line");
            }
            return value;
        }
    }

    private void note(long hash, Supplier<String> id, String place) throws SourceException {
        boolean newHere = idsOfThis.add(hash);
        boolean newToAll = idsOfAll.add(hash);
        if (!newHere) {
            fault(place, "the id was already in this file: '" + id.get() + "'", null);
        } else if (!newToAll) {
            name(
                    SourceFault.warning(
                            place,
                            "the id was already in another file; this one counts: '"
                                    + id.get()
                                    + "'"));
        }
    }

    private void emit(Dynamic resource, String place) throws SourceException {
        String id = resource.get("id").textOr("");
        note(IdHash.of(id), () -> id, place);
        sink.accept(resource);
        resources++;
    }

    private void item(Dynamic value, String place) throws SourceException {
        switch (ArmResource.read(value)) {
            case ArmResource.Reading.Resource(var resource) -> emit(resource, place);
            case ArmResource.Reading.None(var why) ->
                    fault(
                            place,
                            isTemplate(value)
                                    ? "this is an ARM template: it says what to deploy, not what is there; export resources, as `az resource list` does"
                                    : "this is no ARM resource: " + why,
                            null);
        }
    }

    private static boolean isTemplate(Dynamic value) {
        return value.get("$schema").textOr("").contains("deploymentTemplate.json")
                && value.get("resources") instanceof Dynamic.Array;
    }

    /// A whole value that was read as objects: a line, or a document that is no list.
    private void document(Dynamic value) throws SourceException {
        String place = place();
        if (value.get("responses") instanceof Dynamic.Bag(var responses)
                && value.get("id").isNull()) {
            example(responses.values(), place);
        } else if (value.get("value") instanceof Dynamic.Array(var items)
                && value.get("id").isNull()) {
            for (var item : items) {
                item(item, place);
            }
            ended(value, place);
        } else if (value.get("data") instanceof Dynamic.Array(var rows)
                && value.get("id").isNull()) {
            for (var row : rows) {
                item(row, place);
            }
            ended(value, place);
        } else if (value.get("data").get("rows") instanceof Dynamic.Array(var rows)
                && value.get("id").isNull()) {
            table(columns(value.get("data").get("columns")), rows, place);
            ended(value, place);
        } else {
            item(value, place);
        }
    }

    /// The bodies of an example's answers: the same resource often stands in several of them.
    private void example(Iterable<Dynamic> responses, String place) throws SourceException {
        var found = new LinkedHashMap<String, Dynamic>();
        for (var response : responses) {
            var body = response.get("body");
            var candidates = new ArrayList<Dynamic>();
            candidates.add(body);
            candidates.addAll(body.get("value").items());
            candidates.addAll(body.get("data").items());
            for (var row : body.get("data").get("rows").items()) {
                candidates.add(row(columns(body.get("data").get("columns")), row));
            }
            for (var candidate : candidates) {
                if (ArmResource.read(candidate)
                        instanceof ArmResource.Reading.Resource(var resource)) {
                    found.putIfAbsent(
                            ResourceId.parse(resource.get("id").textOr("")).key(), resource);
                }
            }
        }
        if (found.isEmpty()) {
            name(SourceFault.warning(place, "the example's answers hold no ARM resource"));
        }
        for (var resource : found.values()) {
            // Examples of one service share ids; that is no fault of theirs.
            sink.accept(resource);
            resources++;
        }
    }

    private static List<String> columns(Dynamic columns) {
        return columns.items().stream().map(column -> column.get("name").textOr("")).toList();
    }

    private static Dynamic row(List<String> columns, Dynamic row) {
        var members = new LinkedHashMap<String, Dynamic>();
        for (int i = 0; i < columns.size(); i++) {
            members.put(columns.get(i), row.get(i));
        }
        return new Dynamic.Bag(members);
    }

    private void table(List<String> columns, List<Dynamic> rows, String place)
            throws SourceException {
        if (columns.isEmpty() && !rows.isEmpty()) {
            fault(place, "the table has rows and no 'columns'", null);
            return;
        }
        for (var row : rows) {
            item(row(columns, row), place);
        }
    }

    /// Reads JSON values that follow each other, lists among them item by item.
    private void readDocuments(InputStream in)
            throws IOException, SourceException, InterruptedException {
        try (var cursor = JsonCursor.of(in, options.limits())) {
            try {
                boolean any = false;
                while (cursor.next() != JsonCursor.Token.END) {
                    any = true;
                    switch (cursor.token()) {
                        case START_ARRAY -> items(cursor);
                        case START_OBJECT -> object(cursor);
                        default ->
                                fault(
                                        place(cursor.line()),
                                        "an object or an array was expected",
                                        null);
                    }
                }
                if (!any) {
                    line = 0;
                    fault(place(), "the file is empty", null);
                }
            } catch (JsonException notJson) {
                // Behind a fault in a document nothing says where the next resource begins.
                fault(
                        input.name() + ":" + notJson.line() + ":" + notJson.column(),
                        String.valueOf(notJson.getMessage()),
                        notJson);
            }
        }
    }

    private void items(JsonCursor cursor)
            throws IOException, JsonException, SourceException, InterruptedException {
        int n = 0;
        while (cursor.next() != JsonCursor.Token.END_ARRAY) {
            if ((++n & 0xFFF) == 0 && Thread.interrupted()) {
                throw new InterruptedException();
            }
            line = cursor.line();
            item(cursor.readUniqueValue(), place());
        }
    }

    /// An object: a list or an answer is streamed, anything else read as a whole.
    private void object(JsonCursor cursor)
            throws IOException, JsonException, SourceException, InterruptedException {
        line = cursor.line();
        long start = line;
        var members = new LinkedHashMap<String, Dynamic>();
        boolean streamed = false;
        while (cursor.next() != JsonCursor.Token.END_OBJECT) {
            String name = cursor.text();
            cursor.next();
            if (members.containsKey(name)) {
                throw cursor.twice();
            }
            boolean mayBeList = !members.containsKey("id");
            if (mayBeList
                    && cursor.token() == JsonCursor.Token.START_ARRAY
                    && (name.equals("value") || name.equals("data"))) {
                items(cursor);
                streamed = true;
            } else if (mayBeList
                    && cursor.token() == JsonCursor.Token.START_OBJECT
                    && name.equals("data")) {
                streamed = dataTable(cursor, members);
            } else {
                members.put(name, cursor.readUniqueValue());
            }
        }
        var rest = new Dynamic.Bag(members);
        if (streamed) {
            ended(rest, place(start));
        } else {
            line = start;
            document(rest);
        }
    }

    /// Behind the items of a list. One page of several looks like a whole one but for what it says of the next.
    private void ended(Dynamic list, String place) {
        String next =
                CONTINUATIONS.stream()
                        .filter(name -> !list.get(name).textOr("").isEmpty())
                        .findFirst()
                        .orElse(
                                list.get(TRUNCATED).textOr("").equalsIgnoreCase("true")
                                        ? TRUNCATED
                                        : "");
        cutOff =
                next.isEmpty()
                        ? ""
                        : "by its '%s' this is one page, and others follow".formatted(next);
        if (!next.isEmpty()) {
            name(SourceFault.warning(place, cutOff));
        }
    }

    /// `data` as `{"columns":[...],"rows":[[...]]}`, row by row once the columns are known. Whether it was such a table; any other object is
    /// put with the members.
    private boolean dataTable(JsonCursor cursor, Map<String, Dynamic> members)
            throws IOException, JsonException, SourceException {
        var data = new LinkedHashMap<String, Dynamic>();
        List<String> columns = null;
        boolean table = false;
        while (cursor.next() != JsonCursor.Token.END_OBJECT) {
            String name = cursor.text();
            cursor.next();
            if (data.containsKey(name)) {
                throw cursor.twice();
            }
            if (name.equals("rows")
                    && columns != null
                    && cursor.token() == JsonCursor.Token.START_ARRAY) {
                table = true;
                while (cursor.next() != JsonCursor.Token.END_ARRAY) {
                    line = cursor.line();
                    item(row(columns, cursor.readUniqueValue()), place());
                }
                continue;
            }
            var value = cursor.readUniqueValue();
            data.put(name, value);
            if (name.equals("columns")) {
                columns = columns(value);
            }
        }
        if (!table && data.get("rows") instanceof Dynamic.Array(var rows)) {
            table = true;
            table(columns == null ? List.of() : columns, rows, place());
        }
        if (!table) {
            members.put("data", new Dynamic.Bag(data));
        }
        return table;
    }
}
