package io.muster.core.column;

import io.muster.core.column.Leaf.BoolLeaf;
import io.muster.core.column.Leaf.LongLeaf;
import io.muster.core.column.Leaf.OtherLeaf;
import io.muster.core.column.Leaf.RealLeaf;
import io.muster.core.column.Leaf.TextLeaf;
import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.nio.charset.StandardCharsets;
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

    void append(int row, JsonBytes in) throws JsonException {
        if (row == lastRow) {
            throw in.fault("the object has two members of this name");
        }
        lastRow = row;
        switch (in.peek()) {
            case '"' -> {
                if (texts != null && texts.addIfRepeated(row, in)) {
                    return;
                }
                in.string();
                if (in.hasLoneSurrogate()) {
                    // UTF-8, which the dictionaries keep, has no form for half of a surrogate pair.
                    others().add(row, new Dynamic.Text(in.text()));
                } else {
                    texts().add(row, in);
                }
            }
            case '{' -> objects().append(row, in);
            case '[' -> lists().append(row, in);
            case 't' -> {
                in.literal("true");
                bools().add(row, true);
            }
            case 'f' -> {
                in.literal("false");
                bools().add(row, false);
            }
            case 'n' -> {
                in.literal("null");
                appendNull(row);
            }
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                if (in.isShortWhole()) {
                    wholes().add(row, in.whole());
                } else {
                    appendScalar(row, in.number());
                }
            }
            default -> throw in.fault("a JSON value was expected");
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
                if (hasLoneSurrogate(s)) {
                    others().add(row, value);
                } else {
                    texts().add(row, s);
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

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
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
        private final Map<String, Known> members = new LinkedHashMap<>();

        /// The members by the UTF-8 of their names: a code is an index into `byCode`.
        private final TextPool names = new TextPool();

        private final List<Known> byCode = new ArrayList<>();

        /// What stands first in most objects here.
        private @Nullable Known first;

        /// A member: its values, how its name stands in most texts, and who mostly comes behind it. Objects of one shape so find their
        /// columns without looking a name up.
        private static final class Known {
            final ShreddedNode values = new ShreddedNode();

            /// Null when the name cannot stand in a text as it is.
            final byte @Nullable [] quoted;

            @Nullable Known next;

            Known(String name) {
                boolean plain =
                        !hasLoneSurrogate(name)
                                && name.chars().noneMatch(c -> c < ' ' || c == '"' || c == '\\');
                quoted = plain ? ("\"" + name + "\":").getBytes(StandardCharsets.UTF_8) : null;
            }

            boolean isNext(JsonBytes in) {
                return quoted != null && in.takeName(quoted);
            }
        }

        void append(int row, JsonBytes in) throws JsonException {
            present.set(row);
            in.enter();
            if (in.leaveIfEmpty('}')) {
                return;
            }
            Known before = null;
            do {
                in.peek();
                var expected = before == null ? first : before.next;
                if (expected == null || !expected.isNext(in)) {
                    expected = named(in);
                    if (before == null) {
                        first = expected;
                    } else {
                        before.next = expected;
                    }
                }
                expected.values.append(row, in);
                before = expected;
            } while (in.more('}'));
        }

        private Known named(JsonBytes in) throws JsonException {
            in.name();
            int code = names.intern(in);
            if (code == byCode.size()) {
                byCode.add(known(in.text()));
            }
            return byCode.get(code);
        }

        ShreddedNode member(String name) {
            return known(name).values;
        }

        private Known known(String name) {
            var node = members.get(name);
            if (node == null) {
                node = new Known(name);
                members.put(name, node);
            }
            return node;
        }

        Column build(int size, Sharing sharing) {
            var built = new LinkedHashMap<String, ShreddedColumn.Member>();
            // No lambda: each level of nesting costs stack.
            for (var member : members.entrySet()) {
                String name = member.getKey();
                built.put(name, member.getValue().values.buildMember(size, sharing.below(name)));
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

        void append(int row, JsonBytes in) throws JsonException {
            in.enter();
            if (!in.leaveIfEmpty(']')) {
                do {
                    child.append(elements++, in);
                } while (in.more(']'));
            }
            close(row);
        }

        void close(int row) {
            rows.add(row);
            ends.add(elements);
        }

        Column build(int size, Sharing sharing) {
            var values = child.build(elements, sharing.below("[]"));
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
