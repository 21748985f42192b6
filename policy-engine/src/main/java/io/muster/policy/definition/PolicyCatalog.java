package io.muster.policy.definition;

import io.muster.inventory.resource.ManagementHierarchy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// All policy objects at one time. Immutable; `with...` gives a changed copy that shares the rest. Each copies its index: many at once go through [#changed].
public final class PolicyCatalog {
    private final Map<String, List<PolicyDefinition>> definitions;
    private final Map<String, List<PolicySetDefinition>> sets;
    private final Map<String, Assignment> assignments;
    private final Map<String, Exemption> exemptions;
    private final Map<String, Attestation> attestations;
    private final ManagementHierarchy hierarchy;

    private PolicyCatalog(
            Map<String, List<PolicyDefinition>> definitions,
            Map<String, List<PolicySetDefinition>> sets,
            Map<String, Assignment> assignments,
            Map<String, Exemption> exemptions,
            Map<String, Attestation> attestations,
            ManagementHierarchy hierarchy) {
        this.definitions = definitions;
        this.sets = sets;
        this.assignments = assignments;
        this.exemptions = exemptions;
        this.attestations = attestations;
        this.hierarchy = hierarchy;
    }

    public static PolicyCatalog empty() {
        return new PolicyCatalog(
                Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), ManagementHierarchy.NONE);
    }

    private static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }

    private static <T> Map<String, T> put(Map<String, T> map, String id, T value) {
        Map<String, T> copy = new LinkedHashMap<>(map);
        copy.put(key(id), value);
        return copy;
    }

    private static <T> Map<String, T> remove(Map<String, T> map, String id) {
        Map<String, T> copy = new LinkedHashMap<>(map);
        copy.remove(key(id));
        return copy;
    }

    private static <T> List<T> others(List<T> versions, T newer, Comparator<T> byVersion) {
        List<T> all = new ArrayList<>(versions);
        all.removeIf(old -> byVersion.compare(old, newer) == 0);
        all.add(newer);
        all.sort(byVersion);
        return List.copyOf(all);
    }

    private static List<PolicyDefinition> versions(
            Map<String, List<PolicyDefinition>> definitions, PolicyDefinition definition) {
        return others(
                definitions.getOrDefault(key(definition.id()), List.of()),
                definition,
                Comparator.comparing(PolicyDefinition::version, Versions::compare));
    }

    private static List<PolicySetDefinition> versions(
            Map<String, List<PolicySetDefinition>> sets, PolicySetDefinition set) {
        return others(
                sets.getOrDefault(key(set.id()), List.of()),
                set,
                Comparator.comparing(PolicySetDefinition::version, Versions::compare));
    }

    /// Starts from what is here; this catalogue stays as it is.
    public Builder changed() {
        return new Builder(this);
    }

    /// Puts many objects, each in the time of one; what has the same ID (a definition: and the same version) is replaced. Confined to one thread.
    public static final class Builder {
        private final Map<String, List<PolicyDefinition>> definitions;
        private final Map<String, List<PolicySetDefinition>> sets;
        private final Map<String, Assignment> assignments;
        private final Map<String, Exemption> exemptions;
        private final Map<String, Attestation> attestations;
        private final ManagementHierarchy hierarchy;

        private Builder(PolicyCatalog from) {
            this.definitions = new LinkedHashMap<>(from.definitions);
            this.sets = new LinkedHashMap<>(from.sets);
            this.assignments = new LinkedHashMap<>(from.assignments);
            this.exemptions = new LinkedHashMap<>(from.exemptions);
            this.attestations = new LinkedHashMap<>(from.attestations);
            this.hierarchy = from.hierarchy;
        }

        public void add(PolicyDefinition definition) {
            definitions.put(key(definition.id()), versions(definitions, definition));
        }

        public void add(PolicySetDefinition set) {
            sets.put(key(set.id()), versions(sets, set));
        }

        public void add(Assignment assignment) {
            assignments.put(key(assignment.id()), assignment);
        }

        public void add(Exemption exemption) {
            exemptions.put(key(exemption.id()), exemption);
        }

        public void add(Attestation attestation) {
            attestations.put(key(attestation.id()), attestation);
        }

        public PolicyCatalog build() {
            return new PolicyCatalog(
                    new LinkedHashMap<>(definitions),
                    new LinkedHashMap<>(sets),
                    new LinkedHashMap<>(assignments),
                    new LinkedHashMap<>(exemptions),
                    new LinkedHashMap<>(attestations),
                    hierarchy);
        }
    }

    /// Adds a definition; one with the same ID and version is replaced.
    public PolicyCatalog with(PolicyDefinition definition) {
        var versions = versions(definitions, definition);
        return new PolicyCatalog(
                put(definitions, definition.id(), versions),
                sets,
                assignments,
                exemptions,
                attestations,
                hierarchy);
    }

    public PolicyCatalog with(PolicySetDefinition set) {
        var versions = versions(sets, set);
        return new PolicyCatalog(
                definitions,
                put(sets, set.id(), versions),
                assignments,
                exemptions,
                attestations,
                hierarchy);
    }

    public PolicyCatalog with(Assignment assignment) {
        return new PolicyCatalog(
                definitions,
                sets,
                put(assignments, assignment.id(), assignment),
                exemptions,
                attestations,
                hierarchy);
    }

    public PolicyCatalog with(Exemption exemption) {
        return new PolicyCatalog(
                definitions,
                sets,
                assignments,
                put(exemptions, exemption.id(), exemption),
                attestations,
                hierarchy);
    }

    public PolicyCatalog with(Attestation attestation) {
        return new PolicyCatalog(
                definitions,
                sets,
                assignments,
                exemptions,
                put(attestations, attestation.id(), attestation),
                hierarchy);
    }

    public PolicyCatalog with(ManagementHierarchy other) {
        return new PolicyCatalog(definitions, sets, assignments, exemptions, attestations, other);
    }

    /// Without the object of that ID, whatever it is.
    public PolicyCatalog without(String id) {
        return new PolicyCatalog(
                remove(definitions, id),
                remove(sets, id),
                remove(assignments, id),
                remove(exemptions, id),
                remove(attestations, id),
                hierarchy);
    }

    /// The latest version of that definition.
    public Optional<PolicyDefinition> definition(String id) {
        return definition(id, null);
    }

    /// The latest version that a pattern (`1.*.*`, `1.2.*`) allows; null allows all.
    public Optional<PolicyDefinition> definition(String id, @Nullable String version) {
        return latest(
                definitions.getOrDefault(key(id), List.of()), version, PolicyDefinition::version);
    }

    public Optional<PolicySetDefinition> set(String id, @Nullable String version) {
        return latest(sets.getOrDefault(key(id), List.of()), version, PolicySetDefinition::version);
    }

    private static <T> Optional<T> latest(
            List<T> versions, @Nullable String pattern, Function<T, String> version) {
        // A preview is taken by who asks for one, or where there is nothing else.
        for (var released : new boolean[] {true, false}) {
            for (int i = versions.size() - 1; i >= 0; i--) {
                String at = version.apply(versions.get(i));
                if ((pattern == null || Versions.matches(at, pattern))
                        && (!released || Versions.isAskedFor(at, pattern))) {
                    return Optional.of(versions.get(i));
                }
            }
        }
        // Only one version may be at hand where Azure keeps several.
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    public Optional<Assignment> assignment(String id) {
        return Optional.ofNullable(assignments.get(key(id)));
    }

    /// The latest version of each.
    public List<PolicyDefinition> definitions() {
        return definitions.values().stream().map(List::getLast).toList();
    }

    /// Every version of a definition, oldest first.
    public List<PolicyDefinition> versions(String id) {
        return definitions.getOrDefault(key(id), List.of());
    }

    /// The latest version of each.
    public List<PolicySetDefinition> sets() {
        return sets.values().stream().map(List::getLast).toList();
    }

    public Collection<Assignment> assignments() {
        return List.copyOf(assignments.values());
    }

    public Collection<Exemption> exemptions() {
        return List.copyOf(exemptions.values());
    }

    public Collection<Attestation> attestations() {
        return List.copyOf(attestations.values());
    }

    public ManagementHierarchy hierarchy() {
        return hierarchy;
    }
}
