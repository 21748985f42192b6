package io.muster.service.http.console;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.value.Dynamic;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.task.RemediationTask;

/// Every campaign and remediation, whatever its scope: Azure's lists are of one scope each.
@Controller("/api/remediations")
@ExecuteOn(TaskExecutors.BLOCKING)
@Requires(beans = Campaigns.class)
final class RemediationsController {
    private static final int MOST = 1_000;

    private final Campaigns campaigns;
    private final Remediation remediation;

    RemediationsController(Campaigns campaigns, Remediation remediation) {
        this.campaigns = campaigns;
        this.remediation = remediation;
    }

    /// The newest of both, newest first.
    @Get
    Dynamic all() {
        return Dynamic.bag()
                .put(
                        "campaigns",
                        Dynamic.array(
                                campaigns.all().stream()
                                        .limit(MOST)
                                        .map(Campaign::toDynamic)
                                        .toList()))
                .put(
                        "remediations",
                        Dynamic.array(
                                remediation.all().stream()
                                        .limit(MOST)
                                        .map(RemediationTask::toDynamic)
                                        .toList()))
                .build();
    }
}
