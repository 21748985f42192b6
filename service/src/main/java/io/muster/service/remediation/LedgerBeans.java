package io.muster.service.remediation;

import io.micronaut.context.annotation.Factory;
import io.muster.remediation.TaskReader;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.service.store.DeadProcesses;
import io.muster.service.store.JdbcCampaignStore;
import io.muster.service.store.JdbcRemediationLedger;
import io.muster.service.store.Transactions;
import jakarta.inject.Singleton;
import java.io.IOException;

/// What was remediated, to be read also by a server that has no Azure to write to.
@Factory
final class LedgerBeans {

    @Singleton
    RemediationLedger ledger(Transactions transactions) throws IOException {
        // Before anybody asks for a lease.
        DeadProcesses.release(transactions);
        return new JdbcRemediationLedger(transactions);
    }

    @Singleton
    TaskReader reader(RemediationLedger ledger) {
        return new TaskReader(ledger);
    }

    @Singleton
    CampaignStore campaignStore(Transactions transactions) {
        return new JdbcCampaignStore(transactions);
    }
}
