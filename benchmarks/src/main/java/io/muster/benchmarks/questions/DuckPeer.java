package io.muster.benchmarks.questions;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// DuckDB over the same fleet, in tables split by hand for the ten questions: the star that a person would build who knows them beforehand.
/// One thread, as ours.
public final class DuckPeer implements AutoCloseable {
    private static final String MACHINE = "microsoft.compute/virtualmachines";

    private final Connection connection;

    private final String url;

    private DuckPeer(Connection connection, String url) {
        this.connection = connection;
        this.url = url;
    }

    /// Reads `*.ndjson` of a folder into a database file (`:memory:` keeps it in memory, `:memory:name` where other connections of this process find it).
    public static DuckPeer load(Path folder, String database) throws SQLException {
        String url = "jdbc:duckdb:" + database;
        var peer = new DuckPeer(DriverManager.getConnection(url), url);
        try {
            peer.execute("set threads = 1");
            peer.execute(
                    """
                    create table resource as select * replace (lower(type) as type) from read_json('%s/*.ndjson', format = 'newline_delimited', columns = {
                      id: 'VARCHAR', name: 'VARCHAR', type: 'VARCHAR', location: 'VARCHAR', resourceGroup: 'VARCHAR',
                      subscriptionId: 'VARCHAR', tags: 'MAP(VARCHAR, VARCHAR)',
                      properties: 'STRUCT(
                        hardwareProfile STRUCT(vmSize VARCHAR),
                        storageProfile STRUCT(imageReference STRUCT(sku VARCHAR), osDisk STRUCT(osType VARCHAR)),
                        applicationProfile STRUCT(galleryApplications STRUCT(packageReferenceId VARCHAR)[]),
                        publishingProfile STRUCT(excludeFromLatest BOOLEAN),
                        provisioningState VARCHAR, timeCreated TIMESTAMP)'})
                    """
                            .formatted(folder.toAbsolutePath()));
            peer.execute(
                    """
                    create table machine as select row_number() over () as key, lower(id) as lower_id, name, location,
                      coalesce(resourceGroup, lower(split_part(id, '/', 5))) as resource_group, coalesce(subscriptionId, split_part(id, '/', 3)) as subscription, tags['env'] as env, tags['owner'] as owner,
                      properties.hardwareProfile.vmSize as size, properties.storageProfile.osDisk.osType as system,
                      properties.storageProfile.imageReference.sku as image, properties.timeCreated as created,
                      coalesce(len(properties.applicationProfile.galleryApplications), 0) as applications,
                      coalesce(properties.applicationProfile.galleryApplications, []) as entries
                    from resource where type = '%s'
                    """
                            .formatted(MACHINE));
            peer.execute(
                    """
                    create table entry as
                    with reference as (
                      select key, resource_group, unnest(entries).packageReferenceId as id from machine),
                    part as (
                      select key, resource_group,
                        split_part(split_part(id, '/applications/', 2), '/versions/', 1) as application,
                        split_part(id, '/versions/', 2) as version
                      from reference)
                    select *, case when version <> 'latest' then %s end as number from part
                    """
                            .formatted(Questions.versionNumber("version")));
            peer.execute("alter table machine drop column entries");
            peer.execute(
                    """
                    create table extension as select lower(split_part(id, '/extensions/', 1)) as machine, name,
                      properties.provisioningState as state
                    from resource where type = '%s/extensions'
                    """
                            .formatted(MACHINE));
            peer.execute(
                    """
                    create table version as select
                      lower(split_part(split_part(id, '/applications/', 2), '/versions/', 1)) as application, name,
                      properties.publishingProfile.excludeFromLatest as excluded
                    from resource where type = 'microsoft.compute/galleries/applications/versions'
                    """);
            peer.execute("drop table resource");
            peer.execute("checkpoint");
            return peer;
        } catch (SQLException failed) {
            peer.close();
            throw failed;
        }
    }

    /// Rows as lists of text.
    public List<List<String>> ask(String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql);
                var result = statement.executeQuery()) {
            int columns = result.getMetaData().getColumnCount();
            var rows = new ArrayList<List<String>>();
            while (result.next()) {
                var row = new ArrayList<String>(columns);
                for (int column = 1; column <= columns; column++) {
                    row.add(String.valueOf(result.getString(column)));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /// How many threads a question may take.
    void threads(int count) throws SQLException {
        execute("set threads = " + count);
    }

    /// Another connection to the same tables, for another client.
    DuckPeer another() throws SQLException {
        return new DuckPeer(DriverManager.getConnection(url), url);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
