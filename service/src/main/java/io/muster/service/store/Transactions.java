package io.muster.service.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// Runs work in one transaction: all of it counts, or none.
public final class Transactions {
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
