package io.muster.benchmarks.questions;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// DuckDB over the same fleet: in tables split by hand for the ten questions, the star that a person would build who knows them beforehand; or as
/// it came, in structs or as JSON, with views that say where the star's columns are in it. One thread, as ours.
public final class DuckPeer implements AutoCloseable {
    private static final String MACHINE = "microsoft.compute/virtualmachines";

    private final Connection connection;

    private final String url;

    private DuckPeer(Connection connection, String url) {
        this.connection = connection;
        this.url = url;
    }

    /// How the fleet is kept.
    enum Form {
        STAR,
        STRUCT,
        JSON
    }

    /// Reads `*.ndjson` of a folder into a star, in a database file (`:memory:` keeps it in memory, `:memory:name` where other connections of this
    /// process find it).
    public static DuckPeer load(Path folder, String database) throws SQLException {
        return load(folder, database, Form.STAR);
    }

    static DuckPeer load(Path folder, String database, Form form) throws SQLException {
        String url = "jdbc:duckdb:" + database;
        var peer = new DuckPeer(DriverManager.getConnection(url), url);
        try {
            peer.execute("set threads = 1");
            peer.execute(form == Form.JSON ? json(folder) : structs(folder));
            peer.execute("create view flat as " + (form == Form.JSON ? OF_JSON : OF_STRUCTS));
            String kind = form == Form.STAR ? "table" : "view";
            peer.execute(
                    """
                    create %s machine as select %s as key, lower(id) as lower_id, name, location,
                      coalesce(resource_group, lower(split_part(id, '/', 5))) as resource_group, coalesce(subscription, split_part(id, '/', 3)) as subscription, env, owner,
                      size, system, image, created, coalesce(applications, 0) as applications, coalesce(entries, []) as entries
                    from flat where type = '%s'
                    """
                            .formatted(
                                    kind,
                                    form == Form.STAR ? "row_number() over ()" : "id",
                                    MACHINE));
            peer.execute(
                    """
                    create %s entry as
                    with reference as (select key, resource_group, unnest(entries) as id from machine),
                    part as (
                      select key, resource_group,
                        split_part(split_part(id, '/applications/', 2), '/versions/', 1) as application,
                        split_part(id, '/versions/', 2) as version
                      from reference)
                    select *, case when version <> 'latest' then %s end as number from part
                    """
                            .formatted(kind, Questions.versionNumber("version")));
            peer.execute(
                    """
                    create %s extension as select lower(split_part(id, '/extensions/', 1)) as machine, name, state
                    from flat where type = '%s/extensions'
                    """
                            .formatted(kind, MACHINE));
            peer.execute(
                    """
                    create %s version as select
                      lower(split_part(split_part(id, '/applications/', 2), '/versions/', 1)) as application, name, excluded
                    from flat where type = 'microsoft.compute/galleries/applications/versions'
                    """
                            .formatted(kind));
            if (form == Form.STAR) {
                peer.execute("alter table machine drop column entries");
                peer.execute("drop view flat");
                peer.execute("drop table resource");
            }
            peer.execute("checkpoint");
            return peer;
        } catch (SQLException failed) {
            peer.close();
            throw failed;
        }
    }

    private static String structs(Path folder) {
        return """
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
                .formatted(folder.toAbsolutePath());
    }

    private static final String OF_STRUCTS =
            """
            select id, name, type, location, resourceGroup as resource_group, subscriptionId as subscription, tags['env'] as env,
              tags['owner'] as owner, properties.hardwareProfile.vmSize as size, properties.storageProfile.osDisk.osType as system,
              properties.storageProfile.imageReference.sku as image, properties.timeCreated as created,
              len(properties.applicationProfile.galleryApplications) as applications,
              list_transform(properties.applicationProfile.galleryApplications, lambda e: e.packageReferenceId) as entries,
              properties.provisioningState as state, properties.publishingProfile.excludeFromLatest as excluded
            from resource
            """;

    private static String json(Path folder) {
        return "create table resource as select json from read_ndjson_objects('%s/*.ndjson')"
                .formatted(folder.toAbsolutePath());
    }

    private static final String OF_JSON =
            """
            select json->>'id' as id, json->>'name' as name, lower(json->>'type') as type, json->>'location' as location,
              json->>'resourceGroup' as resource_group, json->>'subscriptionId' as subscription, json->>'$.tags.env' as env,
              json->>'$.tags.owner' as owner, json->>'$.properties.hardwareProfile.vmSize' as size,
              json->>'$.properties.storageProfile.osDisk.osType' as system,
              json->>'$.properties.storageProfile.imageReference.sku' as image,
              (json->>'$.properties.timeCreated')::TIMESTAMP as created,
              json_array_length(json, '$.properties.applicationProfile.galleryApplications') as applications,
              json->>'$.properties.applicationProfile.galleryApplications[*].packageReferenceId' as entries,
              json->>'$.properties.provisioningState' as state,
              (json->>'$.properties.publishingProfile.excludeFromLatest')::BOOLEAN as excluded
            from resource
            """;

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
