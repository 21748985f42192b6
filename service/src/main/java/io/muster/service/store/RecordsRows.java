package io.muster.service.store;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/// The sets of resources that definitions in force have records of, each kept once. For one transaction.
final class RecordsRows {
    private final Connection connection;

    /// Definitions of one scan share the very bitmap.
    private final IdentityHashMap<RoaringBitmap, String> known = new IdentityHashMap<>();

    RecordsRows(Connection connection) {
        this.connection = connection;
    }

    /// Keeps a set unless it is there, and gives its name.
    String put(RoaringBitmap records) throws SQLException {
        String hash = known.get(records);
        if (hash == null) {
            byte[] bytes = BitmapBytes.write(records);
            hash = hash(bytes);
            if (!isThere(hash)) {
                try (var insert =
                        connection.prepareStatement(
                                "insert into verdict_records (hash, resources) values (?, ?)")) {
                    insert.setString(1, hash);
                    insert.setBytes(2, bytes);
                    insert.executeUpdate();
                }
            }
            known.put(records, hash);
        }
        return hash;
    }

    private boolean isThere(String hash) throws SQLException {
        try (var select =
                connection.prepareStatement("select 1 from verdict_records where hash = ?")) {
            select.setString(1, hash);
            try (var rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /// Forgets the sets that no verdict names any more.
    void removeUnused() throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "delete from verdict_records where hash not in (select records_hash from verdict where records_hash is not null)");
        }
    }

    /// Every kept set by its name.
    static Map<String, RoaringBitmap> all(Connection connection) throws SQLException, IOException {
        Map<String, RoaringBitmap> all = new HashMap<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select hash, resources from verdict_records")) {
            while (rows.next()) {
                all.put(rows.getString(1), BitmapBytes.read(rows.getBytes(2)));
            }
        }
        return all;
    }
}
