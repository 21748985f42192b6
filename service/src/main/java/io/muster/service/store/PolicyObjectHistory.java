package io.muster.service.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Keeps policy objects as they were before they were changed or deleted, for as long as the history of verdicts is kept.
public final class PolicyObjectHistory {
    private final Transactions transactions;

    public PolicyObjectHistory(Transactions transactions) {
        this.transactions = transactions;
    }

    /// Keeps an object that holds until now. To be called before it is replaced: what fails in between leaves it twice, and both are the same.
    public void keep(PolicyObject before, Instant until) throws IOException {
        var end = time(until);
        // What held for no time was never seen.
        if (!before.changedAt().isBefore(end)) {
            return;
        }
        transactions.<Boolean, IOException>run(connection -> {
            try (var insert =
                    connection.prepareStatement(
                            "insert into policy_object_past (id, kind, body, from_at, until_at) values (?, ?, ?, ?, ?)")) {
                insert.setString(1, before.id());
                insert.setString(2, before.kind());
                insert.setString(3, before.body());
                insert.setObject(4, before.changedAt());
                insert.setObject(5, end);
                return insert.executeUpdate() == 1;
            }
        });
    }

    /// Since when the objects of a time had been as they were then; empty when they are so still.
    public Optional<Instant> since(Instant at) throws IOException {
        return transactions.<Optional<Instant>, IOException>read(connection -> {
            try (var query =
                    connection.prepareStatement(
                            "select max(case when moment <= ? then moment end), max(moment) from (select changed_at as moment from policy_object union all select from_at from policy_object_past union all select until_at from policy_object_past) changes")) {
                query.setObject(1, time(at));
                try (var rows = query.executeQuery()) {
                    rows.next();
                    var before = rows.getObject(1, OffsetDateTime.class);
                    var last = rows.getObject(2, OffsetDateTime.class);
                    return last == null || !last.toInstant().isAfter(at)
                            ? Optional.empty()
                            : Optional.of(before == null ? Instant.EPOCH : before.toInstant());
                }
            }
        });
    }

    /// The objects as they were.
    public KeptPolicyObjects asOf(Instant at) throws IOException {
        var all = transactions.<List<PolicyObject>, IOException>read(c -> objects(c, at));
        return kind -> all.stream().filter(object -> object.kind().equals(kind)).toList();
    }

    private static List<PolicyObject> objects(Connection connection, Instant at)
            throws SQLException {
        var objects = new ArrayList<PolicyObject>();
        try (var query =
                connection.prepareStatement(
                        "select id, kind, body, changed_at from policy_object where changed_at <= ? union all select id, kind, body, from_at from policy_object_past where from_at <= ? and until_at > ? order by 1")) {
            for (int i = 1; i <= 3; i++) {
                query.setObject(i, time(at));
            }
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    // Twice where its change failed half way.
                    if (!objects.isEmpty() && objects.getLast().id().equals(rows.getString(1))) {
                        continue;
                    }
                    objects.add(
                            new PolicyObject(
                                    rows.getString(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getObject(4, OffsetDateTime.class)));
                }
            }
        }
        return objects;
    }

    /// Forgets what held before a time, within a transaction.
    static void forgetBefore(Connection connection, Instant oldest) throws SQLException {
        try (var delete =
                connection.prepareStatement("delete from policy_object_past where until_at < ?")) {
            delete.setObject(1, time(oldest));
            delete.executeUpdate();
        }
    }

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }
}
