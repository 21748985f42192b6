package io.muster.policy.template;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The order in which a template's resources can be written: each after what it depends on, otherwise as they are written. Who a name means is found once, however
/// many wait for it.
final class DeploymentOrder {
    private DeploymentOrder() {}

    /// @throws TemplateException when resources wait for each other, or for what is not there
    static List<PlannedResource> of(List<PlannedResource> resources) throws TemplateException {
        Map<String, BitSet> named = new HashMap<>();
        var before = new ArrayList<BitSet>(resources.size());
        for (var resource : resources) {
            var all = new BitSet();
            for (var dependency : resource.dependsOn()) {
                var meant =
                        named.computeIfAbsent(
                                dependency.toLowerCase(Locale.ROOT),
                                name -> meant(resources, name));
                if (meant.isEmpty()) {
                    throw circular(resource);
                }
                all.or(meant);
            }
            before.add(all);
        }
        var waiting = new BitSet();
        waiting.set(0, resources.size());
        var order = new ArrayList<PlannedResource>(resources.size());
        while (!waiting.isEmpty()) {
            int next = waiting.nextSetBit(0);
            while (next >= 0 && before.get(next).intersects(waiting)) {
                next = waiting.nextSetBit(next + 1);
            }
            if (next < 0) {
                throw circular(resources.get(waiting.nextSetBit(0)));
            }
            waiting.clear(next);
            order.add(resources.get(next));
        }
        return order;
    }

    private static BitSet meant(List<PlannedResource> resources, String name) {
        var meant = new BitSet();
        for (int i = 0; i < resources.size(); i++) {
            if (resources.get(i).isNamed(name)) {
                meant.set(i);
            }
        }
        return meant;
    }

    private static TemplateException circular(PlannedResource resource) {
        return new TemplateException(
                "Deployment template validation failed: 'Circular or missing dependency detected on resource: '"
                        + resource.name()
                        + "'.'.");
    }
}
