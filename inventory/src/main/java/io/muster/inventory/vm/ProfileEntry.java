package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import java.util.Optional;
import java.util.OptionalInt;

/// One entry of `applicationProfile.galleryApplications[]`, over the JSON it came as.
///
/// @param json kept whole, so that what Muster does not know survives a rewrite
public record ProfileEntry(Dynamic json) {
    /// An entry for a version, with nothing else set.
    public static ProfileEntry of(String packageReferenceId) {
        return new ProfileEntry(
                Dynamic.bag().put("packageReferenceId", packageReferenceId).build());
    }

    /// As written; empty when absent.
    public String packageReferenceId() {
        return json.getIgnoreCase("packageReferenceId").textOr("");
    }

    /// Empty when the text names no gallery application version.
    public Optional<ApplicationReference> reference() {
        return ApplicationReference.parse(packageReferenceId());
    }

    /// Ascending; entries without one run last.
    public OptionalInt order() {
        return json.getIgnoreCase("order") instanceof Dynamic.Whole(var order)
                        && order >= Integer.MIN_VALUE
                        && order <= Integer.MAX_VALUE
                ? OptionalInt.of((int) order)
                : OptionalInt.empty();
    }

    /// Overrides the version's default configuration; empty when absent.
    public String configurationReference() {
        return json.getIgnoreCase("configurationReference").textOr("");
    }

    public boolean treatFailureAsDeploymentFailure() {
        return json.getIgnoreCase("treatFailureAsDeploymentFailure").boolOr(false);
    }

    /// Means something only with `latest`.
    public boolean enableAutomaticUpgrade() {
        return json.getIgnoreCase("enableAutomaticUpgrade").boolOr(false);
    }

    /// Passed through by Azure; empty when absent.
    public String tags() {
        return json.getIgnoreCase("tags").textOr("");
    }

    /// This entry for another version, all else kept.
    public ProfileEntry withReference(String packageReferenceId) {
        return new ProfileEntry(set(json, "packageReferenceId", Dynamic.of(packageReferenceId)));
    }

    public ProfileEntry withOrder(int order) {
        return new ProfileEntry(set(json, "order", Dynamic.of(order)));
    }

    public ProfileEntry withTreatFailureAsDeploymentFailure(boolean value) {
        return new ProfileEntry(set(json, "treatFailureAsDeploymentFailure", Dynamic.of(value)));
    }

    /// Sets a member under the name it already has, whatever its case.
    static Dynamic set(Dynamic bag, String name, Dynamic value) {
        for (var known : bag.members().keySet()) {
            if (known.equalsIgnoreCase(name)) {
                return bag.with(known, value);
            }
        }
        return bag.with(name, value);
    }
}
