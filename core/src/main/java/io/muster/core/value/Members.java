package io.muster.core.value;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The members of a bag that has few of them, in order: names and values in two arrays, a quarter of a linked hash map's bytes, names compared one by one. Immutable.
final class Members extends AbstractMap<String, Dynamic> {
    /// Beyond so many, comparing one by one costs more than a hash.
    private static final int MOST = 24;

    /// Neither array is ever written to. Bags may share their names.
    final String[] names;

    final Dynamic[] values;

    Members(String[] names, Dynamic[] values) {
        this.names = names;
        this.values = values;
    }

    /// Immutable members of the same content and order.
    static Map<String, Dynamic> copyOf(Map<String, Dynamic> members) {
        if (members instanceof Members) {
            return members;
        }
        if (members.size() > MOST) {
            return Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
        var names = new String[members.size()];
        var values = new Dynamic[names.length];
        int at = 0;
        for (var member : members.entrySet()) {
            names[at] = member.getKey();
            values[at++] = member.getValue();
        }
        return new Members(names, values);
    }

    /// With one member set: in place when there, else last.
    static Map<String, Dynamic> with(Map<String, Dynamic> members, String name, Dynamic value) {
        if (members instanceof Members few) {
            int place = few.placeOf(name);
            if (place >= 0) {
                var changed = few.values.clone();
                changed[place] = value;
                return new Members(few.names, changed);
            }
            int size = few.names.length;
            if (size < MOST) {
                var names = Arrays.copyOf(few.names, size + 1);
                var values = Arrays.copyOf(few.values, size + 1);
                names[size] = name;
                values[size] = value;
                return new Members(names, values);
            }
        }
        var changed = new LinkedHashMap<>(members);
        changed.put(name, value);
        return changed;
    }

    static Map<String, Dynamic> without(Map<String, Dynamic> members, String name) {
        if (!(members instanceof Members few)) {
            var changed = new LinkedHashMap<>(members);
            changed.remove(name);
            return changed;
        }
        int place = few.placeOf(name);
        if (place < 0) {
            return few;
        }
        int size = few.names.length - 1;
        var names = Arrays.copyOf(few.names, size);
        var values = Arrays.copyOf(few.values, size);
        System.arraycopy(few.names, place + 1, names, place, size - place);
        System.arraycopy(few.values, place + 1, values, place, size - place);
        return new Members(names, values);
    }

    /// -1 when there is none.
    private int placeOf(@Nullable Object name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int size() {
        return names.length;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return placeOf(name) >= 0;
    }

    @Override
    public @Nullable Dynamic get(@Nullable Object name) {
        int place = placeOf(name);
        return place < 0 ? null : values[place];
    }

    @Override
    public Dynamic getOrDefault(@Nullable Object name, Dynamic otherwise) {
        int place = placeOf(name);
        return place < 0 ? otherwise : values[place];
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super Dynamic> action) {
        for (int i = 0; i < names.length; i++) {
            action.accept(names[i], values[i]);
        }
    }

    @Override
    public Set<Map.Entry<String, Dynamic>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, Dynamic>> iterator() {
                return new Walk();
            }

            @Override
            public int size() {
                return names.length;
            }
        };
    }

    private final class Walk implements Iterator<Map.Entry<String, Dynamic>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < names.length;
        }

        @Override
        public Map.Entry<String, Dynamic> next() {
            if (next >= names.length) {
                throw new NoSuchElementException("there is no member after the last");
            }
            return new SimpleImmutableEntry<>(names[next], values[next++]);
        }
    }
}
