package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `Microsoft.Authorization/locks`: `CanNotDelete` and `ReadOnly`, on a scope and all below it. A delete also minds the locks below what it deletes.
///
/// Source: azure/azure-resource-manager/management/lock-resources.
final class Locks {
    private static final List<String> LEVELS = List.of("CanNotDelete", "ReadOnly");
    private static final String TYPE = "microsoft.authorization/locks";

    private final Cloud cloud;

    Locks(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Refuses a lock of no known level.
    static void checkLevel(ResourceId id, Dynamic json) {
        String level = json.path("properties", "level").textOr("");
        if (id.isOfType(TYPE) && LEVELS.stream().noneMatch(level::equalsIgnoreCase)) {
            throw ArmFault.badRequest(
                    "InvalidRequestContent",
                    "The value '" + level + "' of 'level' is none of CanNotDelete, ReadOnly.");
        }
    }

    /// Refuses a write that a lock forbids.
    void check(ArmRequest request, ResourceId id) {
        boolean delete = request.method().equals("DELETE");
        boolean write = delete || List.of("PUT", "PATCH", "POST").contains(request.method());
        // A lock itself can be put and taken away.
        if (write && !id.isOfType(TYPE)) {
            require(id, delete);
        }
    }

    /// Refuses that a resource goes with another one that holds it, as a machine with its flexible set, when a lock forbids it.
    void requireDeletable(ResourceId id) {
        require(id, true);
    }

    /// Refuses a write that a lock forbids, whatever request it is a part of.
    void requireWritable(ResourceId id) {
        require(id, false);
    }

    /// Whether no lock holds a resource that would go by itself.
    boolean isDeletable(ResourceId id) {
        return holding(id, true).isEmpty();
    }

    /// The scopes of the locks that forbid it.
    private List<String> holding(ResourceId id, boolean delete) {
        var scopes = new ArrayList<String>();
        for (var lock : locks()) {
            String scope = lock.id().scope().id();
            boolean above = id.isUnder(lock.id().scope());
            boolean below =
                    delete && ResourceId.tryParse(scope).filter(s -> s.isUnder(id)).isPresent();
            boolean readOnly =
                    lock.properties()
                            .get("level")
                            .textOr("")
                            .toLowerCase(Locale.ROOT)
                            .equals("readonly");
            if ((above || below) && (delete || readOnly)) {
                scopes.add(scope);
            }
        }
        return scopes;
    }

    private void require(ResourceId id, boolean delete) {
        var scopes = holding(id, delete);
        if (!scopes.isEmpty()) {
            throw new ArmFault(
                    409,
                    "ScopeLocked",
                    "The scope '"
                            + id.text()
                            + "' cannot perform "
                            + (delete ? "delete" : "write")
                            + " operation because following scope(s) are locked: '"
                            + String.join(", ", scopes)
                            + "'. Please remove the lock and try again.");
        }
    }

    private List<StoredResource> locks() {
        return cloud.estate().ofType(TYPE);
    }
}
