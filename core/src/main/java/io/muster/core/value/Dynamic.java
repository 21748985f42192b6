package io.muster.core.value;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A JSON-like value: KQL's `dynamic`, an ARM resource, a policy definition. Immutable.
///
/// Beyond JSON it holds the typed scalars that KQL can pack ([DateTime], [Span], [Guid]); they print as their text.
/// Equality is structural and type-strict: `Whole(1)` is not `Real(1.0)`. Bags keep member order but compare without it.
public sealed interface Dynamic extends DynamicConstants {

    record Null() implements Dynamic {}

    record Bool(boolean value) implements Dynamic {}

    /// A whole number that fits 64 bits.
    record Whole(long value) implements Dynamic {}

    record Real(double value) implements Dynamic {}

    /// A number that neither 64 bits nor a double hold without loss.
    record Decimal(BigDecimal value) implements Dynamic {}

    record Text(String value) implements Dynamic {}

    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    record DateTime(long ticks) implements Dynamic {}

    /// Ticks of 100 ns.
    record Span(long ticks) implements Dynamic {}

    record Guid(UUID value) implements Dynamic {}

    record Array(List<Dynamic> items) implements Dynamic {
        public Array {
            items = List.copyOf(items);
        }
    }

    record Bag(Map<String, Dynamic> members) implements Dynamic {
        public Bag {
            members = Members.copyOf(members);
        }
    }

    static Dynamic of(@Nullable String text) {
        return text == null ? NULL : new Text(text);
    }

    static Dynamic of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Dynamic of(long value) {
        return new Whole(value);
    }

    static Dynamic of(double value) {
        return new Real(value);
    }

    static Dynamic array(List<? extends Dynamic> items) {
        return new Array(List.copyOf(items));
    }

    static Dynamic array(Dynamic... items) {
        return new Array(List.of(items));
    }

    static BagBuilder bag() {
        return new BagBuilder();
    }

    default boolean isNull() {
        return this instanceof Null;
    }

    /// The member of that exact name; `NULL` when this is no bag or has none.
    default Dynamic get(String name) {
        return this instanceof Bag(var members) ? members.getOrDefault(name, NULL) : NULL;
    }

    /// The member whose name equals ignoring case (an exact one first), as ARM and policy look names up.
    default Dynamic getIgnoreCase(String name) {
        if (!(this instanceof Bag(var members))) {
            return NULL;
        }
        var exact = members.get(name);
        if (exact != null) {
            return exact;
        }
        for (var member : members.entrySet()) {
            if (member.getKey().equalsIgnoreCase(name)) {
                return member.getValue();
            }
        }
        return NULL;
    }

    /// The element at that index, from the end when negative; `NULL` when this is no array or has none.
    default Dynamic get(int index) {
        if (!(this instanceof Array(var items))) {
            return NULL;
        }
        int at = index < 0 ? items.size() + index : index;
        return at >= 0 && at < items.size() ? items.get(at) : NULL;
    }

    /// The value below a chain of exact member names.
    default Dynamic path(String... names) {
        Dynamic at = this;
        for (var name : names) {
            at = at.get(name);
        }
        return at;
    }

    /// The text of a string value; empty for everything else.
    default Optional<String> asText() {
        return this instanceof Text(var value) ? Optional.of(value) : Optional.empty();
    }

    /// The text of a string value, or the given text.
    default String textOr(String otherwise) {
        return this instanceof Text(var value) ? value : otherwise;
    }

    default long longOr(long otherwise) {
        return this instanceof Whole(var value) ? value : otherwise;
    }

    default boolean boolOr(boolean otherwise) {
        return this instanceof Bool(var value) ? value : otherwise;
    }

    /// The elements of an array; empty for everything else.
    default List<Dynamic> items() {
        return this instanceof Array(var items) ? items : List.of();
    }

    /// The members of a bag; empty for everything else.
    default Map<String, Dynamic> members() {
        return this instanceof Bag(var members) ? members : Map.of();
    }

    /// This bag with one member set (in place when there, else last). A null value counts as an empty bag.
    default Dynamic with(String name, Dynamic value) {
        return new Bag(Members.with(members(), name, value));
    }

    /// This bag without that member.
    default Dynamic without(String name) {
        return new Bag(Members.without(members(), name));
    }

    /// Collects the members of a bag in order.
    final class BagBuilder {
        private final Map<String, Dynamic> members = new LinkedHashMap<>();

        public BagBuilder put(String name, Dynamic value) {
            members.put(name, value);
            return this;
        }

        public BagBuilder put(String name, @Nullable String value) {
            return put(name, Dynamic.of(value));
        }

        public BagBuilder put(String name, long value) {
            return put(name, Dynamic.of(value));
        }

        public BagBuilder put(String name, boolean value) {
            return put(name, Dynamic.of(value));
        }

        /// Leaves the member out when the value is null.
        public BagBuilder putIfPresent(String name, @Nullable String value) {
            return value == null ? this : put(name, value);
        }

        public Dynamic build() {
            return new Bag(members);
        }
    }
}
