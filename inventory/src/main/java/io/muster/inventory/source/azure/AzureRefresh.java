package io.muster.inventory.source.azure;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource.Known;
import io.muster.inventory.source.SourceFault;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Reads single resources: machines, sets, instances and gallery versions from compute, which is never behind; the rest from Resource Graph. Thread-safe.
final class AzureRefresh {
    private static final String EXTENSIONS = Machine.VM_TYPE + "/extensions";

    /// Resources of one Resource Graph query.
    private static final int IDS = 100;

    private final AzureSettings settings;
    private final GraphReader graph;
    private final ComputeReader compute;

    /// Compute reads in flight.
    private final Semaphore reads;

    AzureRefresh(
            AzureSettings settings, GraphReader graph, ComputeReader compute, Semaphore reads) {
        this.settings = settings;
        this.graph = graph;
        this.compute = compute;
        this.reads = reads;
    }

    /// What compute says of one resource.
    ///
    /// @param asked false for a type that compute is not asked for
    /// @param resources none when it is not there
    /// @param whole types below it of which all are among the resources
    /// @param failure why it could not be read; empty when it could
    private record Answer(
            ResourceId id,
            boolean asked,
            List<Dynamic> resources,
            List<String> whole,
            String failure) {
        static Answer of(ResourceId id, Optional<Dynamic> resource) {
            return new Answer(id, true, resource.map(List::of).orElse(List.of()), List.of(), "");
        }

        static Answer unasked(ResourceId id) {
            return new Answer(id, false, List.of(), List.of(), "");
        }

        static Answer failed(ResourceId id, FailedRequestException failed) {
            return new Answer(id, true, List.of(), List.of(), String.valueOf(failed.getMessage()));
        }
    }

    RefreshReport read(Set<ResourceId> ids, Known known, ResourceSink sink)
            throws InterruptedException {
        var found = new HashSet<ResourceId>();
        var absent = new HashSet<ResourceId>();
        var whole = new ArrayList<RefreshReport.Below>();
        var faults = new ArrayList<SourceFault>();
        var others = new ArrayList<ResourceId>();
        for (var answer : fromCompute(ids)) {
            var id = answer.id();
            if (!answer.asked()) {
                others.add(id);
            } else if (!answer.failure().isEmpty()) {
                faults.add(SourceFault.error(id.text(), answer.failure()));
            } else if (answer.resources().isEmpty()) {
                absent.add(id);
            } else {
                var tenant = tenant(id, known);
                for (var resource : answer.resources()) {
                    sink.accept(
                            GraphForm.of(
                                    resource,
                                    known.resource(resource.get("id").textOr("")),
                                    tenant));
                }
                found.add(id);
                answer.whole().forEach(type -> whole.add(new RefreshReport.Below(id, type)));
            }
        }
        for (int from = 0; from < others.size(); from += IDS) {
            fromGraph(
                    others.subList(from, Math.min(others.size(), from + IDS)),
                    sink,
                    found,
                    absent,
                    faults);
        }
        return new RefreshReport(found, absent, faults, whole);
    }

    /// Compute names no tenant: the one configured, or that of the resource's subscription.
    private Dynamic tenant(ResourceId id, Known known) {
        return settings.tenantId().isEmpty()
                ? id.subscriptionId()
                        .flatMap(subscription -> known.resource("/subscriptions/" + subscription))
                        .map(subscription -> subscription.get("tenantId"))
                        .orElse(Dynamic.NULL)
                : Dynamic.of(settings.tenantId());
    }

    private List<Answer> fromCompute(Set<ResourceId> ids) throws InterruptedException {
        var answers = new ArrayList<Answer>(ids.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<Answer>>(ids.size());
            for (var id : ids) {
                futures.add(threads.submit(() -> fromCompute(id)));
            }
            try {
                for (var future : futures) {
                    answers.add(future.get());
                }
            } catch (InterruptedException stopped) {
                futures.forEach(future -> future.cancel(true));
                throw stopped;
            } catch (ExecutionException failed) {
                futures.forEach(future -> future.cancel(true));
                // Our own fault: a reading that Azure refuses is an answer.
                throw new IllegalStateException(failed.getCause());
            }
        }
        return answers;
    }

    private Answer fromCompute(ResourceId id) throws InterruptedException {
        if (!settings.instanceViews()
                || id.resourceGroup().isEmpty()
                || id.subscriptionId().isEmpty()) {
            return Answer.unasked(id);
        }
        reads.acquire();
        try {
            return switch (id.type().lower()) {
                case Machine.VM_TYPE -> machine(id, compute.virtualMachine(id));
                case Machine.SCALE_SET_TYPE -> set(id, compute.scaleSet(id));
                case Machine.INSTANCE_TYPE -> Answer.of(id, compute.instance(id));
                case GalleryApplicationVersion.TYPE ->
                        Answer.of(id, compute.applicationVersion(id));
                default -> Answer.unasked(id);
            };
        } catch (FailedRequestException failed) {
            return Answer.failed(id, failed);
        } finally {
            reads.release();
        }
    }

    /// A VM's model has its extensions inside; Resource Graph has them as resources of their own.
    private static Answer machine(ResourceId id, Optional<Dynamic> vm) {
        if (vm.isEmpty()) {
            return Answer.of(id, vm);
        }
        var resources = new ArrayList<Dynamic>();
        resources.add(vm.get().without("resources"));
        for (var child : vm.get().get("resources").items()) {
            if (ResourceId.tryParse(child.get("id").textOr("")).isPresent()) {
                resources.add(child);
            }
        }
        return new Answer(id, true, resources, List.of(EXTENSIONS), "");
    }

    private Answer set(ResourceId id, Optional<Dynamic> set)
            throws FailedRequestException, InterruptedException {
        if (set.isEmpty() || !AzureSource.isUniform(GraphForm.of(set.get(), Dynamic.NULL))) {
            return Answer.of(id, set);
        }
        var instances = compute.instances(id);
        if (instances.isEmpty()) {
            // Deleted between the two questions.
            return Answer.of(id, Optional.empty());
        }
        var resources = new ArrayList<Dynamic>();
        resources.add(set.get());
        resources.addAll(instances.get());
        return new Answer(id, true, resources, List.of(Machine.INSTANCE_TYPE), "");
    }

    private void fromGraph(
            List<ResourceId> ids,
            ResourceSink sink,
            Set<ResourceId> found,
            Set<ResourceId> absent,
            List<SourceFault> faults)
            throws InterruptedException {
        var wanted = new LinkedHashMap<String, ResourceId>();
        ids.forEach(id -> wanted.put(id.key(), id));
        String list =
                String.join(
                        ", ",
                        ids.stream().map(id -> "'" + GraphReader.quoted(id.text()) + "'").toList());
        boolean whole = true;
        for (String table : settings.tables()) {
            try {
                var rows = graph.read(table + " | where id in~ (" + list + ")", List.of());
                whole &= rows.isComplete();
                if (!rows.isComplete()) {
                    faults.add(SourceFault.error(table, rows.torn()));
                }
                rows.rows()
                        .forEach((key, row) -> {
                            var id = wanted.remove(key);
                            if (id != null) {
                                sink.accept(row);
                                found.add(id);
                            }
                        });
            } catch (FailedRequestException failed) {
                whole = false;
                faults.add(SourceFault.error(table, String.valueOf(failed.getMessage())));
            }
        }
        if (whole) {
            absent.addAll(wanted.values());
        }
    }
}
