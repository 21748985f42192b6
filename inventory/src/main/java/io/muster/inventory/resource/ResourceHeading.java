package io.muster.inventory.resource;

import io.muster.core.column.TextPool;
import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The members of a resource's text that say what it is and where it belongs: `id`, `name`, `type`. They stand near the front, so little of a
/// text is read for them. Used for one text after the other. Confined to one thread.
public final class ResourceHeading {
    private static final byte[] ID = bytes("\"id\":");
    private static final byte[] NAME = bytes("\"name\":");
    private static final byte[] TYPE = bytes("\"type\":");
    private static final byte[] PROVIDERS = bytes("providers");
    private static final int MOST_SEGMENTS = 32;
    private static final byte[] SUBSCRIPTIONS = bytes("/subscriptions/");

    /// The distinct types met, as written, and in lower case.
    private final TextPool types = new TextPool();

    private final List<String> lowerTypes = new ArrayList<>();
    private byte[] id = new byte[256];
    private int idLength;
    private @Nullable String beyondAscii;
    private long idHash;
    private int type;
    private boolean named;

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /// Reads the text from its beginning until all three are found; the first of each counts.
    ///
    /// @throws JsonException when it is no JSON as far as it was read, or no object
    public void read(JsonBytes in) throws JsonException {
        idLength = 0;
        idHash = 0;
        beyondAscii = null;
        type = -1;
        named = false;
        if (in.peek() != '{') {
            throw in.fault("a resource must be a JSON object");
        }
        in.enter();
        boolean open = !in.leaveIfEmpty('}');
        while (open && (idHash == 0 || type < 0 || !named)) {
            member(in);
            open = in.more('}');
        }
    }

    private void member(JsonBytes in) throws JsonException {
        in.peek();
        boolean isId = in.takeName(ID);
        boolean isName = !isId && in.takeName(NAME);
        boolean isType = !isId && !isName && in.takeName(TYPE);
        if (!isId && !isName && !isType) {
            in.name();
            switch (in.text()) {
                case "id" -> isId = true;
                case "name" -> isName = true;
                case "type" -> isType = true;
                default -> {}
            }
        }
        if (in.peek() != '"' || !isId && !isName && !isType) {
            in.skip();
            return;
        }
        in.string();
        if (isName) {
            named = true;
        } else if (isType && type < 0) {
            type = types.intern(in);
            if (type == lowerTypes.size()) {
                lowerTypes.add(in.text().toLowerCase(Locale.ROOT));
            }
        } else if (isId && idHash == 0) {
            idLength = in.textTo() - in.textFrom();
            if (idLength > id.length) {
                id = new byte[idLength * 2];
            }
            System.arraycopy(in.textBytes(), in.textFrom(), id, 0, idLength);
            idHash = IdHash.ofAscii(id, 0, idLength);
            beyondAscii = idHash == 0 ? in.text() : null;
            if (beyondAscii != null) {
                idHash = IdHash.of(beyondAscii);
            }
        }
    }

    public boolean hasId() {
        return idHash != 0;
    }

    /// The id as written, "" without one.
    public String id() {
        return beyondAscii != null
                ? beyondAscii
                : new String(id, 0, idLength, StandardCharsets.ISO_8859_1);
    }

    /// [IdHash] of the id, 0 without one.
    public long idHash() {
        return idHash;
    }

    public boolean hasType() {
        return type >= 0;
    }

    /// The type in lower case, "" without one.
    public String type() {
        return type < 0 ? "" : lowerTypes.get(type);
    }

    public boolean hasName() {
        return named;
    }

    /// Whether the id certainly is a [ResourceId] by its form; any other may be one all the same.
    public boolean isCertainlyId() {
        int prefix = SUBSCRIPTIONS.length;
        if (idLength < prefix || !Arrays.equals(id, 0, prefix, SUBSCRIPTIONS, 0, prefix)) {
            return false;
        }
        int segments = 0;
        int from = 1;
        boolean namespace = false;
        for (int at = 1; at <= idLength; at++) {
            if (at < idLength && id[at] != '/') {
                if (id[at] <= ' ') {
                    return false;
                }
                continue;
            }
            if (at == from) {
                return false;
            }
            if (segments % 2 == 0) {
                // In the place of a type; a type must follow its namespace.
                boolean providers = isProviders(from, at);
                if (providers && namespace) {
                    return false;
                }
                namespace = providers;
            }
            segments++;
            from = at + 1;
        }
        return segments % 2 == 0 && segments <= MOST_SEGMENTS && !namespace;
    }

    private boolean isProviders(int from, int to) {
        if (to - from != PROVIDERS.length) {
            return false;
        }
        for (int i = 0; i < PROVIDERS.length; i++) {
            if ((id[from + i] | 0x20) != PROVIDERS[i]) {
                return false;
            }
        }
        return true;
    }
}
