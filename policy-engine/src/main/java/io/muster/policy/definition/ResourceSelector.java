package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.List;

/// Narrows an assignment or exemption to some resources: all selectors of it must match, and any one resource selector of the assignment.
public record ResourceSelector(String name, List<Selector> selectors) {
    private static final int MAX = 10;

    public ResourceSelector {
        selectors = List.copyOf(selectors);
    }

    /// Whether a resource passes a list of them; an empty list lets everything pass.
    public static boolean select(List<ResourceSelector> all, Dynamic resource, String referenceId) {
        return all.isEmpty()
                || all.stream()
                        .anyMatch(one ->
                                one.selectors.stream()
                                        .allMatch(s -> s.matches(resource, referenceId)));
    }

    static List<ResourceSelector> read(Dynamic node, String pointer, Faults faults) {
        List<ResourceSelector> all = new ArrayList<>();
        if (!node.isNull() && !(node instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.SELECTOR_MALFORMED,
                    pointer,
                    "'resourceSelectors' must be an array.");
        }
        if (node.items().size() > MAX) {
            faults.report(
                    PolicyFault.TOO_MANY_SELECTORS,
                    pointer,
                    "There are %d resource selectors; %d are allowed."
                            .formatted(node.items().size(), MAX));
        }
        for (int i = 0; i < node.items().size(); i++) {
            var item = node.items().get(i);
            String at = Faults.below(pointer, i);
            if (!(item instanceof Dynamic.Bag)) {
                faults.report(
                        PolicyFault.SELECTOR_MALFORMED, at, "A resource selector is an object.");
                continue;
            }
            MemberChecks.texts(item, at, faults, "name");
            all.add(
                    new ResourceSelector(
                            item.getIgnoreCase("name").textOr(""),
                            Selector.read(
                                    item.getIgnoreCase("selectors"),
                                    Faults.below(at, "selectors"),
                                    Selector.OF_RESOURCES,
                                    faults)));
        }
        return all;
    }
}
