package io.muster.core.column;

import io.muster.core.column.Leaf.BoolLeaf;
import io.muster.core.column.Leaf.LongLeaf;
import io.muster.core.column.Leaf.OtherLeaf;
import io.muster.core.column.Leaf.RealLeaf;
import io.muster.core.column.Leaf.TextLeaf;
import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one path has seen so far: a leaf for each kind of value, and the paths below. Rows come in ascending order.
final class ShreddedNode {
    private int lastRow = -1;
    private Bits.@Nullable Builder jsonNulls;
    private @Nullable TextLeaf texts;
    private @Nullable LongLeaf wholes;
    private @Nullable RealLeaf reals;
    private @Nullable BoolLeaf bools;

    /// Numbers and texts that no other leaf holds without loss.
    private @Nullable OtherLeaf others;

    private @Nullable ListNode lists;
    private @Nullable ObjectNode objects;

    void append(int row, JsonCursor cursor) throws IOException, JsonException {
        if (row == lastRow) {
            throw cursor.fault("the object has two members of this name");
        }
        lastRow = row;
        switch (cursor.token()) {
            case STRING -> {
                char[] text = cursor.textCharacters();
                int from = cursor.textOffset();
                int length = cursor.textLength();
                if (hasLoneSurrogate(text, from, length)) {
                    others().add(row, new Dynamic.Text(new String(text, from, length)));
                } else {
                    texts().add(row, text, from, length);
                }
            }
            case WHOLE, FRACTION -> appendScalar(row, cursor.number());
            case TRUE -> bools().add(row, true);
            case FALSE -> bools().add(row, false);
            case NULL -> appendNull(row);
            case START_OBJECT -> {
                var object = objects();
                object.present.set(row);
                while (cursor.next() != JsonCursor.Token.END_OBJECT) {
                    var member = object.member(cursor.text());
                    cursor.next();
                    member.append(row, cursor);
                }
            }
            case START_ARRAY -> {
                var list = lists();
                while (cursor.next() != JsonCursor.Token.END_ARRAY) {
                    list.child.append(list.elements++, cursor);
                }
                list.close(row);
            }
            case END_OBJECT, END_ARRAY, NAME, END ->
                    throw cursor.fault("a JSON value was expected");
        }
    }

    void append(int row, Dynamic value) {
        lastRow = row;
        switch (value) {
            case Dynamic.Array(var items) -> {
                var list = lists();
                for (var item : items) {
                    list.child.append(list.elements++, item);
                }
                list.close(row);
            }
            case Dynamic.Bag(var members) -> {
                var object = objects();
                object.present.set(row);
                for (var member : members.entrySet()) {
                    object.member(member.getKey()).append(row, member.getValue());
                }
            }
            default -> appendScalar(row, value);
        }
    }

    private void appendScalar(int row, Dynamic value) {
        switch (value) {
            case Dynamic.Null() -> appendNull(row);
            case Dynamic.Bool(var b) -> bools().add(row, b);
            case Dynamic.Whole(var n) -> wholes().add(row, n);
            case Dynamic.Real(var d) -> reals().add(row, d);
            case Dynamic.Text(var s) -> {
                char[] text = s.toCharArray();
                if (hasLoneSurrogate(text, 0, text.length)) {
                    others().add(row, value);
                } else {
                    texts().add(row, text, 0, text.length);
                }
            }
            case Dynamic.Decimal d -> others().add(row, d);
            case Dynamic.DateTime t -> others().add(row, t);
            case Dynamic.Span s -> others().add(row, s);
            case Dynamic.Guid g -> others().add(row, g);
            case Dynamic.Array a -> throw new IllegalArgumentException("no scalar: " + a);
            case Dynamic.Bag b -> throw new IllegalArgumentException("no scalar: " + b);
        }
    }

    private void appendNull(int row) {
        if (jsonNulls == null) {
            jsonNulls = new Bits.Builder(row + 1);
        }
        jsonNulls.set(row);
    }

    // UTF-8, which the dictionaries keep, has no form for half of a surrogate pair.
    private static boolean hasLoneSurrogate(char[] text, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (Character.isSurrogate(text[i])) {
                boolean pair =
                        Character.isHighSurrogate(text[i])
                                && i + 1 < from + length
                                && Character.isLowSurrogate(text[i + 1]);
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    ShreddedColumn.Member buildMember(int size, Sharing sharing) {
        return new ShreddedColumn.Member(
                build(size, sharing),
                jsonNulls == null ? null : sharing.same(jsonNulls.build(size)));
    }

    Column build(int size, Sharing sharing) {
        List<Column> variants = new ArrayList<>(1);
        if (objects != null) {
            variants.add(objects.build(size, sharing));
        }
        if (lists != null) {
            variants.add(lists.build(size, sharing));
        }
        for (var leaf : new Leaf[] {texts, wholes, reals, bools, others}) {
            if (leaf != null) {
                variants.add(leaf.build(size, sharing));
            }
        }
        return switch (variants.size()) {
            case 0 -> new NullColumn(size);
            case 1 -> variants.getFirst();
            default -> new MixedColumn(size, variants);
        };
    }

    private TextLeaf texts() {
        if (texts == null) {
            texts = new TextLeaf();
        }
        return texts;
    }

    private LongLeaf wholes() {
        if (wholes == null) {
            wholes = new LongLeaf();
        }
        return wholes;
    }

    private RealLeaf reals() {
        if (reals == null) {
            reals = new RealLeaf();
        }
        return reals;
    }

    private BoolLeaf bools() {
        if (bools == null) {
            bools = new BoolLeaf();
        }
        return bools;
    }

    private OtherLeaf others() {
        if (others == null) {
            others = new OtherLeaf();
        }
        return others;
    }

    private ListNode lists() {
        if (lists == null) {
            lists = new ListNode();
        }
        return lists;
    }

    private ObjectNode objects() {
        if (objects == null) {
            objects = new ObjectNode();
        }
        return objects;
    }

    /// Objects at a path. Members count rows as the object does, so a member's columns stand beside the object's without offsets.
    private static final class ObjectNode {
        final Bits.Builder present = new Bits.Builder(64);
        final Map<String, ShreddedNode> members = new LinkedHashMap<>();

        ShreddedNode member(String name) {
            var node = members.get(name);
            if (node == null) {
                node = new ShreddedNode();
                members.put(name, node);
            }
            return node;
        }

        Column build(int size, Sharing sharing) {
            var built = new LinkedHashMap<String, ShreddedColumn.Member>();
            // No lambda: each level of nesting costs stack.
            for (var member : members.entrySet()) {
                built.put(member.getKey(), member.getValue().buildMember(size, sharing));
            }
            return new ShreddedColumn(sharing.same(present.build(size)), built);
        }
    }

    /// Arrays at a path: the child counts elements, not rows.
    private static final class ListNode {
        final ShreddedNode child = new ShreddedNode();
        int elements;
        private final IntBuffer rows = new IntBuffer();
        private final IntBuffer ends = new IntBuffer();

        void close(int row) {
            rows.add(row);
            ends.add(elements);
        }

        Column build(int size, Sharing sharing) {
            var values = child.build(elements, sharing);
            int[] listed = rows.toArray();
            if (Leaf.isSparse(listed.length, size)) {
                int[] offsets = new int[listed.length + 1];
                System.arraycopy(ends.toArray(), 0, offsets, 1, listed.length);
                return new SparseColumn(
                        size,
                        sharing.same(listed),
                        new ListColumn(
                                sharing.same(Bits.all(listed.length)),
                                sharing.same(offsets),
                                values));
            }
            int[] offsets = new int[size + 1];
            var arrays = new Bits.Builder(size);
            int next = 0;
            for (int row = 0; row < size; row++) {
                offsets[row + 1] = offsets[row];
                if (next < listed.length && listed[next] == row) {
                    offsets[row + 1] = ends.get(next++);
                    arrays.set(row);
                }
            }
            return new ListColumn(sharing.same(arrays.build(size)), sharing.same(offsets), values);
        }
    }
}
