package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.service.config.ServerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stop interrupts threads that write, and the file of all must stay open for those that write after them.
class InterruptedWriterTest {
    @Test
    void aThreadThatIsInterruptedWhileItWritesClosesTheFileForNobody(@TempDir Path folder)
            throws Exception {
        Files.createDirectories(folder.resolve("db"));
        var pool = JdbcConnectionPool.create(ServerOptions.h2Url(folder), "sa", "");
        try {
            var transactions = new Transactions(pool);
            transactions.<Boolean, RuntimeException>run(connection ->
                    connection
                            .createStatement()
                            .execute("create table line (id integer primary key, body text)"));
            Thread.currentThread().interrupt();
            for (int id = 1; id <= 20; id++) {
                insert(transactions, id);
            }
            assertThat(Thread.interrupted()).isTrue();
            insert(transactions, 21);
            assertThat(count(transactions)).isEqualTo(21);
        } finally {
            // Cleared also when the test fails: others run on this thread after it.
            Thread.interrupted();
            pool.dispose();
        }
    }

    private static void insert(Transactions transactions, int id) throws Exception {
        transactions.<Integer, RuntimeException>run(connection -> {
            try (var insert = connection.prepareStatement("insert into line values (?, ?)")) {
                insert.setInt(1, id);
                insert.setString(2, "x".repeat(5_000));
                return insert.executeUpdate();
            }
        });
    }

    private static int count(Transactions transactions) throws Exception {
        return transactions.<Integer, RuntimeException>look(connection -> {
            try (var select = connection.prepareStatement("select count(*) from line");
                    var rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }
}
