package io.muster.service.compliance;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.incremental.VerdictHistory;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Verdicts as Policy Insights' records: the one truth behind its REST and the `policyresources` table.
public final class PolicyStateRecords {
    /// What a record of a state or an event has, as it is spelled.
    public static final List<String> PROPERTIES =
            List.of(
                    "timestamp",
                    "resourceId",
                    "policyAssignmentId",
                    "policyDefinitionId",
                    "effectiveParameters",
                    "isCompliant",
                    "subscriptionId",
                    "resourceType",
                    "resourceLocation",
                    "resourceGroup",
                    "resourceTags",
                    "policyAssignmentName",
                    "policyAssignmentOwner",
                    "policyAssignmentParameters",
                    "policyAssignmentScope",
                    "policyAssignmentVersion",
                    "policyDefinitionName",
                    "policyDefinitionAction",
                    "policyDefinitionCategory",
                    "policyDefinitionVersion",
                    "policyDefinitionReferenceId",
                    "policyDefinitionGroupNames",
                    "policySetDefinitionId",
                    "policySetDefinitionName",
                    "policySetDefinitionOwner",
                    "policySetDefinitionCategory",
                    "policySetDefinitionParameters",
                    "policySetDefinitionVersion",
                    "managementGroupIds",
                    "complianceState",
                    "components",
                    "tenantId",
                    "principalOid");

    /// What a record that is explained has beside them.
    public static final List<String> EXPLAINED =
            List.of("policyEvaluationDetails", "stateSince", "stateCause");

    private PolicyStateRecords() {}

    /// Writes the records of the resources in a scope.
    ///
    /// @param wanted the definitions in force to tell of
    public static void write(
            FleetCompliance.Current current,
            Scope scope,
            Predicate<AssignedPolicy> wanted,
            Consumer<Dynamic> sink) {
        write(current, scope, wanted, new VerdictHistory.LastTurns(List.of()), sink);
    }

    /// The same with since when and why a record is what it is, where that is known.
    public static void write(
            FleetCompliance.Current current,
            Scope scope,
            Predicate<AssignedPolicy> wanted,
            VerdictHistory.LastTurns turns,
            Consumer<Dynamic> sink) {
        write(current, scope, wanted, Narrowed.NOT, turns, sink);
    }

    /// What a query wants of the records, as far as it can be told before they are made. Whoever asks looks again.
    ///
    /// @param policies by what a record says of the policy alone
    /// @param ids of the evaluated resources
    public record Narrowed(
            Predicate<Dynamic> policies, Predicate<ComplianceState> states, Predicate<String> ids) {
        static final Narrowed NOT = new Narrowed(_ -> true, _ -> true, _ -> true);
    }

    static void write(
            FleetCompliance.Current current,
            Scope scope,
            Predicate<AssignedPolicy> wanted,
            Narrowed narrowed,
            VerdictHistory.LastTurns turns,
            Consumer<Dynamic> sink) {
        var inScope = InScope.of(scope, current);
        // Objects come as they were put, those of the past and after a restart by their ids: pages
        // of one list must not depend on it.
        var policies =
                current.engine().policies().stream()
                        .filter(wanted)
                        .sorted(Comparator.comparing(AssignedPolicy::key))
                        .toList();
        for (var policy : policies) {
            var template = policyPart(policy);
            if (!narrowed.policies().test(template)) {
                continue;
            }
            for (var state : ComplianceState.values()) {
                if (!narrowed.states().test(state)) {
                    continue;
                }
                current.verdicts()
                        .of(policy.key(), state)
                        .forEach((int ordinal) ->
                                current.snapshot()
                                        .place(ordinal)
                                        .filter(place -> {
                                            String id = place.segment().resourceId(place.row());
                                            return inScope.test(id) && narrowed.ids().test(id);
                                        })
                                        .ifPresent(place ->
                                                sink.accept(
                                                        since(
                                                                record(
                                                                        current,
                                                                        policy,
                                                                        template,
                                                                        state,
                                                                        place,
                                                                        current.scannedAt()),
                                                                turns.of(
                                                                        policy.key(),
                                                                        ordinal,
                                                                        state)))));
            }
        }
    }

    private static Dynamic since(Dynamic record, Optional<VerdictHistory.Since> since) {
        return since.map(known ->
                        record.with("stateSince", Dynamic.of(known.at().toString()))
                                .with("stateCause", Dynamic.of(known.cause().wireName())))
                .orElse(record);
    }

    /// The fleet as it was; empty when that is not kept any more.
    @FunctionalInterface
    public interface Earlier {
        /// @throws IOException when the store cannot be read
        Optional<FleetCompliance.Current> at(Instant at) throws IOException;
    }

    /// Earlier states of the fleet that one request may look at: each is built from those after it.
    private static final int MAX_EARLIER = 32;

    /// Where the resources of some steps are, or were when they had been judged. Steps come newest first, so that what was found for one serves those before it.
    private static final class Places {
        private final Snapshot now;
        private final Earlier earlier;
        private final Map<Integer, Snapshot.Place> gone = new HashMap<>();
        private int looked;

        Places(Snapshot now, Earlier earlier) {
            this.now = now;
            this.earlier = earlier;
        }

        /// Empty for a resource that is gone and not kept any more.
        Optional<Snapshot.Place> of(int ordinal) {
            return now.place(ordinal).or(() -> Optional.ofNullable(gone.get(ordinal)));
        }

        void find(Instant at, RoaringBitmap resources) throws IOException {
            var missing = new RoaringBitmap();
            resources.forEach((int ordinal) -> {
                if (of(ordinal).isEmpty()) {
                    missing.add(ordinal);
                }
            });
            if (missing.isEmpty() || looked == MAX_EARLIER) {
                return;
            }
            looked++;
            var then = earlier.at(at);
            if (then.isPresent()) {
                for (int ordinal : missing) {
                    then.get()
                            .snapshot()
                            .place(ordinal)
                            .ifPresent(place -> gone.put(ordinal, place));
                }
            }
        }
    }

    /// Writes a record for each state that resources in a scope came to have in some steps, in the order of the steps. Resources that are gone since are told of as they
    /// were, as long as that is kept; definitions that are gone cannot be told of any more.
    ///
    /// @throws IOException when the store cannot be read
    public static void writeTurned(
            FleetCompliance.Current current,
            Earlier earlier,
            Iterable<VerdictHistory.Step> steps,
            Scope scope,
            Predicate<AssignedPolicy> wanted,
            Consumer<Dynamic> sink)
            throws IOException {
        var inScope = InScope.of(scope, current);
        var places = new Places(current.snapshot(), earlier);
        for (var step : steps) {
            for (var change : step.changes()) {
                var policy = current.engine().policy(change.key()).filter(wanted);
                var to = change.to();
                if (policy.isEmpty() || to == null) {
                    continue;
                }
                var template = policyPart(policy.get());
                places.find(step.at(), change.resources());
                for (int ordinal : change.resources()) {
                    places.of(ordinal)
                            .filter(place -> inScope.test(place.segment().resourceId(place.row())))
                            .ifPresent(place ->
                                    sink.accept(
                                            record(
                                                    current,
                                                    policy.get(),
                                                    template,
                                                    to,
                                                    place,
                                                    step.at())));
                }
            }
        }
    }

    /// Whether a resource lies in a scope, management groups by the subscriptions below them.
    ///
    /// @param prefix ids in lower case begin with it; empty where everything is meant
    /// @param subscriptions those below a management group; null where ids tell
    public record InScope(String prefix, @Nullable Set<String> subscriptions) {
        public static InScope of(Scope scope, FleetCompliance.Current current) {
            return switch (scope) {
                case Scope.Tenant _ -> new InScope("", null);
                case Scope.ManagementGroup(var name) -> below(name, current);
                case Scope.Subscription _, Scope.ResourceGroup _, Scope.Resource _ ->
                        new InScope(scope.id().toLowerCase(Locale.ROOT), null);
            };
        }

        /// Where no subscription's management groups are known every group may be the one above all.
        private static InScope below(String name, FleetCompliance.Current current) {
            var below = new HashSet<String>();
            boolean[] known = {false};
            var hierarchy = current.engine().catalog().hierarchy();
            for (var segment : current.snapshot().segmentsOf("microsoft.resources/subscriptions")) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            String id = ResourceId.parse(segment.resourceId(row)).name();
                            var above = hierarchy.ancestors(new Scope.Subscription(id));
                            known[0] |= !above.isEmpty();
                            if (above.stream().anyMatch(name::equalsIgnoreCase)) {
                                below.add("/subscriptions/" + id.toLowerCase(Locale.ROOT));
                            }
                        });
            }
            return new InScope("", known[0] ? below : null);
        }

        public boolean test(String resourceId) {
            String id = resourceId.toLowerCase(Locale.ROOT);
            if (subscriptions != null) {
                int end = id.indexOf('/', "/subscriptions/".length());
                return subscriptions.contains(end < 0 ? id : id.substring(0, end));
            }
            return prefix.isEmpty() || id.equals(prefix) || id.startsWith(prefix + "/");
        }
    }

    /// What a record says of the policy alone.
    private static Dynamic policyPart(AssignedPolicy policy) {
        var assignment = policy.assignment();
        var definition = policy.definition();
        var set = policy.set();
        var groups = policy.groupNames().stream().map(Dynamic::of).toList();
        return Dynamic.bag()
                .put("policyAssignmentId", assignment.id())
                .put("policyAssignmentName", assignment.name())
                .put("policyAssignmentOwner", "tbd")
                .put(
                        "policyAssignmentParameters",
                        parameters(assignment.json().path("properties", "parameters")))
                .put("policyAssignmentScope", assignment.scope().id())
                .put("policyAssignmentVersion", "")
                .put("policyDefinitionId", definition.id())
                .put("policyDefinitionName", definition.name())
                .put(
                        "policyDefinitionCategory",
                        definition.metadata().get("category").textOr("tbd"))
                .put("policyDefinitionVersion", definition.version())
                .put("policyDefinitionReferenceId", policy.referenceId())
                .put(
                        "policyDefinitionGroupNames",
                        groups.isEmpty() ? Dynamic.NULL : Dynamic.array(groups))
                .put("policySetDefinitionId", set == null ? Dynamic.NULL : Dynamic.of(set.id()))
                .put("policySetDefinitionName", set == null ? Dynamic.NULL : Dynamic.of(set.name()))
                .put("policySetDefinitionOwner", Dynamic.NULL)
                .put(
                        "policySetDefinitionCategory",
                        set == null ? Dynamic.NULL : set.metadata().get("category"))
                .put("policySetDefinitionParameters", Dynamic.NULL)
                .put(
                        "policySetDefinitionVersion",
                        set == null ? Dynamic.NULL : Dynamic.of(set.version()))
                .build();
    }

    private static Dynamic parameters(Dynamic parameters) {
        return parameters.isNull() ? Dynamic.NULL : Dynamic.of(Json.write(parameters));
    }

    private static Dynamic record(
            FleetCompliance.Current current,
            AssignedPolicy policy,
            Dynamic template,
            ComplianceState state,
            Snapshot.Place place,
            Instant at) {
        var root = place.segment().root();
        String id = place.segment().resourceId(place.row());
        var parsed = ResourceId.parse(id);
        var rule =
                policy.alternatives().isEmpty() ? policy.rule() : policy.ruleFor(place.resource());
        var tags = root.at("tags").dynamic(place.row());
        var record =
                Dynamic.bag()
                        .put("timestamp", at.toString())
                        .put("resourceId", id)
                        .put("effectiveParameters", Dynamic.NULL)
                        .put(
                                "isCompliant",
                                state != ComplianceState.NON_COMPLIANT
                                        && state != ComplianceState.ERROR
                                        && state != ComplianceState.CONFLICT)
                        .put("subscriptionId", parsed.subscriptionId().orElse(""))
                        .put("resourceType", parsed.type().toString())
                        .put(
                                "resourceLocation",
                                Location.normalise(
                                        root.at("location").dynamic(place.row()).textOr("")))
                        .put("resourceGroup", parsed.resourceGroup().orElse(""))
                        .put("resourceTags", tags.isNull() ? "tbd" : Json.write(tags))
                        .put(
                                "policyDefinitionAction",
                                rule.effect().kind().wireName().toLowerCase(Locale.ROOT))
                        .put("managementGroupIds", managementGroups(current, parsed))
                        .put("complianceState", state.wireName());
        template.members().forEach(record::put);
        // An override may give the resource another version.
        record.put("policyDefinitionVersion", rule.definition().version());
        return record.build();
    }

    private static String managementGroups(FleetCompliance.Current current, ResourceId id) {
        return id.subscriptionId()
                .map(s ->
                        String.join(
                                ",",
                                current.engine()
                                        .catalog()
                                        .hierarchy()
                                        .ancestors(new Scope.Subscription(s))))
                .orElse("");
    }

    /// Every record of a scope at once.
    public static List<Dynamic> of(
            FleetCompliance.Current current, Scope scope, Predicate<AssignedPolicy> wanted) {
        var out = new ArrayList<Dynamic>();
        write(current, scope, wanted, out::add);
        return out;
    }
}
