package io.muster.inventory.derived;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.CommandAdvice;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `galleryversions`: a row per version of a gallery application, with its regions, what storing it is billed by, and findings on its
/// commands.
final class GalleryVersionsTable implements TableSource {
    static final Schema SCHEMA =
            Columns.of(
                    "id",
                    "name",
                    "type",
                    "location",
                    "resourceGroup",
                    "subscriptionId",
                    "galleryId",
                    "gallery",
                    "applicationId",
                    "application",
                    "version",
                    "major:long",
                    "minor:long",
                    "patch:long",
                    "osType",
                    "provisioningState",
                    "replicationState",
                    "excludeFromLatest:bool",
                    "publishedDate:datetime",
                    "endOfLifeDate:datetime",
                    "pastEndOfLife:bool",
                    "hasUpdateCommand:bool",
                    "rerunAfterReboot:bool",
                    "storageAccountType",
                    // [{region, replicas, excludeFromLatest, state, progress, latest}]
                    "regions:dynamic",
                    "latestIn:dynamic",
                    "replicas:long",
                    "packageBytes:long",
                    "storedBytes:long",
                    "egressCopies:long",
                    "egressBytes:long",
                    "findings:dynamic");

    private final DerivedTables tables;

    GalleryVersionsTable(DerivedTables tables) {
        this.tables = tables;
    }

    @Override
    public String name() {
        return "galleryversions";
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        var rows = new Rows(SCHEMA);
        tables.resolver()
                .catalog()
                .versions()
                .forEach(version -> {
                    if (isWanted(request, version)) {
                        add(rows, version, request);
                    }
                });
        return rows.size() == 0 ? List.of() : List.of(rows.toSegment());
    }

    /// Most queries are for one version, application or gallery.
    private static boolean isWanted(ScanRequest request, GalleryApplicationVersion version) {
        var id = version.id();
        return allows(request, "id", id.text())
                && allows(request, "subscriptionId", id.subscriptionId().orElse(""))
                && allows(request, "galleryId", id.top().text())
                && allows(request, "gallery", id.names().get(0))
                && allows(request, "applicationId", version.applicationId().text())
                && allows(request, "application", id.names().get(1))
                && allows(request, "version", version.name());
    }

    private static boolean allows(ScanRequest request, String column, String text) {
        return request.allowed(column).map(in -> in.test(text)).orElse(true);
    }

    private void add(Rows rows, GalleryApplicationVersion version, ScanRequest request) {
        var id = version.id();
        var application =
                tables.resolver().catalog().application(version.applicationId()).orElse(null);
        var number = version.number();
        var system = application == null ? null : application.supportedOs();
        var cost = version.storageCost();
        var bytes = version.packageBytes();
        var latestIn = new ArrayList<Dynamic>();
        var regions =
                request.wants("regions") || request.wants("latestIn")
                        ? regions(version, latestIn)
                        : Dynamic.NULL;
        rows.text(id.text())
                .text(id.fullName())
                .text(id.type().lower())
                .text(version.location())
                .text(id.resourceGroup().orElse("").toLowerCase(Locale.ROOT))
                .text(id.subscriptionId().orElse(""))
                .text(id.top().text())
                .text(id.names().get(0))
                .text(version.applicationId().text())
                .text(id.names().get(1))
                .text(version.name())
                .whole(number == null ? null : (long) number.parts().get(0))
                .whole(number == null ? null : (long) number.parts().get(1))
                .whole(number == null ? null : (long) number.parts().get(2))
                .text(system == null ? "" : system.wireName())
                .text(version.provisioningState())
                .text(version.aggregatedReplicationState())
                .bool(version.excludeFromLatest())
                .time(version.publishedDate())
                .time(version.endOfLife())
                .bool(version.isPastEndOfLife(tables.now()))
                .bool(version.actions().hasUpdate())
                .bool(version.settings().rerunAfterReboot())
                .text(version.storageAccountType())
                .dynamic(regions)
                .dynamic(Dynamic.array(latestIn))
                .whole((long) cost.replicas())
                .whole(bytes.isPresent() ? bytes.getAsLong() : null)
                .whole(cost.storedBytes())
                .whole((long) cost.egressCopies())
                .whole(cost.egressBytes())
                .dynamic(request.wants("findings") ? findings(version, system) : Dynamic.NULL)
                .end();
    }

    private Dynamic findings(GalleryApplicationVersion version, @Nullable OperatingSystem system) {
        return Dynamic.array(
                CommandAdvice.findings(version, system, tables.limits()).stream()
                        .map(finding ->
                                Dynamic.bag()
                                        .put("kind", finding.kind().name())
                                        .put("command", finding.command())
                                        .put("message", finding.message())
                                        .build())
                        .toList());
    }

    private Dynamic regions(GalleryApplicationVersion version, List<Dynamic> latestIn) {
        var regions = new ArrayList<Dynamic>();
        for (var target : version.targets()) {
            var copy =
                    version.replication() == null
                            ? null
                            : version.replication().get(target.region());
            boolean latest =
                    tables.resolver().latest(version.applicationId(), target.region())
                                    instanceof Resolution.Resolved(var newest, var _)
                            && newest.id().equals(version.id());
            if (latest) {
                latestIn.add(Dynamic.of(target.region()));
            }
            regions.add(
                    Dynamic.bag()
                            .put("region", target.region())
                            .put("replicas", target.replicas())
                            .put("excludeFromLatest", target.excludeFromLatest())
                            .put(
                                    "state",
                                    version.replicationIn(target.region())
                                            .name()
                                            .toLowerCase(Locale.ROOT))
                            .put(
                                    "progress",
                                    copy == null ? Dynamic.NULL : Dynamic.of(copy.progress()))
                            .put("latest", latest)
                            .build());
        }
        return Dynamic.array(regions);
    }
}
