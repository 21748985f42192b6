package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A count being evaluated, seen from within its `where`: which member is the current one. Frames chain outwards.
sealed interface Frame {
    @Nullable Frame outer();

    Dynamic current();

    /// A member of an array field: the index at each star that leads to it, and its value.
    record Element(int[] indexes, Dynamic value) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Element that
                    && Arrays.equals(indexes, that.indexes)
                    && value.equals(that.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(indexes);
        }
    }

    /// A count over an array field of a resource. `key` is the lower-case alias.
    record OverField(
            String key, FieldPath path, Element element, ResourceView view, @Nullable Frame outer)
            implements Frame {
        @Override
        public Dynamic current() {
            return element.value();
        }
    }

    /// A count over the elements of a value.
    record OverValue(String name, Dynamic current, @Nullable Frame outer) implements Frame {}
}
