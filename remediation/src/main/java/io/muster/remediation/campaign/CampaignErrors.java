package io.muster.remediation.campaign;

import io.muster.remediation.task.RemediationException;

/// Why a request about a campaign is refused. Azure has no campaigns: the codes are ours.
public final class CampaignErrors {
    private CampaignErrors() {}

    /// @param reason one sentence
    public static RemediationException invalid(String name, String reason) {
        return new RemediationException(
                400,
                "InvalidCampaignRequest",
                "The request about campaign '" + name + "' is invalid. " + reason);
    }

    public static RemediationException notFound(String name) {
        return new RemediationException(
                404, "CampaignNotFound", "The campaign '" + name + "' could not be found.");
    }

    /// @param reason one sentence
    public static RemediationException state(String name, String reason) {
        return new RemediationException(
                409, "InvalidCampaignState", "Campaign '" + name + "': " + reason);
    }
}
