package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.List;

/// Changes after which a rule is met. An array counts as one property, whatever happens to its members.
///
/// @param resourceId of the resource to change; where it is to be created, the name asked for or ""
/// @param create whether that resource does not exist yet: the changes are what it must have
/// @param exactness what is known of their number
public record Remedy(
        String resourceId, boolean create, Exactness exactness, List<PropertyChange> changes) {

    /// What a search can promise.
    public enum Exactness {
        /// No fewer changes will do.
        SMALLEST("smallest"),
        /// None of the changes can be left out; other sets may be smaller.
        IRREDUCIBLE("irreducible");

        private final String wireName;

        Exactness(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    public Remedy {
        changes = List.copyOf(changes);
    }

    /// The wire form.
    public Dynamic toJson() {
        return Dynamic.bag()
                .put("resourceId", resourceId)
                .put("create", create)
                .put("exactness", exactness.wireName())
                .put(
                        "changes",
                        Dynamic.array(changes.stream().map(PropertyChange::toJson).toList()))
                .build();
    }
}
