package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a task is to bring about.
public sealed interface TaskGoal {
    /// Compliance with one modify or deployIfNotExists policy of an assignment: Azure's own tasks.
    ///
    /// @param referenceId which member, when the assignment is of an initiative; else null
    record Policy(ResourceId assignmentId, @Nullable String referenceId) implements TaskGoal {}

    /// A state of gallery applications, on the machines that resource ids name or a query yields.
    ///
    /// @param resourceIds virtual machines and scale sets; empty when a query names them
    /// @param query KQL whose result has a column `id`; null when resource ids are given
    record Application(
            ApplicationIntent intent, List<ResourceId> resourceIds, @Nullable String query)
            implements TaskGoal {
        public Application {
            resourceIds = List.copyOf(resourceIds);
        }
    }

    default Dynamic toDynamic() {
        return switch (this) {
            case Policy(var assignment, var reference) ->
                    Dynamic.bag()
                            .put("policyAssignmentId", assignment.text())
                            .putIfPresent("policyDefinitionReferenceId", reference)
                            .build();
            case Application(var intent, var ids, var query) ->
                    Dynamic.bag()
                            .put("application", intent.toDynamic())
                            .put(
                                    "resourceIds",
                                    Dynamic.array(
                                            ids.stream().map(id -> Dynamic.of(id.text())).toList()))
                            .putIfPresent("query", query)
                            .build();
        };
    }

    /// Reads [#toDynamic].
    ///
    /// @throws IllegalArgumentException when it is not of that form
    static TaskGoal fromDynamic(Dynamic value) {
        var application = value.get("application");
        return application.isNull()
                ? new Policy(
                        ResourceId.parse(value.get("policyAssignmentId").textOr("")),
                        value.get("policyDefinitionReferenceId").asText().orElse(null))
                : new Application(
                        ApplicationIntent.fromDynamic(application),
                        value.get("resourceIds").items().stream()
                                .map(id -> ResourceId.parse(id.textOr("")))
                                .toList(),
                        value.get("query").asText().orElse(null));
    }
}
