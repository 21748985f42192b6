package io.muster.service.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// Leases in the rows of a table that has `lease_owner` and `lease_until`. What the time is, the database says: processes that share it need not agree on it.
///
/// It says when the transaction began, which is before it waited for the row: whoever looks at an earlier time finds a lease run out rather later than sooner, and
/// whoever takes one counts its duration from before it asked.
///
/// @param table in which a lease is part of a row
/// @param key the column that names the row
record Leases(String table, String key) {
    private static final String AT =
            "current_timestamp + cast(? as bigint) * interval '0.001' second";

    /// Takes or prolongs a lease: true when nobody else holds it, or not any longer.
    boolean take(Connection connection, String id, String owner, Duration leaseFor)
            throws SQLException {
        try (var update =
                connection.prepareStatement(
                        "update "
                                + table
                                + " set lease_owner = ?, lease_until = "
                                + AT
                                + " where "
                                + key
                                + " = ? and (lease_owner is null or lease_owner = ? or lease_until <="
                                + " current_timestamp)")) {
            update.setString(1, owner);
            update.setLong(2, leaseFor.toMillis());
            update.setString(3, id);
            update.setString(4, owner);
            return update.executeUpdate() == 1;
        }
    }

    /// Prolongs a lease that this owner holds, run out or not; false when it does not.
    boolean prolong(Connection connection, String id, String owner, Duration leaseFor)
            throws SQLException {
        try (var update =
                connection.prepareStatement(
                        "update "
                                + table
                                + " set lease_until = "
                                + AT
                                + " where "
                                + key
                                + " = ? and lease_owner = ?")) {
            update.setLong(1, leaseFor.toMillis());
            update.setString(2, id);
            update.setString(3, owner);
            return update.executeUpdate() == 1;
        }
    }

    /// Gives a lease back, when that owner holds it.
    boolean release(Connection connection, String id, String owner) throws SQLException {
        try (var update =
                connection.prepareStatement(
                        "update "
                                + table
                                + " set lease_owner = null, lease_until = null where "
                                + key
                                + " = ? and lease_owner = ?")) {
            update.setString(1, id);
            update.setString(2, owner);
            return update.executeUpdate() == 1;
        }
    }
}
