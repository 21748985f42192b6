package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Port: the resources that an if-not-exists effect looks at.
public interface RelatedResources {
    /// The type of the one related resource that no source has: how the gallery applications of a machine or scale set stand.
    String ASSESSMENTS = "Muster.VmApplications/assessments";

    /// There are none.
    RelatedResources NONE = _ -> List.of();

    /// The existing resources that a search selects, in a stable order.
    List<Dynamic> find(Search search);

    /// What to look for.
    ///
    /// @param evaluated the resource whose state is decided
    /// @param type of the related resources, in whatever case
    /// @param name of the one meant: its own name, `parent/child`, or `parent/?` for all children; null for all
    /// @param resourceGroup another group than the evaluated resource's; null for that one
    /// @param wholeSubscription whether to look in the whole subscription
    record Search(
            Dynamic evaluated,
            String type,
            @Nullable String name,
            @Nullable String resourceGroup,
            boolean wholeSubscription) {}
}
