package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.function.ResourceIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// [Surroundings] within a snapshot. Safe for several threads; what it groups on the way is kept as long as it is.
public final class SnapshotSurroundings implements Surroundings {
    private final Snapshot snapshot;
    private final ComputedAssessments assessments;

    /// By type, the ordinals in each resource group (`sub/group`, lower case), and in each subscription.
    private final Map<String, Map<String, List<Integer>>> byContainer = new ConcurrentHashMap<>();

    private final Map<String, Dynamic> containers = new ConcurrentHashMap<>();

    public SnapshotSurroundings(Snapshot snapshot) {
        this.snapshot = snapshot;
        this.assessments = new ComputedAssessments(snapshot);
    }

    @Override
    public Dynamic resourceGroup(Dynamic resource) {
        var id = id(resource);
        if (id.isEmpty() || id.get().resourceGroup().isEmpty()) {
            return Dynamic.NULL;
        }
        String subscription = id.get().subscriptionId().orElse("");
        String group = id.get().resourceGroup().get();
        String at = "/subscriptions/" + subscription + "/resourceGroups/" + group;
        return containers.computeIfAbsent(
                at.toLowerCase(Locale.ROOT),
                _ ->
                        snapshot.resource(at)
                                .orElseGet(() ->
                                        Dynamic.bag()
                                                .put("id", at)
                                                .put("name", group)
                                                .put(
                                                        "type",
                                                        "Microsoft.Resources/subscriptions/resourceGroups")
                                                .build()));
    }

    @Override
    public Dynamic subscription(Dynamic resource) {
        var id = id(resource);
        if (id.isEmpty() || id.get().subscriptionId().isEmpty()) {
            return Dynamic.NULL;
        }
        String subscription = id.get().subscriptionId().get();
        return containers.computeIfAbsent(
                ("/subscriptions/" + subscription).toLowerCase(Locale.ROOT),
                _ -> answer(subscription));
    }

    /// `subscription()` has its name as `displayName`.
    private Dynamic answer(String subscription) {
        String at = "/subscriptions/" + subscription;
        var known = snapshot.resource(at).orElse(Dynamic.EMPTY_BAG);
        return Dynamic.bag()
                .put("id", at)
                .put("subscriptionId", subscription)
                .put("tenantId", known.getIgnoreCase("tenantId"))
                .put(
                        "displayName",
                        known.getIgnoreCase("displayName").isNull()
                                ? known.getIgnoreCase("name")
                                : known.getIgnoreCase("displayName"))
                .put("tags", known.getIgnoreCase("tags"))
                .build();
    }

    private static Optional<ResourceId> id(Dynamic resource) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""));
    }

    @Override
    public List<Dynamic> find(Search search) {
        var id = id(search.evaluated());
        if (id.isEmpty()) {
            return List.of();
        }
        String type =
                search.type().endsWith("/")
                        ? search.type().substring(0, search.type().length() - 1)
                        : search.type();
        if (type.equalsIgnoreCase(ComputedAssessments.TYPE)) {
            return assessments.of(search.evaluated()).stream()
                    .filter(found ->
                            search.name() == null
                                    || search.name().equalsIgnoreCase(found.get("name").textOr("")))
                    .toList();
        }
        String evaluatedType = id.get().type().text();
        boolean beneath =
                type.length() > evaluatedType.length()
                        && type.regionMatches(
                                true, 0, evaluatedType + "/", 0, evaluatedType.length() + 1);
        var candidates =
                beneath ? beneath(id.get(), evaluatedType, type) : around(id.get(), type, search);
        List<Dynamic> found = new ArrayList<>();
        for (int ordinal : candidates) {
            var place = snapshot.place(ordinal);
            if (place.isEmpty()) {
                continue;
            }
            // The id alone tells most candidates off; the document costs more.
            String candidateId = place.get().segment().resourceId(place.get().row());
            var parsed = ResourceId.tryParse(candidateId);
            if (parsed.isPresent() && isMeant(parsed.get(), id.get(), search.name())) {
                found.add(place.get().resource());
            }
        }
        return found;
    }

    /// Of the right name, and, for one that extends a resource, of the evaluated one.
    private static boolean isMeant(
            ResourceId candidate, ResourceId evaluated, @Nullable String name) {
        // What extends another resource says nothing of this one, be it of the same subscription.
        if (candidate.isExtension() && !candidate.scope().id().equalsIgnoreCase(evaluated.text())) {
            return false;
        }
        if (name == null) {
            return true;
        }
        if (name.endsWith("/?")) {
            String parent = name.substring(0, name.length() - 1);
            return candidate.fullName().regionMatches(true, 0, parent, 0, parent.length());
        }
        return candidate.fullName().equalsIgnoreCase(name)
                || (name.indexOf('/') < 0 && candidate.name().equalsIgnoreCase(name));
    }

    private List<Integer> beneath(ResourceId evaluated, String evaluatedType, String type) {
        var ordinal = snapshot.ordinal(evaluated.text());
        boolean direct = type.indexOf('/', evaluatedType.length() + 1) < 0;
        if (direct && ordinal.isPresent()) {
            List<Integer> children = new ArrayList<>();
            for (int child : snapshot.childrenOf(ordinal.getAsInt(), type)) {
                children.add(child);
            }
            return children;
        }
        return inContainer(type, container(evaluated, false)).stream()
                .filter(child ->
                        snapshot.idOf(child)
                                .flatMap(ResourceId::tryParse)
                                .map(c -> c.isUnder(evaluated))
                                .orElse(false))
                .toList();
    }

    private List<Integer> around(ResourceId evaluated, String type, Search search) {
        boolean subscription =
                search.wholeSubscription()
                        || evaluated.type().is("Microsoft.Resources/subscriptions");
        String container = container(evaluated, subscription);
        if (search.resourceGroup() != null && !search.resourceGroup().isEmpty()) {
            container =
                    (evaluated.subscriptionId().orElse("") + "/" + search.resourceGroup())
                            .toLowerCase(Locale.ROOT);
        }
        // A name in a known group is an id: no search is needed.
        if (search.name() != null && !search.name().endsWith("?") && container.indexOf('/') >= 0) {
            var direct = direct(container, type, search.name());
            if (direct.isPresent()) {
                return direct.get();
            }
        }
        return inContainer(type, container);
    }

    private Optional<List<Integer>> direct(String container, String type, String name) {
        int slash = container.indexOf('/');
        String group =
                "/subscriptions/"
                        + container.substring(0, slash)
                        + "/resourceGroups/"
                        + container.substring(slash + 1);
        try {
            var ordinal = snapshot.ordinal(ResourceIds.below(group, type, List.of(name)));
            return ordinal.isPresent()
                    ? Optional.of(List.of(ordinal.getAsInt()))
                    : Optional.empty();
        } catch (EvaluationFailure namesDoNotFitTheType) {
            return Optional.empty();
        }
    }

    private static String container(ResourceId id, boolean subscription) {
        String sub = id.subscriptionId().orElse("").toLowerCase(Locale.ROOT);
        return subscription || id.resourceGroup().isEmpty()
                ? sub
                : sub + "/" + id.resourceGroup().get().toLowerCase(Locale.ROOT);
    }

    private List<Integer> inContainer(String type, String container) {
        return byContainer
                .computeIfAbsent(type.toLowerCase(Locale.ROOT), this::group)
                .getOrDefault(container, List.of());
    }

    private Map<String, List<Integer>> group(String type) {
        Map<String, List<Integer>> groups = new ConcurrentHashMap<>();
        for (var segment : snapshot.segmentsOf(type)) {
            segment.rows()
                    .live()
                    .forEach(row ->
                            ResourceId.tryParse(segment.resourceId(row))
                                    .ifPresent(id -> {
                                        int ordinal = segment.ordinal(row);
                                        add(groups, container(id, true), ordinal);
                                        if (id.resourceGroup().isPresent()) {
                                            add(groups, container(id, false), ordinal);
                                        }
                                    }));
        }
        return groups;
    }

    private static void add(Map<String, List<Integer>> groups, String container, int ordinal) {
        groups.computeIfAbsent(container, _ -> new ArrayList<>()).add(ordinal);
    }
}
