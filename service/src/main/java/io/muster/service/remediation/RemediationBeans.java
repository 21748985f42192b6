package io.muster.service.remediation;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.AzureConnection;
import io.muster.remediation.Campaigns;
import io.muster.remediation.FleetQuery;
import io.muster.remediation.Remediation;
import io.muster.remediation.RemediationPlanner;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.arm.AzureArm;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.plan.policy.EngineCompliance;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.Scans;
import io.muster.service.config.AzureConfig;
import io.muster.service.fleet.Fleet;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;

/// Remediation and what it works with; there only where an Azure to write to is configured.
@Factory
@Requires(property = "muster.azure.endpoint")
final class RemediationBeans {

    @Singleton
    ArmPort arm(AzureConfig config) throws SourceException {
        return new AzureArm(AzureConnection.open(config.settings().orElseThrow()));
    }

    @Singleton
    PolicyCompliance compliance(Scans scans) {
        return new EngineCompliance(scans);
    }

    @Singleton
    TaskPlanner planner(
            PolicyCompliance compliance,
            RemediationLedger ledger,
            CampaignStore campaigns,
            Fleet fleet,
            FleetQuery queries,
            InstantSource clock) {
        return RemediationPlanner.of(
                compliance,
                new SnapshotGalleries(fleet::snapshot, clock),
                queries,
                ledger,
                campaigns);
    }

    @Singleton
    @Bean(preDestroy = "close")
    Remediation remediation(
            ArmPort arm, RemediationLedger ledger, TaskPlanner planner, RemediationConfig config) {
        return new Remediation(
                arm, ledger, planner, Pacer.system(), config.settings(), UUID::randomUUID);
    }

    @Singleton
    @Bean(preDestroy = "close")
    Campaigns campaigns(
            Remediation remediation,
            TaskPlanner planner,
            ArmPort arm,
            FleetQuery queries,
            CampaignStore store,
            RemediationConfig config) {
        return new Campaigns(
                remediation,
                planner,
                arm,
                queries,
                store,
                Pacer.system(),
                config.settings(),
                UUID::randomUUID,
                config.approval().orElse(false));
    }
}
