package io.muster.inventory.source.azure;

import com.azure.resourcemanager.compute.ComputeManager;
import com.azure.resourcemanager.compute.fluent.ComputeManagementClient;
import com.azure.resourcemanager.compute.models.InstanceViewTypes;
import com.azure.resourcemanager.compute.models.ReplicationStatusTypes;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.AnswerCapture.Answers;
import io.muster.inventory.source.azure.OwnHost.WrongLinkException;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Reads of Azure Compute that Resource Graph has no table for. Thread-safe.
final class ComputeReader {
    /// Of one list; a set has a thousand instances at most.
    private static final int MAX_PAGES = 2_000;

    private final AzureConnection connection;
    private final SubscriptionReads reads;
    private final Map<String, ComputeManagementClient> clients = new ConcurrentHashMap<>();

    ComputeReader(AzureConnection connection, SubscriptionReads reads) {
        this.connection = connection;
        this.reads = reads;
    }

    /// What a VM's instance view says; empty when the VM is not there any more.
    Optional<Dynamic> instanceView(ResourceId vm)
            throws FailedRequestException, InterruptedException {
        return found(
                vm,
                (client, answers) -> {
                    client.getVirtualMachines()
                            .instanceViewWithResponse(group(vm), vm.name(), answers.context());
                    return answers.json();
                });
    }

    /// A VM with its instance view; empty when it is not there.
    Optional<Dynamic> virtualMachine(ResourceId vm)
            throws FailedRequestException, InterruptedException {
        return found(
                vm,
                (client, answers) -> {
                    client.getVirtualMachines()
                            .getByResourceGroupWithResponse(
                                    group(vm),
                                    vm.name(),
                                    InstanceViewTypes.INSTANCE_VIEW,
                                    answers.context());
                    return about(vm, answers.json());
                });
    }

    Optional<Dynamic> scaleSet(ResourceId set) throws FailedRequestException, InterruptedException {
        return found(
                set,
                (client, answers) -> {
                    client.getVirtualMachineScaleSets()
                            .getByResourceGroupWithResponse(
                                    group(set), set.name(), null, answers.context());
                    return about(set, answers.json());
                });
    }

    /// The instances of a uniform scale set with their instance views; empty when the set is not there any more.
    Optional<List<Dynamic>> instances(ResourceId set)
            throws FailedRequestException, InterruptedException {
        return found(
                set,
                (client, answers) -> {
                    var pages =
                            client.getVirtualMachineScaleSetVMs()
                                    .list(
                                            group(set),
                                            set.name(),
                                            null,
                                            null,
                                            "instanceView",
                                            answers.context());
                    var instances = new ArrayList<Dynamic>();
                    var links = new HashSet<String>();
                    for (var page : pages.iterableByPage()) {
                        var body = answers.json();
                        if (!(body.get("value") instanceof Dynamic.Array(var values))
                                || values.size() != page.getValue().size()) {
                            throw new JsonException("the answer is no list", 1, 1, "/value");
                        }
                        for (var instance : values) {
                            instances.add(below(set, instance));
                        }
                        String next = page.getContinuationToken();
                        if (next != null && (!links.add(next) || links.size() > MAX_PAGES)) {
                            throw new WrongLinkException(
                                    "the pages of the set's instances have no end");
                        }
                    }
                    return List.copyOf(instances);
                });
    }

    /// One instance of a uniform scale set with its instance view; empty when it is not there.
    Optional<Dynamic> instance(ResourceId instance)
            throws FailedRequestException, InterruptedException {
        return found(
                instance,
                (client, answers) -> {
                    client.getVirtualMachineScaleSetVMs()
                            .getWithResponse(
                                    group(instance),
                                    instance.parent().orElseThrow().name(),
                                    instance.name(),
                                    InstanceViewTypes.INSTANCE_VIEW,
                                    answers.context());
                    return about(instance, answers.json());
                });
    }

    /// A gallery application version with its replication status; empty when it is not there.
    Optional<Dynamic> applicationVersion(ResourceId version)
            throws FailedRequestException, InterruptedException {
        var names = version.names();
        return found(
                version,
                (client, answers) -> {
                    client.getGalleryApplicationVersions()
                            .getWithResponse(
                                    group(version),
                                    names.get(0),
                                    names.get(1),
                                    names.get(2),
                                    ReplicationStatusTypes.REPLICATION_STATUS,
                                    answers.context());
                    return about(version, answers.json());
                });
    }

    /// A proxy may answer with anything; what is not about the resource must not be taken for it.
    static Dynamic about(ResourceId id, Dynamic answer) throws JsonException {
        if (idOf(answer).filter(id::equals).isEmpty()) {
            throw new JsonException("the answer is not about '" + id.text() + "'", 1, 1, "/id");
        }
        return answer;
    }

    private static Dynamic below(ResourceId set, Dynamic instance) throws JsonException {
        if (idOf(instance).flatMap(ResourceId::parent).filter(set::equals).isEmpty()) {
            throw new JsonException(
                    "the answer lists what is no instance of '" + set.text() + "'", 1, 1, "/value");
        }
        return instance;
    }

    private static Optional<ResourceId> idOf(Dynamic resource) {
        return ResourceId.tryParse(resource.get("id").textOr(""));
    }

    private interface Read<T> {
        T from(ComputeManagementClient client, Answers answers) throws JsonException;
    }

    private <T> Optional<T> found(ResourceId id, Read<T> read)
            throws FailedRequestException, InterruptedException {
        String subscription = id.subscriptionId().orElseThrow();
        var client =
                clients.computeIfAbsent(
                        subscription,
                        s ->
                                ComputeManager.authenticate(
                                                connection.pipeline(), connection.profile(s))
                                        .serviceClient());
        return reads.found(subscription, () -> read.from(client, new Answers()));
    }

    private static String group(ResourceId id) {
        return id.resourceGroup().orElseThrow();
    }
}
