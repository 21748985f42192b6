package io.muster.kql.function.aggregate;

import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Accumulator;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.Arguments;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `make_list`, `make_set`, `make_bag`, `buildschema`: aggregates whose result is a dynamic value.
final class Lists {
    private static final int DEFAULT_MOST = 1_048_576;

    private Lists() {}

    static List<AggregateFunction> functions() {
        var list = collection("make_list", "list", DEFAULT_MOST, ListOf::new);
        var set = collection("make_set", "set", DEFAULT_MOST, SetOf::new);
        var bag = bag("make_bag", "bag", DEFAULT_MOST);
        return List.of(
                list,
                collection("makelist", "list", 128, ListOf::new),
                list.filteredAs(
                        "make_list_if",
                        "(value: any, predicate: bool, most?: long): dynamic",
                        "list"),
                AggregateFunction.of(
                        "make_list_with_nulls",
                        "(value: any): dynamic",
                        "list",
                        (t, r, s) -> new Collected(() -> new ListOf(DEFAULT_MOST, true))),
                set,
                collection("makeset", "set", 128, SetOf::new),
                set.filteredAs(
                        "make_set_if",
                        "(value: any, predicate: bool, most?: long): dynamic",
                        "set"),
                bag,
                bag("make_dictionary", "dictionary", 128),
                bag.filteredAs(
                        "make_bag_if",
                        "(bag: dynamic, predicate: bool, most?: long): dynamic",
                        "bag"),
                AggregateFunction.of(
                        "buildschema",
                        "(value: dynamic): dynamic",
                        "schema",
                        (t, r, s) -> new Collected(SchemaOf::new)));
    }

    private interface Maker {
        One make(int most, boolean nulls);
    }

    private static AggregateFunction bag(String name, String prefix, int usual) {
        return AggregateFunction.of(
                name,
                "(bag: dynamic, most?: long): dynamic",
                prefix,
                (types, result, settings) -> {
                    int most = most(settings, usual);
                    return new Collected(() -> new BagOf(most));
                });
    }

    private static AggregateFunction collection(
            String name, String prefix, int usual, Maker maker) {
        return AggregateFunction.of(
                name,
                "(value: any, most?: long): dynamic",
                prefix,
                (types, result, settings) -> {
                    int most = most(settings, usual);
                    // A dynamic null is a value of the list, a typed null is none.
                    boolean nulls = types.getFirst() == KqlType.DYNAMIC;
                    return new Collected(() -> maker.make(most, nulls));
                });
    }

    private static int most(List<Long> settings, int usual) {
        return settings.isEmpty() ? usual : Math.clamp(settings.getFirst(), 0, DEFAULT_MOST);
    }

    /// What one group gathers.
    private interface One {
        /// Takes a value in and says about how many bytes stay held for it.
        long add(Dynamic value);

        void merge(One other);

        Dynamic result();
    }

    private static final class Collected implements Accumulator {
        private final Supplier<One> maker;
        private final List<@Nullable One> groups = new ArrayList<>();
        private final MemoryMeter.Tally held = new MemoryMeter.Tally();

        Collected(Supplier<One> maker) {
            this.maker = maker;
        }

        private One of(int group) {
            while (groups.size() <= group) {
                groups.add(null);
            }
            var one = groups.get(group);
            if (one == null) {
                one = maker.get();
                groups.set(group, one);
            }
            return one;
        }

        @Override
        public void add(int[] rowGroups, int groupCount, Arguments arguments) {
            for (int row = 0; row < rowGroups.length; row++) {
                if (rowGroups[row] >= 0) {
                    held.add(of(rowGroups[row]).add(arguments.value(0, row)));
                }
            }
            held.settle();
        }

        @Override
        public void merge(Accumulator other, int[] groupOf, int groupCount) {
            var that = (Collected) other;
            for (int g = 0; g < that.groups.size(); g++) {
                var one = that.groups.get(g);
                if (one != null) {
                    of(groupOf[g]).merge(one);
                }
            }
        }

        @Override
        public List<Column> results(int groupCount) {
            var out = new Dynamic[groupCount];
            for (int g = 0; g < groupCount; g++) {
                out[g] = of(g).result();
                // What it holds is charged; this finds out whether one value may hold as much.
                MemoryMeter.sizeOf(out[g]);
            }
            return List.of(new DynamicColumn(out));
        }
    }

    /// Nulls are left out but for those inside arrays; arrays are opened one level.
    private static final class ListOf implements One {
        private final int most;
        private final boolean nulls;
        private final List<Dynamic> items = new ArrayList<>();

        ListOf(int most, boolean nulls) {
            this.most = most;
            this.nulls = nulls;
        }

        @Override
        public long add(Dynamic value) {
            int before = items.size();
            if (value instanceof Dynamic.Array(var inner)) {
                inner.forEach(this::put);
            } else if (nulls || !value.isNull()) {
                put(value);
            }
            return items.size() == before
                    ? 0
                    : 12L * (items.size() - before) + MemoryMeter.sizeOf(value);
        }

        private void put(Dynamic value) {
            if (items.size() < most) {
                items.add(value);
            }
        }

        @Override
        public void merge(One other) {
            ((ListOf) other).items.forEach(this::put);
        }

        @Override
        public Dynamic result() {
            return new Dynamic.Array(items);
        }
    }

    private static final class SetOf implements One {
        private final int most;
        private final Map<Dynamic, Dynamic> items = new LinkedHashMap<>();

        SetOf(int most, boolean nulls) {
            this.most = most;
        }

        @Override
        public long add(Dynamic value) {
            int before = items.size();
            if (value instanceof Dynamic.Array(var inner)) {
                inner.forEach(this::put);
            } else if (!value.isNull()) {
                put(value);
            }
            return items.size() == before
                    ? 0
                    : 80L * (items.size() - before) + MemoryMeter.sizeOf(value);
        }

        private void put(Dynamic value) {
            if (items.size() < most) {
                items.putIfAbsent(DynamicOrder.keyOf(value), value);
            }
        }

        @Override
        public void merge(One other) {
            ((SetOf) other).items.values().forEach(this::put);
        }

        @Override
        public Dynamic result() {
            return new Dynamic.Array(new ArrayList<>(items.values()));
        }
    }

    /// The first value of a key stays.
    private static final class BagOf implements One {
        private final int most;
        private final Map<String, Dynamic> members = new LinkedHashMap<>();

        BagOf(int most) {
            this.most = most;
        }

        private void put(String name, Dynamic value) {
            if (members.size() < most) {
                members.putIfAbsent(name, value);
            }
        }

        @Override
        public long add(Dynamic value) {
            int before = members.size();
            value.members().forEach(this::put);
            return members.size() == before ? 0 : MemoryMeter.sizeOf(value);
        }

        @Override
        public void merge(One other) {
            ((BagOf) other).members.forEach(this::put);
        }

        @Override
        public Dynamic result() {
            return new Dynamic.Bag(members);
        }
    }

    /// The shapes seen: a kind's name, a bag of shapes by member, `indexer` for what arrays hold, several as an array.
    private static final class SchemaOf implements One {
        private final Set<String> kinds = new LinkedHashSet<>();
        private final Map<String, SchemaOf> members = new LinkedHashMap<>();
        private @Nullable SchemaOf elements;

        @Override
        public long add(Dynamic value) {
            long[] held = {0};
            switch (value) {
                case Dynamic.Bag(var inner) ->
                        inner.forEach((name, member) -> {
                            var shape = members.get(name);
                            if (shape == null) {
                                shape = new SchemaOf();
                                members.put(name, shape);
                                held[0] += 300;
                            }
                            held[0] += shape.add(member);
                        });
                case Dynamic.Array(var items) -> {
                    var shape = elements;
                    if (shape == null) {
                        shape = new SchemaOf();
                        elements = shape;
                    }
                    for (var item : items) {
                        held[0] += shape.add(item);
                    }
                }
                case Dynamic.Null n -> {}
                case Dynamic.Bool b -> kinds.add("bool");
                case Dynamic.Whole w -> kinds.add("long");
                case Dynamic.Real r -> kinds.add("double");
                case Dynamic.Decimal d -> kinds.add("decimal");
                case Dynamic.Text t -> kinds.add("string");
                case Dynamic.DateTime d -> kinds.add("datetime");
                case Dynamic.Span s -> kinds.add("timespan");
                case Dynamic.Guid g -> kinds.add("guid");
            }
            return held[0];
        }

        @Override
        public void merge(One other) {
            var that = (SchemaOf) other;
            kinds.addAll(that.kinds);
            that.members.forEach((name, shape) ->
                    members.computeIfAbsent(name, n -> new SchemaOf()).merge(shape));
            var theirs = that.elements;
            if (theirs != null) {
                var shape = elements;
                if (shape == null) {
                    elements = theirs;
                } else {
                    shape.merge(theirs);
                }
            }
        }

        @Override
        public Dynamic result() {
            var shapes = new ArrayList<Dynamic>();
            kinds.forEach(kind -> shapes.add(Dynamic.of(kind)));
            if (!members.isEmpty()) {
                var bag = new LinkedHashMap<String, Dynamic>();
                members.forEach((name, shape) -> bag.put(name, shape.result()));
                shapes.add(new Dynamic.Bag(bag));
            }
            var inner = elements;
            if (inner != null) {
                shapes.add(Dynamic.bag().put("`indexer`", inner.result()).build());
            }
            return shapes.isEmpty()
                    ? Dynamic.NULL
                    : shapes.size() == 1 ? shapes.getFirst() : new Dynamic.Array(shapes);
        }
    }
}
