package io.muster.service.store;

import io.micronaut.context.annotation.Factory;
import io.micronaut.data.connection.jdbc.advice.DelegatingDataSource;
import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.table.ResourceGraphTables;
import jakarta.inject.Singleton;
import javax.sql.DataSource;

/// The stores that use JDBC itself.
@Factory
final class StoreBeans {
    /// Connections of the pool itself: those that Micronaut Data hands out belong to its own transactions.
    @Singleton
    Transactions transactions(DataSource source) {
        return new Transactions(DelegatingDataSource.unwrapDataSource(source));
    }

    @Singleton
    JdbcSnapshotStore snapshots(Transactions transactions) {
        return new JdbcSnapshotStore(transactions, ResourceGraphTables.STANDARD);
    }

    @Singleton
    VerdictStore verdicts(Transactions transactions) {
        return new VerdictStore(transactions);
    }

    @Singleton
    VerdictHistoryStore verdictHistory(Transactions transactions) {
        return new VerdictHistoryStore(transactions);
    }

    @Singleton
    PolicyObjectHistory policyObjectHistory(Transactions transactions) {
        return new PolicyObjectHistory(transactions);
    }

    @Singleton
    CollectionProgress collectionProgress(Transactions transactions) {
        return new JdbcCollectionProgress(transactions);
    }
}
