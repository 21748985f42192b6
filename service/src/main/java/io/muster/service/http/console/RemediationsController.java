package io.muster.service.http.console;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.value.Dynamic;
import io.muster.remediation.TaskReader;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.task.RemediationTask;
import java.util.Comparator;

/// Every campaign and remediation, whatever its scope: Azure's lists are of one scope each.
@Controller("/api/remediations")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RemediationsController {
    private static final int MOST = 1_000;

    private final CampaignStore campaigns;
    private final TaskReader remediations;

    RemediationsController(CampaignStore campaigns, TaskReader remediations) {
        this.campaigns = campaigns;
        this.remediations = remediations;
    }

    /// The newest of both, newest first.
    @Get
    Dynamic all() {
        return Dynamic.bag()
                .put(
                        "campaigns",
                        Dynamic.array(
                                campaigns.campaigns().stream()
                                        .sorted(
                                                Comparator.comparing(Campaign::createdOn)
                                                        .reversed())
                                        .limit(MOST)
                                        .map(Campaign::toDynamic)
                                        .toList()))
                .put(
                        "remediations",
                        Dynamic.array(
                                remediations.all().stream()
                                        .limit(MOST)
                                        .map(RemediationTask::toDynamic)
                                        .toList()))
                .build();
    }
}
