package io.muster.service.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// Runs work in one transaction: all of it counts, or none.
public final class Transactions {
    /// As `org.h2.engine.Constants` has it.
    private static final int H2_SNAPSHOT = 6;

    private final Connections source;

    public Transactions(DataSource source) {
        this(source::getConnection);
    }

    Transactions(Connections source) {
        this.source = source;
    }

    /// Where connections come from.
    @FunctionalInterface
    interface Connections {
        Connection open() throws SQLException;
    }

    /// Work on a connection.
    @FunctionalInterface
    public interface Work<T, X extends Exception> {
        T on(Connection connection) throws SQLException, IOException, X;
    }

    /// The same for work that reads in several steps what others may replace meanwhile: all steps see one state.
    public <T, X extends Exception> T read(Work<T, X> work) throws IOException, X {
        try (var connection = source.open()) {
            int usual = connection.getTransactionIsolation();
            connection.setTransactionIsolation(oneState(connection));
            connection.setAutoCommit(false);
            try {
                return work.on(connection);
            } finally {
                // Nothing was written; the connection goes back as it came.
                connection.rollback();
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(usual);
            }
        } catch (SQLException fault) {
            throw new IOException("the database failed: " + fault.getMessage(), fault);
        }
    }

    /// The isolation by which a transaction sees one state. PostgreSQL calls it repeatable read; H2's of that name holds for rows only, not for tables.
    private static int oneState(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("H2")
                ? H2_SNAPSHOT
                : Connection.TRANSACTION_REPEATABLE_READ;
    }

    /// Runs work of one statement: it is its own transaction, and the database is asked once.
    ///
    /// @throws IOException when the database fails
    public <T, X extends Exception> T look(Work<T, X> work) throws IOException, X {
        try (var connection = source.open()) {
            return work.on(connection);
        } catch (SQLException fault) {
            throw new IOException("the database failed: " + fault.getMessage(), fault);
        }
    }

    /// @throws IOException when the database fails; nothing has changed then
    public <T, X extends Exception> T run(Work<T, X> work) throws IOException, X {
        try (var connection = source.open()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.on(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException fault) {
            throw new IOException("the database failed: " + fault.getMessage(), fault);
        }
    }
}
