package io.muster.inventory.source.azure;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource.Known;
import io.muster.inventory.source.SourceFault;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import io.muster.inventory.table.ResourceGraphTables;
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

/// Reads single resources: machines, sets, instances and gallery versions from compute, others from Azure Resource Manager, which are never behind; what it has no API
/// version for from Resource Graph. Thread-safe.
final class AzureRefresh {
    private static final String EXTENSIONS = Machine.VM_TYPE + "/extensions";

    private static final String RESOURCES = "resources";
    private static final String SUBSCRIPTION = "microsoft.resources/subscriptions";
    private static final String GROUP = "microsoft.resources/subscriptions/resourcegroups";
    private static final Set<String> CONTAINERS = Set.of(SUBSCRIPTION, GROUP);

    /// The API version of resource groups.
    private static final String GROUPS = "2021-04-01";

    /// Resources of one Resource Graph query.
    private static final int IDS = 100;

    private final AzureSettings settings;
    private final GraphReader graph;
    private final ComputeReader compute;
    private final ArmReader arm;

    /// Compute reads in flight.
    private final Semaphore reads;

    AzureRefresh(
            AzureSettings settings,
            GraphReader graph,
            ComputeReader compute,
            ArmReader arm,
            Semaphore reads) {
        this.settings = settings;
        this.graph = graph;
        this.compute = compute;
        this.arm = arm;
        this.reads = reads;
    }

    /// What Azure says of one resource.
    ///
    /// @param asked false for what Resource Graph is to be asked for
    /// @param resources none when it is not there
    /// @param whole types below it of which all are among the resources
    /// @param failure why it could not be read, or not all of it; empty when it could
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
        for (var answer : asked(ids, known)) {
            var id = answer.id();
            if (!answer.asked()) {
                others.add(id);
                continue;
            }
            if (!answer.failure().isEmpty()) {
                faults.add(SourceFault.error(id.text(), answer.failure()));
            }
            if (answer.resources().isEmpty()) {
                if (answer.failure().isEmpty()) {
                    absent.add(id);
                }
            } else {
                var tenant = tenant(id, known);
                for (var resource : answer.resources()) {
                    sink.accept(
                            GraphForm.of(
                                    resource,
                                    known.resource(resource.get("id").textOr("")),
                                    tenant));
                }
                if (answer.failure().isEmpty()) {
                    found.add(id);
                }
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

    private List<Answer> asked(Set<ResourceId> ids, Known known) throws InterruptedException {
        var answers = new ArrayList<Answer>(ids.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var futures = new ArrayList<Future<Answer>>(ids.size());
            for (var id : ids) {
                futures.add(threads.submit(() -> asked(id, known)));
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

    private Answer asked(ResourceId id, Known known) throws InterruptedException {
        if (id.subscriptionId().isEmpty()) {
            return Answer.unasked(id);
        }
        reads.acquire();
        try {
            return !settings.instanceViews() || id.resourceGroup().isEmpty()
                    ? fromArm(id, known)
                    : fromCompute(id, known);
        } catch (FailedRequestException failed) {
            return Answer.failed(id, failed);
        } finally {
            reads.release();
        }
    }

    private Answer fromCompute(ResourceId id, Known known)
            throws FailedRequestException, InterruptedException {
        return switch (id.type().lower()) {
            case Machine.VM_TYPE -> machine(id, compute.virtualMachine(id));
            case Machine.SCALE_SET_TYPE -> set(id, compute.scaleSet(id));
            case Machine.INSTANCE_TYPE -> Answer.of(id, compute.instance(id));
            case GalleryApplicationVersion.TYPE -> Answer.of(id, compute.applicationVersion(id));
            default -> fromArm(id, known);
        };
    }

    /// Containers have another form in Resource Graph: ARM tells whether they are there at all, since a list leaves out what may not be read any more, too.
    private Answer fromArm(ResourceId id, Known known)
            throws FailedRequestException, InterruptedException {
        String subscription = id.subscriptionId().orElseThrow();
        String type = id.type().lower();
        if (type.equals(SUBSCRIPTION)) {
            return arm.subscription(subscription).isEmpty()
                    ? Answer.of(id, Optional.empty())
                    : Answer.unasked(id);
        }
        if (type.equals(GROUP)) {
            return arm.resource(id, GROUPS).isEmpty()
                    ? Answer.of(id, Optional.empty())
                    : Answer.unasked(id);
        }
        if (!isOfArm(type)) {
            return Answer.unasked(id);
        }
        var version = apiVersion(subscription, id);
        if (version.isEmpty()) {
            return Answer.unasked(id);
        }
        try {
            var resource = arm.resource(id, version.get());
            return resource.isPresent()
                            && !isTracked(resource.get())
                            && known.resource(id.text()).isEmpty()
                    ? Answer.unasked(id)
                    : Answer.of(id, resource.map(GraphForm::withoutOtherColumns));
        } catch (FailedRequestException failed) {
            if (failed.isUnsupported()) {
                return Answer.unasked(id);
            }
            throw failed;
        }
    }

    /// Resource Graph lists all that ARM tracks, which has a location. Of what has none, as deployments and subnets, it lists some: whether this, it tells itself.
    private static boolean isTracked(Dynamic resource) {
        return !resource.get("location").textOr("").isEmpty();
    }

    /// Who may read a resource may not always read its provider.
    private Optional<String> apiVersion(String subscription, ResourceId id)
            throws FailedRequestException, InterruptedException {
        try {
            return arm.apiVersion(subscription, id.type());
        } catch (FailedRequestException refused) {
            if (refused.mayPass()) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    /// Other tables have much that is no resource of ARM: what it does not find there says nothing.
    private boolean isOfArm(String type) {
        return RESOURCES.equals(ResourceGraphTables.STANDARD.tableOf(type).name())
                && settings.tables().contains(RESOURCES);
    }

    /// A VM's model has its extensions inside; Resource Graph has them as resources of their own.
    private static Answer machine(ResourceId id, Optional<Dynamic> vm) {
        if (vm.isEmpty()) {
            return Answer.of(id, vm);
        }
        var resources = new ArrayList<Dynamic>();
        resources.add(vm.get().without("resources"));
        String unreadable = "";
        for (var child : vm.get().get("resources").items()) {
            if (ResourceId.tryParse(child.get("id").textOr("")).isPresent()) {
                resources.add(child);
            } else {
                unreadable =
                        "an extension of it has no id that can be read: '%s'"
                                .formatted(child.get("id").textOr(""));
            }
        }
        // Which one that is nobody knows: none is taken for gone.
        return new Answer(
                id,
                true,
                resources,
                unreadable.isEmpty() ? List.of(EXTENSIONS) : List.of(),
                unreadable);
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
        for (var id : wanted.values()) {
            if (CONTAINERS.contains(id.type().lower())
                    && !settings.tables().contains("resourcecontainers")) {
                // There, and not collected.
                found.add(id);
            } else if (CONTAINERS.contains(id.type().lower())) {
                faults.add(
                        SourceFault.error(
                                id.text(), "it is there, and Resource Graph lists it not"));
            } else if (whole) {
                absent.add(id);
            }
        }
    }
}
