package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Members;
import io.muster.remediation.pace.Pacing;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The body of a PUT of a remediation, read and checked as far as it alone can be.
///
/// Beside Azure's members `properties` may have `application` (see [ApplicationIntent]) in place of an
/// assignment, with `query` or `filters.resourceIds` naming the machines; or `rollbackOf`, ids of remediations whose changes are taken
/// back; and `maintenanceWindows` and `rateBudget` (see [Pacing]).
public record RemediationRequest(TaskGoal goal, TaskSettings settings) {
    private static final Pattern NAME = Pattern.compile("[^<>%&:\\\\?/#]{1,260}");
    private static final Set<String> READ_ONLY =
            Set.of(
                    "provisioningState",
                    "createdOn",
                    "lastUpdatedOn",
                    "deploymentStatus",
                    "statusMessage",
                    "correlationId");
    private static final Set<String> KNOWN =
            Set.of(
                    "policyAssignmentId",
                    "policyDefinitionReferenceId",
                    "resourceDiscoveryMode",
                    "filters",
                    "resourceCount",
                    "parallelDeployments",
                    "failureThreshold",
                    "application",
                    "query",
                    "rollbackOf",
                    "maintenanceWindows",
                    "rateBudget");

    /// Reads a body.
    ///
    /// @param scope management group, subscription, resource group or resource
    /// @throws RemediationException as Policy Insights refuses it
    public static RemediationRequest read(ResourceId scope, String name, Dynamic body)
            throws RemediationException {
        if (!NAME.matcher(name).matches() || name.endsWith(".") || name.endsWith(" ")) {
            throw RemediationException.create(name, "The remediation name is not valid.");
        }
        var properties = body.getIgnoreCase("properties");
        if (!(properties instanceof Dynamic.Bag(var members))) {
            throw RemediationException.create(name, "The request has no properties.");
        }
        for (var member : members.keySet()) {
            if (READ_ONLY.stream().noneMatch(member::equalsIgnoreCase)
                    && KNOWN.stream().noneMatch(member::equalsIgnoreCase)) {
                throw RemediationException.create(
                        name, "The property '" + member + "' is not known.");
            }
        }
        try {
            var settings = settings(properties);
            var goal = goal(name, properties, settings);
            if (settings.reEvaluate() && isManagementGroup(scope)) {
                throw RemediationException.create(
                        name,
                        "Evaluating compliance before remediation is only supported for"
                                + " remediations at subscription scope and below.");
            }
            return new RemediationRequest(goal, settings);
        } catch (IllegalArgumentException wrong) {
            throw RemediationException.create(name, sentence(wrong));
        }
    }

    private static String sentence(IllegalArgumentException wrong) {
        String message = String.valueOf(wrong.getMessage());
        return message.endsWith(".") ? message : message + ".";
    }

    private static boolean isManagementGroup(ResourceId scope) {
        return scope.isOfType("microsoft.management/managementgroups");
    }

    private static TaskGoal goal(String name, Dynamic properties, TaskSettings settings)
            throws RemediationException {
        var application = properties.getIgnoreCase("application");
        var assignment = Members.text(properties, "policyAssignmentId");
        var undone = Members.texts(properties, "rollbackOf");
        if (!undone.isEmpty()) {
            if (assignment.isPresent() || !application.isNull()) {
                throw RemediationException.create(
                        name, "A rollback names neither a policy assignment nor an application.");
            }
            return new TaskGoal.Rollback(undone.stream().map(ResourceId::parse).toList());
        }
        if (application.isNull()) {
            if (assignment.isEmpty() || assignment.get().isBlank()) {
                throw RemediationException.create(
                        name, "The policy assignment ID must be specified.");
            }
            var id = ResourceId.parse(assignment.get());
            if (!id.isOfType("microsoft.authorization/policyassignments")) {
                throw RemediationException.create(
                        name, "'" + id.text() + "' is not the ID of a policy assignment.");
            }
            return new TaskGoal.Policy(
                    id,
                    Members.text(properties, "policyDefinitionReferenceId")
                            .filter(reference -> !reference.isBlank())
                            .orElse(null));
        }
        if (assignment.isPresent()) {
            throw RemediationException.create(
                    name, "It names both a policy assignment and an application.");
        }
        var intent = ApplicationIntent.fromDynamic(application);
        var query = Members.text(properties, "query").orElse(null);
        if ((query == null) == settings.resourceIds().isEmpty()) {
            throw RemediationException.create(
                    name, "The machines are named either by a query or by resource IDs.");
        }
        return new TaskGoal.Application(intent, settings.resourceIds(), query);
    }

    private static TaskSettings settings(Dynamic properties) {
        var filters = properties.getIgnoreCase("filters");
        if (!filters.isNull()) {
            Members.only(filters, "the filters", List.of("locations", "resourceIds"));
        }
        return new TaskSettings(
                whole(
                        properties,
                        "resourceCount",
                        // What is taken back is taken back whole, unless fewer are asked for.
                        Members.texts(properties, "rollbackOf").isEmpty()
                                ? TaskSettings.DEFAULT.resourceCount()
                                : TaskSettings.MAX_RESOURCES),
                whole(
                        properties,
                        "parallelDeployments",
                        TaskSettings.DEFAULT.parallelDeployments()),
                threshold(properties.getIgnoreCase("failureThreshold")),
                reEvaluate(
                        Members.text(properties, "resourceDiscoveryMode")
                                .orElse("ExistingNonCompliant")),
                Members.texts(filters, "locations"),
                Members.texts(filters, "resourceIds").stream().map(ResourceId::parse).toList(),
                Pacing.read(properties));
    }

    private static int whole(Dynamic properties, String name, int otherwise) {
        return switch (properties.getIgnoreCase(name)) {
            case Dynamic.Null() -> otherwise;
            case Dynamic.Whole(var value)
                    when value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE ->
                    (int) value;
            default ->
                    throw new IllegalArgumentException(
                            "The property '" + name + "' must be a whole number.");
        };
    }

    private static double threshold(Dynamic failureThreshold) {
        if (!failureThreshold.isNull()) {
            Members.only(failureThreshold, "the failure threshold", List.of("percentage"));
        }
        return switch (failureThreshold.getIgnoreCase("percentage")) {
            case Dynamic.Null() -> TaskSettings.DEFAULT.failureThreshold();
            case Dynamic.Whole(var value) -> (double) value;
            case Dynamic.Real(var value) -> value;
            case Dynamic.Decimal(var value) -> value.doubleValue();
            default ->
                    throw new IllegalArgumentException(
                            "The failure threshold percentage must be a number.");
        };
    }

    private static boolean reEvaluate(String text) {
        if (text.equalsIgnoreCase("ReEvaluateCompliance")) {
            return true;
        }
        if (text.equalsIgnoreCase("ExistingNonCompliant")) {
            return false;
        }
        throw new IllegalArgumentException(
                "The resource discovery mode must be ExistingNonCompliant or"
                        + " ReEvaluateCompliance, not '"
                        + text
                        + "'.");
    }
}
