package io.muster.service.http.console;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionLog;
import io.muster.kql.Kql;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.SnapshotHierarchy;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.http.errors.ArmException;
import io.muster.service.query.FleetCatalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The server's own API: what it holds, what a query can name, and a round on request.
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
final class StatusController {
    private final Fleet fleet;
    private final FleetCatalog catalogs;
    private final FleetCompliance compliance;
    private final FleetRounds rounds;

    StatusController(
            Fleet fleet, FleetCatalog catalogs, FleetCompliance compliance, FleetRounds rounds) {
        this.fleet = fleet;
        this.catalogs = catalogs;
        this.compliance = compliance;
        this.rounds = rounds;
    }

    @Get("/status")
    Dynamic status() {
        var snapshot = fleet.snapshot();
        var scan = compliance.current();
        var version = StatusController.class.getPackage().getImplementationVersion();
        return Dynamic.bag()
                .put("version", version == null ? "development" : version)
                .put("managementGroup", new SnapshotHierarchy(snapshot).root())
                .put("snapshot", fleet.isCollected() ? snapshotOf(snapshot) : Dynamic.NULL)
                .put(
                        "scan",
                        Dynamic.bag()
                                .put("state", rounds.isRunning() ? "Running" : "Idle")
                                .put(
                                        "finishedAt",
                                        scan.isScanned() ? scan.scannedAt().toString() : null)
                                .put(
                                        "snapshotVersion",
                                        scan.isScanned()
                                                ? Dynamic.of(scan.verdicts().snapshotVersion())
                                                : Dynamic.NULL)
                                .build())
                .build();
    }

    private static Dynamic snapshotOf(Snapshot snapshot) {
        var scopes = new ArrayList<Dynamic>();
        boolean complete = true;
        for (var scope : CollectionLog.of(snapshot)) {
            boolean whole = scope.get("completeness").textOr("").equals("Complete");
            complete &= whole;
            scopes.add(
                    Dynamic.bag()
                            .put("scope", scope.get("scope"))
                            .put("table", scope.get("table"))
                            .put("complete", whole)
                            .put("resources", scope.get("rows"))
                            .put("collectedAt", scope.get("finishedAt"))
                            .put("reason", scope.get("because"))
                            .build());
        }
        return Dynamic.bag()
                .put("version", snapshot.version())
                .put("takenAt", snapshot.takenAt().toString())
                .put("resources", snapshot.count())
                .put("complete", complete)
                .put("scopes", Dynamic.array(scopes))
                .build();
    }

    @Get("/schema")
    Dynamic schema() {
        var tables = new ArrayList<Dynamic>();
        for (var table : catalogs.over(fleet.snapshot()).tables()) {
            tables.add(
                    Dynamic.bag()
                            .put("name", table.name())
                            .put(
                                    "columns",
                                    Dynamic.array(
                                            table.schema().fields().stream()
                                                    .map(field ->
                                                            Dynamic.bag()
                                                                    .put("name", field.name())
                                                                    .put(
                                                                            "type",
                                                                            field.type().wireName())
                                                                    .build())
                                                    .toList()))
                            .build());
        }
        var words = Kql.vocabulary();
        return Dynamic.bag()
                .put("tables", Dynamic.array(tables))
                .put("functions", texts(words.functions()))
                .put("aggregates", texts(words.aggregates()))
                .put("operators", texts(words.operators()))
                .build();
    }

    private static Dynamic texts(List<String> words) {
        return Dynamic.array(words.stream().map(Dynamic::of).toList());
    }

    /// Collects and scans now; answers when done.
    @Post("/round")
    Dynamic round() throws ArmException, IOException, InterruptedException {
        if (!rounds.hasSources()) {
            throw new ArmException(409, "NoSources", "The server has no source to collect from.");
        }
        rounds.run();
        return status();
    }
}
