package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.task.TaskSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;

/// Which tasks of a campaign's last run one rollback can take back together: a task has at most 50,000 machines, a ring too, and no machine is in two rings.
final class RollbackLots {
    private RollbackLots() {}

    /// In the order of the rings; none when the run began no ring.
    ///
    /// @param isKept whether a task is still there
    static List<List<ResourceId>> of(Campaign campaign, Predicate<ResourceId> isKept) {
        List<List<ResourceId>> lots = new ArrayList<>();
        List<ResourceId> lot = new ArrayList<>();
        int machines = 0;
        for (var task : ofRun(campaign)) {
            if (!isKept.test(task)) {
                continue;
            }
            int more = members(campaign, task);
            if (!lot.isEmpty() && machines + more > TaskSettings.MAX_RESOURCES) {
                lots.add(List.copyOf(lot));
                lot.clear();
                machines = 0;
            }
            lot.add(task);
            machines += more;
        }
        if (!lot.isEmpty()) {
            lots.add(List.copyOf(lot));
        }
        return lots;
    }

    /// The names of the run's tasks that were deleted: nothing is known any more of what they did.
    static List<String> forgotten(Campaign campaign, Predicate<ResourceId> isKept) {
        return ofRun(campaign).stream().filter(isKept.negate()).map(ResourceId::name).toList();
    }

    private static List<ResourceId> ofRun(Campaign campaign) {
        String prefix = (campaign.name() + "-" + campaign.run() + "-").toLowerCase(Locale.ROOT);
        return campaign.tasks().stream()
                .filter(task -> task.name().toLowerCase(Locale.ROOT).startsWith(prefix))
                .toList();
    }

    private static int members(Campaign campaign, ResourceId task) {
        return campaign.rings().stream()
                .filter(ring -> Objects.equals(ring.task(), task))
                .mapToInt(ring -> ring.members())
                .findFirst()
                // Of a ring that is not shown any more nothing is known but that it was full at
                // most.
                .orElse(TaskSettings.MAX_RESOURCES);
    }
}
