package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignCodec;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Happening;
import io.muster.remediation.campaign.KeptHappening;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Campaigns as rows. Each method is one transaction and returns when it is committed. Processes that share the database exclude each other by the campaign's
/// version and lease.
public final class JdbcCampaignStore implements CampaignStore {
    private static final int BATCH = 5_000;
    private static final String UNIQUE_VIOLATION = "23505";
    private static final Leases LEASES = new Leases("campaign", "id");

    private final Transactions transactions;

    public JdbcCampaignStore(Transactions transactions) {
        this.transactions = transactions;
    }

    private <T> T run(Transactions.Work<T, RuntimeException> work) {
        try {
            return transactions.run(work);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static Campaign campaign(ResultSet rows) throws SQLException {
        return CampaignCodec.read(
                parsed(rows.getString("body"), "campaign " + rows.getString("id")));
    }

    private static Dynamic parsed(String body, String what) {
        try {
            return Json.parse(body);
        } catch (JsonException damaged) {
            throw new IllegalStateException("the kept " + what + " is no JSON", damaged);
        }
    }

    @Override
    public List<Campaign> campaigns() {
        return run(connection -> {
            var out = new ArrayList<Campaign>();
            try (var select = connection.prepareStatement("select id, body from campaign");
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    out.add(campaign(rows));
                }
            }
            return List.copyOf(out);
        });
    }

    @Override
    public Optional<Campaign> campaign(ResourceId id) {
        return run(connection -> {
            try (var select =
                    connection.prepareStatement("select id, body from campaign where id = ?")) {
                select.setString(1, id.key());
                try (var rows = select.executeQuery()) {
                    return rows.next() ? Optional.of(campaign(rows)) : Optional.<Campaign>empty();
                }
            }
        });
    }

    @Override
    public boolean create(Campaign campaign) {
        try {
            return transactions.run(connection -> create(connection, campaign));
        } catch (IOException fault) {
            // PostgreSQL does not see the row of who is creating it at this moment, and waits for
            // it.
            if (fault.getCause() instanceof SQLException refused
                    && UNIQUE_VIOLATION.equals(refused.getSQLState())) {
                return false;
            }
            throw new UncheckedIOException(fault);
        }
    }

    private static boolean create(Connection connection, Campaign campaign) throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into campaign (id, version, body) select ?, ?, ?"
                                + " where not exists (select 1 from campaign where id = ?)")) {
            insert.setString(1, campaign.id().key());
            insert.setLong(2, campaign.version());
            insert.setString(3, Json.write(CampaignCodec.write(campaign)));
            insert.setString(4, campaign.id().key());
            return insert.executeUpdate() == 1;
        }
    }

    @Override
    public boolean replace(Campaign kept, Campaign by) {
        return run(connection -> delete(connection, kept) && create(connection, by));
    }

    @Override
    public boolean update(Campaign campaign) {
        return run(connection -> update(connection, campaign));
    }

    @Override
    public boolean update(Campaign campaign, String owner) {
        return run(connection -> {
            lockHeld(connection, campaign.id(), owner);
            return update(connection, campaign);
        });
    }

    /// Locks a campaign's row, so that nobody takes its lease before the transaction ends.
    private static void lockHeld(Connection connection, ResourceId id, String owner)
            throws SQLException {
        try (var lock =
                connection.prepareStatement(
                        "select id from campaign where id = ? and lease_owner = ? for update")) {
            lock.setString(1, id.key());
            lock.setString(2, owner);
            try (var rows = lock.executeQuery()) {
                if (!rows.next()) {
                    throw new LeaseLostException(id);
                }
            }
        }
    }

    private static boolean update(Connection connection, Campaign campaign) throws SQLException {
        // Another one of its name counts its versions from one again.
        if (locked(connection, campaign.id().key()).filter(campaign::follows).isEmpty()) {
            return false;
        }
        try (var update =
                connection.prepareStatement(
                        "update campaign set version = ?, body = ? where id = ?")) {
            update.setLong(1, campaign.version());
            update.setString(2, Json.write(CampaignCodec.write(campaign)));
            update.setString(3, campaign.id().key());
            return update.executeUpdate() == 1;
        }
    }

    @Override
    public boolean delete(Campaign campaign) {
        return run(connection -> delete(connection, campaign));
    }

    private static boolean delete(Connection connection, Campaign campaign) throws SQLException {
        if (locked(connection, campaign.id().key()).filter(campaign::isSameAs).isEmpty()) {
            return false;
        }
        try (var delete = connection.prepareStatement("delete from campaign where id = ?")) {
            delete.setString(1, campaign.id().key());
            return delete.executeUpdate() == 1;
        }
    }

    /// A campaign that nobody else changes until the transaction ends.
    private static Optional<Campaign> locked(Connection connection, String id) throws SQLException {
        try (var lock =
                connection.prepareStatement(
                        "select id, body from campaign where id = ? for update")) {
            lock.setString(1, id);
            try (var rows = lock.executeQuery()) {
                return rows.next() ? Optional.of(campaign(rows)) : Optional.empty();
            }
        }
    }

    @Override
    public boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return run(connection -> LEASES.take(connection, id.key(), owner, leaseFor));
    }

    @Override
    public boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return run(connection -> LEASES.prolong(connection, id.key(), owner, leaseFor));
    }

    @Override
    public void release(ResourceId id, String owner) {
        run(connection -> LEASES.release(connection, id.key(), owner));
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    @Override
    public boolean plan(Campaign planned, List<List<PlannedResource>> rings, String owner) {
        var id = planned.id();
        int run = planned.run();
        return run(connection -> {
            lockHeld(connection, id, owner);
            if (!update(connection, planned)) {
                return false;
            }
            try (var delete =
                    connection.prepareStatement(
                            "delete from campaign_member where campaign_id = ? and run = ?")) {
                delete.setString(1, id.key());
                delete.setInt(2, run);
                delete.executeUpdate();
            }
            try (var insert =
                    connection.prepareStatement(
                            "insert into campaign_member (campaign_id, run, ring, position, resource_id, location) values (?, ?, ?, ?, ?, ?)")) {
                int waiting = 0;
                for (int ring = 0; ring < rings.size(); ring++) {
                    int position = 0;
                    for (var member : rings.get(ring)) {
                        insert.setString(1, id.key());
                        insert.setInt(2, run);
                        insert.setInt(3, ring);
                        insert.setInt(4, position++);
                        insert.setString(5, member.resource().text());
                        insert.setString(6, member.location());
                        insert.addBatch();
                        if (++waiting == BATCH) {
                            insert.executeBatch();
                            waiting = 0;
                        }
                    }
                }
                insert.executeBatch();
            }
            return true;
        });
    }

    @Override
    public List<PlannedResource> members(ResourceId campaign, int run, int ring) {
        return run(connection -> {
            try (var select =
                    connection.prepareStatement(
                            "select resource_id, location from campaign_member"
                                    + " where campaign_id = ? and run = ? and ring = ? order by position")) {
                select.setString(1, campaign.key());
                select.setInt(2, run);
                select.setInt(3, ring);
                var out = new ArrayList<PlannedResource>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(
                                new PlannedResource(
                                        ResourceId.parse(rows.getString("resource_id")),
                                        rows.getString("location")));
                    }
                }
                return List.copyOf(out);
            }
        });
    }

    @Override
    public int forgetMembers(Campaign campaign, int most) {
        var id = campaign.id();
        return run(connection -> {
            if (locked(connection, id.key()).filter(campaign::isEarlierOrNow).isEmpty()) {
                return 0;
            }
            try (var oldest =
                    connection.prepareStatement(
                            "select run, ring, min(position) as position from campaign_member where"
                                    + " campaign_id = ? and run < ? group by run, ring order by run,"
                                    + " ring limit 1")) {
                oldest.setString(1, id.key());
                oldest.setInt(2, campaign.run());
                try (var rows = oldest.executeQuery()) {
                    return rows.next()
                            ? forget(
                                    connection,
                                    id,
                                    rows.getInt("run"),
                                    rows.getInt("ring"),
                                    rows.getInt("position") + most)
                            : 0;
                }
            }
        });
    }

    private static int forget(
            Connection connection, ResourceId campaign, int run, int ring, int before)
            throws SQLException {
        try (var delete =
                connection.prepareStatement(
                        "delete from campaign_member where campaign_id = ? and run = ? and ring = ?"
                                + " and position < ?")) {
            delete.setString(1, campaign.key());
            delete.setInt(2, run);
            delete.setInt(3, ring);
            delete.setInt(4, before);
            return delete.executeUpdate();
        }
    }

    @Override
    public void published(Set<ResourceId> versions) {
        run(connection -> {
            // The row is locked, so that of several processes that look one finds what is new.
            Set<ResourceId> known = new HashSet<>();
            boolean first;
            try (var select =
                            connection.prepareStatement(
                                    "select body from published_version where id = 1 for update");
                    var rows = select.executeQuery()) {
                rows.next();
                String body = rows.getString("body");
                first = body == null;
                if (body != null) {
                    parsed(body, "published versions").items().stream()
                            .map(id -> ResourceId.parse(id.textOr("")))
                            .forEach(known::add);
                }
            }
            if (!first && known.equals(versions)) {
                return 0;
            }
            Set<ResourceId> fresh = new HashSet<>(versions);
            fresh.removeAll(known);
            if (!first && !fresh.isEmpty()) {
                keep(connection, new Happening.Published(fresh));
            }
            try (var update =
                    connection.prepareStatement(
                            "update published_version set body = ? where id = 1")) {
                update.setString(
                        1,
                        Json.write(
                                Dynamic.array(
                                        versions.stream()
                                                .sorted()
                                                .map(id -> Dynamic.of(id.text()))
                                                .toList())));
                return update.executeUpdate();
            }
        });
    }

    @Override
    public boolean changed(List<ChangeNotice> notices, int most) {
        var changed = new Happening.Changed(notices);
        return run(connection -> {
            try (var select =
                            connection.prepareStatement(
                                    "select coalesce(sum(items), 0) from campaign_happening");
                    var rows = select.executeQuery()) {
                rows.next();
                if (rows.getLong(1) + changed.notices().size() > most) {
                    return false;
                }
            }
            keep(connection, changed);
            return true;
        });
    }

    private static void keep(Connection connection, Happening happening) throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into campaign_happening (items, body) values (?, ?)")) {
            insert.setInt(1, happening.resources().size());
            insert.setString(2, Json.write(happening.toDynamic()));
            insert.executeUpdate();
        }
    }

    @Override
    public List<KeptHappening> happenings() {
        return run(connection -> {
            var out = new ArrayList<KeptHappening>();
            try (var select =
                            connection.prepareStatement(
                                    "select number, body from campaign_happening order by number");
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    out.add(
                            new KeptHappening(
                                    rows.getLong("number"),
                                    Happening.fromDynamic(
                                            parsed(rows.getString("body"), "happening"))));
                }
            }
            return List.copyOf(out);
        });
    }

    @Override
    public List<Campaign> tell(List<KeptHappening> happenings, Instant now) {
        return run(connection -> {
            var untold = new ArrayList<Happening>();
            // Who deletes it tells of it: another process waits for this one's end, and finds
            // nothing.
            try (var delete =
                    connection.prepareStatement(
                            "delete from campaign_happening where number = ?")) {
                for (var kept : happenings) {
                    delete.setLong(1, kept.number());
                    if (delete.executeUpdate() == 1) {
                        untold.add(kept.happening());
                    }
                }
            }
            var ids = new ArrayList<String>();
            try (var select = connection.prepareStatement("select id from campaign order by id");
                    var rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString("id"));
                }
            }
            var triggered = new ArrayList<Campaign>();
            if (!untold.isEmpty()) {
                for (var id : ids) {
                    trigger(connection, id, untold, now).ifPresent(triggered::add);
                }
            }
            return List.copyOf(triggered);
        });
    }

    private static Optional<Campaign> trigger(
            Connection connection, String id, List<Happening> happenings, Instant now)
            throws SQLException {
        var campaign = locked(connection, id);
        var heard = campaign.map(kept -> kept.hears(happenings)).orElse(List.of());
        if (campaign.isEmpty() || heard.isEmpty()) {
            return Optional.empty();
        }
        var next = campaign.get().triggered(now);
        if (!update(connection, next)) {
            throw new IllegalStateException("a locked campaign was changed: " + id);
        }
        for (var happening : heard) {
            insert(connection, next.id(), new CampaignEvent(now, "triggered", happening.text()));
        }
        return Optional.of(next);
    }

    /// Does nothing for a campaign that is gone.
    @Override
    public void append(ResourceId id, CampaignEvent event) {
        run(connection -> {
            // The campaign's row is locked first, so that two writers take turns and no sequence is
            // given twice.
            try (var lock =
                    connection.prepareStatement(
                            "select id from campaign where id = ? for update")) {
                lock.setString(1, id.key());
                try (var rows = lock.executeQuery()) {
                    if (!rows.next()) {
                        return 0;
                    }
                }
            }
            return insert(connection, id, event);
        });
    }

    private static int insert(Connection connection, ResourceId id, CampaignEvent event)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into campaign_event (campaign_id, sequence, at, kind, message)"
                                + " select ?, coalesce(max(sequence), 0) + 1, ?, ?, ? from campaign_event where campaign_id = ?")) {
            insert.setString(1, id.key());
            insert.setObject(2, utc(event.at()));
            insert.setString(3, event.kind());
            insert.setString(4, event.message());
            insert.setString(5, id.key());
            return insert.executeUpdate();
        }
    }

    @Override
    public List<CampaignEvent> events(ResourceId id) {
        return run(connection -> {
            try (var select =
                    connection.prepareStatement(
                            "select at, kind, message from campaign_event where campaign_id = ? order by sequence")) {
                select.setString(1, id.key());
                var out = new ArrayList<CampaignEvent>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        out.add(
                                new CampaignEvent(
                                        rows.getObject("at", OffsetDateTime.class).toInstant(),
                                        rows.getString("kind"),
                                        rows.getString("message")));
                    }
                }
                return List.copyOf(out);
            }
        });
    }
}
