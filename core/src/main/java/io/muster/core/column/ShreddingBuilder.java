package io.muster.core.column;

import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;

/// Turns JSON values, one a row, straight into columns: a column for each path, no object tree between. Confined to one thread.
///
/// Nothing is lost: every value can be given back as it came, member order aside. Strings become distinct values of a dictionary, rare paths
/// sparse columns, paths of several kinds mixed columns.
public final class ShreddingBuilder {
    private final ShreddedNode root = new ShreddedNode();
    private int size;

    /// Appends the value that comes next; the reader is then behind it.
    ///
    /// @throws JsonException also when an object names a member twice; the builder is then unusable
    public void append(JsonBytes in) throws JsonException {
        root.append(size, in);
        size++;
    }

    public void append(Dynamic value) {
        root.append(size, value);
        size++;
    }

    /// Rows appended so far.
    public int size() {
        return size;
    }

    public Column build() {
        return build(new Sharing());
    }

    /// The columns, with what `sharing` has met elsewhere kept once.
    public Column build(Sharing sharing) {
        return root.build(size, sharing);
    }
}
