package io.muster.service.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/// Gives back what a process that died had of the work in an H2 file. Such a file is open in one process at a time, so who opened it knows that every lease in it is
/// of a process that is gone, and need not wait until it runs out. Servers that share a PostgreSQL database know no such thing, and wait.
///
/// Several servers of one process may have the file open together (tests do): the first of them gives back, and says so in a
/// table that ends with the opening.
public final class DeadProcesses {
    private DeadProcesses() {}

    /// @return whether leases were given back, or would have been, had there been any
    /// @throws IOException when the database fails
    public static boolean release(Transactions transactions) throws IOException {
        return transactions.<Boolean, IOException>run(DeadProcesses::release);
    }

    private static boolean release(Connection connection) throws SQLException {
        if (!connection.getMetaData().getDatabaseProductName().equals("H2")) {
            return false;
        }
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "create global temporary table if not exists remediation_opening (id integer primary key)");
            boolean first =
                    statement.executeUpdate(
                                    "insert into remediation_opening (id) select 1 where not exists"
                                            + " (select 1 from remediation_opening)")
                            == 1;
            if (first) {
                statement.executeUpdate(
                        "update remediation_log set lease_owner = null, lease_until = null"
                                + " where lease_owner is not null");
                statement.executeUpdate(
                        "update campaign set lease_owner = null, lease_until = null"
                                + " where lease_owner is not null");
            }
            return first;
        }
    }
}
