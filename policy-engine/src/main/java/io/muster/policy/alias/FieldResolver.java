package io.muster.policy.alias;

import io.muster.core.value.Dynamic;
import org.jspecify.annotations.Nullable;

/// Port: what a field name that is none of the built-in ones (`type`, `tags`, ...) stands for in a resource of some type. Implementations are safe for use by
/// several threads.
public interface FieldResolver {

    /// Where the name leads in a resource of that type and API version (null: the latest).
    Resolution resolve(String field, String resourceType, @Nullable String apiVersion);

    /// Whether any resource type has a field of that name; when not, a definition that uses it is refused.
    boolean isKnown(String field);

    /// Whether modify and append may write through the name in an API version (null: the latest), as far as known.
    Alias.Modifiable modifiable(String field, String resourceType, @Nullable String apiVersion);

    /// Whether the name stands for an array as one value, as far as known: what is added to it becomes a member.
    boolean isArray(String field, String resourceType);

    /// Whether a value is of the type that the name takes in an API version, as far as known.
    default boolean takes(
            String field, String resourceType, @Nullable String apiVersion, Dynamic value) {
        return true;
    }

    /// What came of a name.
    sealed interface Resolution {
        /// The value stands at that path.
        record Found(FieldPath path) implements Resolution {}

        /// A field of another resource type: no value here.
        record Elsewhere() implements Resolution {}

        /// No field at all: the policy is not applicable.
        record Unknown() implements Resolution {}
    }
}
