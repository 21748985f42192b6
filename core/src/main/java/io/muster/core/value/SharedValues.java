package io.muster.core.value;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts one instance in the place of equal values, for whoever keeps many that are much alike: of the regions, sizes, images and states of a hundred thousand machines
/// one each lies in memory then, and each list of member names once. What it gives is equal to what it was given, members in the same order.
///
/// It remembers a bounded number of small values, the last ones seen: one that was forgotten meanwhile is kept once more. Not for two threads at once.
public final class SharedValues {
    /// Places for values, a power of two.
    private static final int VALUES = 1 << 15;

    /// Places for lists of names, a power of two: few forms are much used.
    private static final int FORMS = 1 << 10;

    /// Longer texts are scripts and certificates: remembered, they could outweigh what is saved. So could the next two.
    private static final int LONGEST = 1024;

    /// Items of an array.
    private static final int WIDEST = 24;

    /// Bags and arrays within each other.
    private static final int DEEPEST = 3;

    /// The depth of what is not remembered.
    private static final int ALONE = DEEPEST + 1;

    private static final Dynamic[] NO_VALUES = {};

    private final @Nullable Dynamic[] known = new @Nullable Dynamic[VALUES];

    /// Whose names are shared.
    private final @Nullable Members[] forms = new @Nullable Members[FORMS];

    /// Of the value that [#share] gave last.
    private int depth;

    /// Of that value, by its content and the order of its members; 0 when it is not remembered.
    private int hash;

    /// The same value, made of known instances.
    ///
    /// @param before what was given for a value much like it: where both hold the same instance it is not looked through again
    public Dynamic share(Dynamic value, Dynamic before) {
        if (value == before) {
            return found(value, ALONE, 0);
        }
        return switch (value) {
            case Dynamic.Text(var text) ->
                    text.length() > LONGEST
                            ? found(value, ALONE, 0)
                            : found(value, 0, text.hashCode());
            case Dynamic.Array(var items) -> array(value, items, before.items());
            case Dynamic.Bag(var members) ->
                    members instanceof Members few
                            ? bag(value, few, before)
                            : found(value, ALONE, 0);
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    found(value, 0, value.hashCode());
        };
    }

    private Dynamic array(Dynamic array, List<Dynamic> items, List<Dynamic> before) {
        var shared = new Dynamic[items.size()];
        boolean changed = false;
        int deepest = shared.length > WIDEST ? ALONE : 0;
        int all = shared.length;
        for (int i = 0; i < shared.length; i++) {
            var item = items.get(i);
            shared[i] = share(item, i < before.size() ? before.get(i) : Dynamic.NULL);
            changed |= shared[i] != item;
            deepest = Math.max(deepest, depth);
            all = 31 * all + hash;
        }
        return found(changed ? Dynamic.array(shared) : array, deepest + 1, all);
    }

    private Dynamic bag(Dynamic bag, Members members, Dynamic before) {
        int all = Arrays.hashCode(members.names);
        var names = names(members, all);
        var values = new Dynamic[names.length];
        boolean changed = names != members.names;
        int deepest = 0;
        for (int i = 0; i < names.length; i++) {
            values[i] = share(members.values[i], before.get(names[i]));
            changed |= values[i] != members.values[i];
            deepest = Math.max(deepest, depth);
            all = 31 * all + hash;
        }
        return found(changed ? new Dynamic.Bag(new Members(names, values)) : bag, deepest + 1, all);
    }

    private String[] names(Members members, int hash) {
        int place = place(hash, FORMS);
        var form = forms[place];
        if (form != null && Arrays.equals(form.names, members.names)) {
            return form.names;
        }
        // Not the members themselves: their values may be large.
        forms[place] = new Members(members.names, NO_VALUES);
        return members.names;
    }

    /// The instance that is remembered of a value whose parts are shared, else the value.
    private Dynamic found(Dynamic value, int depth, int hash) {
        if (depth > DEEPEST) {
            this.depth = ALONE;
            this.hash = 0;
            return value;
        }
        this.depth = depth;
        this.hash = hash;
        int place = place(hash, VALUES);
        var there = known[place];
        if (there != null && isSame(there, value)) {
            return there;
        }
        known[place] = value;
        return value;
    }

    private static int place(int hash, int places) {
        int spread = hash * 0x9E3779B9;
        return (spread ^ spread >>> 15) & (places - 1);
    }

    /// Equal in the order of members too: parts were shared before, equal ones are one instance unless one was forgotten.
    private static boolean isSame(Dynamic one, Dynamic other) {
        if (one instanceof Dynamic.Bag(Members left)
                && other instanceof Dynamic.Bag(Members right)) {
            return left.names == right.names && areSame(left.values, right.values);
        }
        if (one instanceof Dynamic.Array(var left) && other instanceof Dynamic.Array(var right)) {
            return left.size() == right.size()
                    && areSame(left.toArray(Dynamic[]::new), right.toArray(Dynamic[]::new));
        }
        return !(one instanceof Dynamic.Bag)
                && !(one instanceof Dynamic.Array)
                && one.equals(other);
    }

    private static boolean areSame(Dynamic[] left, Dynamic[] right) {
        for (int i = 0; i < left.length; i++) {
            if (left[i] != right[i]) {
                return false;
            }
        }
        return true;
    }
}
