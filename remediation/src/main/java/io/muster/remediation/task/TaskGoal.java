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

    /// What earlier tasks changed is as it was before them.
    ///
    /// @param tasks ids of remediations, at least one
    record Rollback(List<ResourceId> tasks) implements TaskGoal {
        /// A campaign's rings, over several of its runs.
        static final int MOST = 500;

        public Rollback {
            tasks = List.copyOf(tasks);
            if (tasks.isEmpty() || tasks.size() > MOST) {
                throw new IllegalArgumentException(
                        "A rollback is of 1 to 500 remediations, not " + tasks.size() + ".");
            }
            for (var task : tasks) {
                if (!task.isOfType("microsoft.policyinsights/remediations")) {
                    throw new IllegalArgumentException(
                            "'" + task.text() + "' is not the ID of a remediation.");
                }
            }
        }
    }

    /// One ring of a campaign: its goal, on the resources that the campaign's plan gave to the ring.
    ///
    /// @param of any goal but a ring's
    /// @param run of the campaign, from 1
    /// @param ring from 0
    record Ring(TaskGoal of, ResourceId campaign, int run, int ring) implements TaskGoal {
        public Ring {
            if (of instanceof Ring || run < 1 || ring < 0) {
                throw new IllegalArgumentException("a ring's goal is a goal of its own");
            }
        }
    }

    /// Whether resources that are refused before anything was sent to them count towards the failure threshold. Azure's own tasks count them. Ours look for what is
    /// wrong with a change: a machine that is off, or to which a version is not replicated, tells nothing of that.
    default boolean countsRefused() {
        return this instanceof Policy;
    }

    /// What is to be brought about, whoever asks for it.
    default TaskGoal itself() {
        return this instanceof Ring(var of, _, _, _) ? of : this;
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
            case Rollback(var tasks) ->
                    Dynamic.bag()
                            .put(
                                    "rollbackOf",
                                    Dynamic.array(
                                            tasks.stream()
                                                    .map(id -> Dynamic.of(id.text()))
                                                    .toList()))
                            .build();
            case Ring(var of, var campaign, int run, int ring) ->
                    Dynamic.bag()
                            .put("ringOf", of.toDynamic())
                            .put("campaign", campaign.text())
                            .put("run", run)
                            .put("ring", ring)
                            .build();
        };
    }

    /// Reads [#toDynamic].
    ///
    /// @throws IllegalArgumentException when it is not of that form
    static TaskGoal fromDynamic(Dynamic value) {
        var inner = value.get("ringOf");
        if (!inner.isNull()) {
            return new Ring(
                    fromDynamic(inner),
                    ResourceId.parse(value.get("campaign").textOr("")),
                    (int) value.get("run").longOr(0),
                    (int) value.get("ring").longOr(-1));
        }
        var undone = value.get("rollbackOf");
        if (!undone.isNull()) {
            return new Rollback(
                    undone.items().stream().map(id -> ResourceId.parse(id.textOr(""))).toList());
        }
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
