package io.muster.inventory.source.azure;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import io.muster.inventory.source.azure.GraphReader.Rows;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Azure, or what plays it: the chosen Resource Graph tables, a subscription at a time, and of each machine what runs on it.
///
/// A scope is read whole before any of its rows is handed on, so that a torn reading leaves nothing behind. Thread-safe.
public final class AzureSource implements ResourceSource {
    /// Tables whose rows lie above subscriptions: read once.
    private static final Set<String> TENANT_TABLES = Set.of("resourcecontainers");

    private static final String UNIFORM_INSTANCES = "computeresources";
    private static final int CHUNK = 512;

    private final String name;
    private final AzureSettings settings;
    private final InstantSource clock;
    private final GraphReader graph;
    private final ComputeReader compute;
    private final ArmReader arm;

    private final ActivityLogReader activity;
    private final AzureRefresh refresh;

    /// Compute reads in flight.
    private final Semaphore reads;

    public AzureSource(String name, AzureSettings settings, InstantSource clock)
            throws SourceException {
        this(name, settings, clock, Pause.SLEEP);
    }

    AzureSource(String name, AzureSettings settings, InstantSource clock, Pause pause)
            throws SourceException {
        this.name = name;
        this.settings = settings;
        this.clock = clock;
        var connection = AzureConnection.open(settings);
        var retrying = new Retrying(settings.retry(), pause, clock);
        this.graph =
                new GraphReader(
                        connection,
                        retrying,
                        pause,
                        settings.pageSize(),
                        settings.retry().scopeAttempts());
        var single = new SubscriptionReads(retrying, pause, clock, settings.readsPerSecond());
        this.compute = new ComputeReader(connection, single);
        this.arm = new ArmReader(connection, single, clock);
        this.activity = new ActivityLogReader(settings.endpoint(), connection.pipeline(), retrying);
        this.reads = new Semaphore(settings.concurrency());
        this.refresh = new AzureRefresh(settings, graph, compute, arm, reads);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Attributor attributor() {
        return activity;
    }

    @Override
    public CollectionReport read(ResourceSink sink) throws SourceException, InterruptedException {
        return read(sink, CollectionProgress.NONE);
    }

    @Override
    public CollectionReport read(ResourceSink sink, CollectionProgress progress)
            throws SourceException, InterruptedException {
        return read(sink, progress, Set.of());
    }

    @Override
    public CollectionReport read(ResourceSink sink, CollectionProgress progress, Set<String> before)
            throws SourceException, InterruptedException {
        var scopes = new ArrayList<ScopeReport>();
        var faults = new ArrayList<SourceFault>();
        var subscriptions = subscriptions();
        // Who no longer wants a subscription does not configure it any more.
        if (settings.subscriptions().isEmpty()) {
            for (String known : before) {
                if (subscriptions.stream().noneMatch(known::equalsIgnoreCase)) {
                    unlisted(known, scopes, faults);
                }
            }
        }
        for (String subscription : subscriptions) {
            for (String table : settings.tables()) {
                if (!TENANT_TABLES.contains(table)
                        && !(settings.instanceViews() && table.equals(UNIFORM_INSTANCES))) {
                    read(table, subscription, sink, progress, scopes, faults);
                }
            }
        }
        for (String table : settings.tables()) {
            if (TENANT_TABLES.contains(table)) {
                read(table, null, sink, progress, scopes, faults);
            }
        }
        return new CollectionReport(scopes, faults);
    }

    /// The subscriptions to read: those configured, else those that there are.
    private List<String> subscriptions() throws SourceException, InterruptedException {
        if (!settings.subscriptions().isEmpty()) {
            return settings.subscriptions();
        }
        try {
            var rows =
                    graph.read(
                            "resourcecontainers | where type =~"
                                    + " 'microsoft.resources/subscriptions'",
                            List.of());
            if (!rows.isComplete()) {
                throw new SourceException(
                        SourceFault.error(
                                settings.endpoint().toString(),
                                "the subscriptions cannot be listed: " + rows.torn()));
            }
            return rows.rows().values().stream()
                    .map(row -> ResourceId.tryParse(row.get("id").textOr("")))
                    .flatMap(Optional::stream)
                    .map(ResourceId::name)
                    .toList();
        } catch (FailedRequestException failed) {
            throw new SourceException(
                    SourceFault.error(
                            settings.endpoint().toString(),
                            "the subscriptions cannot be listed: " + failed.getMessage()),
                    failed);
        }
    }

    /// A subscription that was read before and is not listed any more: it may be gone, or the right to read it is. Azure shows neither in its lists, so it is asked.
    private void unlisted(String subscription, List<ScopeReport> scopes, List<SourceFault> faults)
            throws InterruptedException {
        String scope = "/subscriptions/" + subscription;
        var started = clock.instant();
        String why;
        try {
            if (arm.subscription(subscription).isEmpty()) {
                scopes.add(
                        report(
                                scope,
                                ScopeReport.ALL,
                                Completeness.COMPLETE,
                                0,
                                0L,
                                started,
                                "Azure says that there is no such subscription any more"));
                return;
            }
            why = "the subscription is there, and not listed any more";
        } catch (FailedRequestException failed) {
            why = "the subscription is not listed any more: " + failed.getMessage();
        }
        scopes.add(report(scope, ScopeReport.ALL, Completeness.FAILED, 0, null, started, why));
        faults.add(SourceFault.error(scope, why));
    }

    private void read(
            String table,
            @Nullable String subscription,
            ResourceSink sink,
            CollectionProgress progress,
            List<ScopeReport> scopes,
            List<SourceFault> faults)
            throws InterruptedException {
        String scope = subscription == null ? "/" : "/subscriptions/" + subscription;
        var started = clock.instant();
        var before =
                ScopeProgress.of(
                        progress, new CollectionProgress.Reading(name, scope, table), clock);
        Rows rows;
        try {
            rows =
                    graph.read(
                            table,
                            subscription == null ? List.of() : List.of(subscription),
                            before);
        } catch (FailedRequestException failed) {
            String why = String.valueOf(failed.getMessage());
            for (String unread : withWhatHangsOn(table)) {
                scopes.add(report(scope, unread, Completeness.FAILED, 0, null, started, why));
            }
            faults.addAll(before.notes());
            faults.add(SourceFault.error(scope + " " + table, why));
            return;
        }
        faults.addAll(before.notes());
        scopes.add(
                report(
                        scope,
                        table,
                        rows.isComplete() ? Completeness.COMPLETE : Completeness.PARTIAL,
                        rows.rows().size(),
                        rows.expected(),
                        started,
                        rows.torn()));
        if (!rows.isComplete()) {
            faults.add(SourceFault.error(scope + " " + table, rows.torn()));
        }
        if (settings.instanceViews() && table.equals("resources")) {
            deepen(scope, rows, sink, scopes, faults);
        } else {
            rows.rows().values().forEach(sink::accept);
        }
    }

    /// A table, and what is read for each of its rows: without them that is not read either.
    private List<String> withWhatHangsOn(String table) {
        if (!settings.instanceViews() || !table.equals("resources")) {
            return List.of(table);
        }
        return settings.tables().contains(UNIFORM_INSTANCES)
                ? List.of(table, ScopeReport.INSTANCE_VIEWS, UNIFORM_INSTANCES)
                : List.of(table, ScopeReport.INSTANCE_VIEWS);
    }

    private ScopeReport report(
            String scope,
            String table,
            Completeness completeness,
            long count,
            @Nullable Long expected,
            Instant started,
            String because) {
        return new ScopeReport(
                name,
                scope,
                table,
                completeness,
                count,
                expected,
                started,
                clock.instant(),
                because);
    }

    /// One row, with what compute says of it, and the resources below it that Resource Graph does not have.
    ///
    /// @param failure why compute could not be read; empty when it could, or need not
    private record Deepened(
            Dynamic resource, List<Dynamic> children, String failure, boolean asked) {
        static Deepened plain(Dynamic row) {
            return new Deepened(row, List.of(), "", false);
        }
    }

    private void deepen(
            String scope,
            Rows rows,
            ResourceSink sink,
            List<ScopeReport> scopes,
            List<SourceFault> faults)
            throws InterruptedException {
        var started = clock.instant();
        var views = new Tally();
        var instances = new Tally();
        var chunk = new ArrayList<Dynamic>(CHUNK);
        var left = rows.rows().values().iterator();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (left.hasNext()) {
                chunk.clear();
                while (left.hasNext() && chunk.size() < CHUNK) {
                    chunk.add(left.next());
                }
                var futures = new ArrayList<Future<Deepened>>(chunk.size());
                try {
                    for (var row : chunk) {
                        futures.add(threads.submit(() -> deepened(row)));
                    }
                    for (var future : futures) {
                        var deep = result(future);
                        sink.accept(deep.resource());
                        deep.children().forEach(sink::accept);
                        if (deep.asked()) {
                            var tally = isScaleSet(deep.resource()) ? instances : views;
                            tally.count(deep, faults);
                        }
                    }
                } catch (InterruptedException stopped) {
                    futures.forEach(future -> future.cancel(true));
                    throw stopped;
                }
            }
        }
        scopes.add(views.report(scope, ScopeReport.INSTANCE_VIEWS, started, rows.torn()));
        if (settings.tables().contains(UNIFORM_INSTANCES)) {
            scopes.add(instances.report(scope, UNIFORM_INSTANCES, started, rows.torn()));
        }
    }

    private static Deepened result(Future<Deepened> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            // Our own fault: a reading that Azure refuses is told in the result.
            throw new IllegalStateException(failed.getCause());
        }
    }

    private final class Tally {
        private long read;
        private long asked;
        private String failure = "";

        void count(Deepened deep, List<SourceFault> faults) {
            asked++;
            if (deep.failure().isEmpty()) {
                read += Math.max(1, deep.children().size());
            } else {
                failure = deep.failure();
                faults.add(SourceFault.error(deep.resource().get("id").textOr(""), failure));
            }
        }

        /// @param torn why not all rows came for which there was something to ask; empty when they did
        ScopeReport report(String scope, String table, Instant started, String torn) {
            String because = failure.isEmpty() ? torn : failure;
            return AzureSource.this.report(
                    scope,
                    table,
                    because.isEmpty()
                            ? Completeness.COMPLETE
                            : read == 0 ? Completeness.FAILED : Completeness.PARTIAL,
                    read,
                    // How many instances a set has nobody says beforehand.
                    table.equals(UNIFORM_INSTANCES) ? null : Long.valueOf(asked),
                    started,
                    because);
        }
    }

    private static String type(Dynamic row) {
        return row.get("type").textOr("").toLowerCase(Locale.ROOT);
    }

    private static boolean isScaleSet(Dynamic row) {
        return type(row).equals(Machine.SCALE_SET_TYPE);
    }

    static boolean isUniform(Dynamic set) {
        return isScaleSet(set)
                && !set.get("properties")
                        .get("orchestrationMode")
                        .textOr("Uniform")
                        .equalsIgnoreCase("Flexible");
    }

    private Deepened deepened(Dynamic row) throws InterruptedException {
        String type = type(row);
        boolean asks =
                type.equals(Machine.VM_TYPE)
                        || type.equals(GalleryApplicationVersion.TYPE)
                        || (isUniform(row) && settings.tables().contains(UNIFORM_INSTANCES));
        var id = ResourceId.tryParse(row.get("id").textOr(""));
        if (!asks || id.isEmpty() || id.get().resourceGroup().isEmpty()) {
            return Deepened.plain(row);
        }
        reads.acquire();
        try {
            return switch (type) {
                case Machine.VM_TYPE ->
                        new Deepened(
                                compute.instanceView(id.get())
                                        .map(view -> withProperty(row, "instanceView", view))
                                        .orElse(row),
                                List.of(),
                                "",
                                true);
                case Machine.SCALE_SET_TYPE ->
                        new Deepened(
                                row,
                                compute.instances(id.get()).orElse(List.of()).stream()
                                        .map(instance ->
                                                GraphForm.of(instance, row.get("tenantId")))
                                        .toList(),
                                "",
                                true);
                default ->
                        new Deepened(
                                compute.applicationVersion(id.get())
                                        .map(version ->
                                                withProperty(
                                                        row,
                                                        "replicationStatus",
                                                        version.get("properties")
                                                                .get("replicationStatus")))
                                        .orElse(row),
                                List.of(),
                                "",
                                true);
            };
        } catch (FailedRequestException failed) {
            return new Deepened(row, List.of(), String.valueOf(failed.getMessage()), true);
        } finally {
            reads.release();
        }
    }

    private static Dynamic withProperty(Dynamic row, String name, Dynamic value) {
        return value.isNull()
                ? row
                : row.with("properties", row.get("properties").with(name, value));
    }

    @Override
    public boolean canRefresh() {
        return true;
    }

    @Override
    public RefreshReport refresh(Set<ResourceId> ids, Known known, ResourceSink sink)
            throws InterruptedException {
        return refresh.read(ids, known, sink);
    }
}
