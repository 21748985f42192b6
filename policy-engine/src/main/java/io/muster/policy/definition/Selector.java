package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Kinds;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// One test of a resource selector or override: the property is among the values, or not among them.
///
/// @param values lower case; locations without blanks
public record Selector(Kind kind, boolean negated, Set<String> values) {

    /// What a selector looks at, by wire names.
    public enum Kind {
        RESOURCE_LOCATION("resourceLocation"),
        RESOURCE_TYPE("resourceType"),
        RESOURCE_WITHOUT_LOCATION("resourceWithoutLocation"),
        POLICY_DEFINITION_REFERENCE_ID("policyDefinitionReferenceId");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        static Optional<Kind> parse(String name) {
            for (var kind : values()) {
                if (kind.wireName.equalsIgnoreCase(name)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    private static final int MAX_SELECTORS = 10;
    private static final int MAX_VALUES = 50;

    /// The only value of `resourceWithoutLocation`, lower case.
    private static final String SUBSCRIPTION_LEVEL = "subscriptionlevelresources";

    public Selector {
        values = Set.copyOf(values);
    }

    /// Whether a resource, seen through a member of an initiative, is selected.
    public boolean matches(Dynamic resource, String referenceId) {
        String location = location(resource);
        return switch (kind) {
            case RESOURCE_LOCATION -> !location.isEmpty() && values.contains(location) != negated;
            case RESOURCE_TYPE ->
                    values.contains(
                                    resource.getIgnoreCase("type")
                                            .textOr("")
                                            .toLowerCase(Locale.ROOT))
                            != negated;
            // The only value there is stands for what has no location.
            case RESOURCE_WITHOUT_LOCATION ->
                    (location.isEmpty() && values.contains(SUBSCRIPTION_LEVEL)) != negated;
            case POLICY_DEFINITION_REFERENCE_ID ->
                    values.contains(referenceId.toLowerCase(Locale.ROOT)) != negated;
        };
    }

    private static String location(Dynamic resource) {
        String location =
                resource.getIgnoreCase("location")
                        .textOr("")
                        .replace(" ", "")
                        .toLowerCase(Locale.ROOT);
        return location;
    }

    /// What a resource selector of an assignment or exemption may look at.
    static final Set<Kind> OF_RESOURCES =
            Set.of(Kind.RESOURCE_LOCATION, Kind.RESOURCE_TYPE, Kind.RESOURCE_WITHOUT_LOCATION);

    /// What a selector of an override may look at.
    static final Set<Kind> OF_OVERRIDES =
            Set.of(Kind.POLICY_DEFINITION_REFERENCE_ID, Kind.RESOURCE_LOCATION);

    private static Set<String> values(
            Kind kind, List<Dynamic> items, String pointer, Faults faults) {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            String text = items.get(i).textOr("").toLowerCase(Locale.ROOT);
            boolean known =
                    kind == Kind.RESOURCE_WITHOUT_LOCATION
                            ? text.equals(SUBSCRIPTION_LEVEL)
                            : !text.isBlank();
            if (!known) {
                faults.report(
                        PolicyFault.SELECTOR_VALUE_UNKNOWN,
                        Faults.below(pointer, i),
                        "%s is no value of a selector of the kind '%s'."
                                .formatted(Kinds.show(items.get(i)), kind.wireName()),
                        kind == Kind.RESOURCE_WITHOUT_LOCATION
                                ? "the only value is subscriptionLevelResources"
                                : null);
            }
            all.add(kind == Kind.RESOURCE_LOCATION ? text.replace(" ", "") : text);
        }
        return all;
    }

    /// Reads a list of selectors of some kinds.
    static List<Selector> read(Dynamic node, String pointer, Set<Kind> kinds, Faults faults) {
        List<Selector> selectors = new ArrayList<>();
        if (!node.isNull() && !(node instanceof Dynamic.Array)) {
            faults.report(PolicyFault.SELECTOR_MALFORMED, pointer, "'selectors' must be an array.");
        }
        if (node.items().size() > MAX_SELECTORS) {
            faults.report(
                    PolicyFault.TOO_MANY_SELECTORS,
                    pointer,
                    "There are %d selectors; %d are allowed."
                            .formatted(node.items().size(), MAX_SELECTORS));
        }
        Set<Kind> seen = new HashSet<>();
        for (int i = 0; i < node.items().size(); i++) {
            var item = node.items().get(i);
            String at = Faults.below(pointer, i);
            String name = item.getIgnoreCase("kind").textOr("");
            var kind = Kind.parse(name).filter(kinds::contains);
            if (kind.isEmpty()) {
                faults.report(
                        PolicyFault.SELECTOR_KIND_UNKNOWN,
                        at,
                        "There is no kind of selector '%s' here.".formatted(name));
                continue;
            }
            if (!seen.add(kind.get())) {
                faults.report(
                        PolicyFault.SELECTOR_KIND_REPEATED,
                        at,
                        "The kind '%s' stands twice in one selector.".formatted(name));
            }
            var in = item.getIgnoreCase("in");
            var notIn = item.getIgnoreCase("notIn");
            var values = in.isNull() ? notIn : in;
            if (in.isNull() == notIn.isNull()
                    || !(values instanceof Dynamic.Array(var items))
                    || items.size() > MAX_VALUES) {
                faults.report(
                        PolicyFault.SELECTOR_MALFORMED,
                        at,
                        "A selector has either 'in' or 'notIn', an array of at most %d values."
                                .formatted(MAX_VALUES));
                continue;
            }
            String valuesAt = Faults.below(at, in.isNull() ? "notIn" : "in");
            selectors.add(
                    new Selector(
                            kind.get(), in.isNull(), values(kind.get(), items, valuesAt, faults)));
        }
        if (seen.contains(Kind.RESOURCE_LOCATION)
                && seen.contains(Kind.RESOURCE_WITHOUT_LOCATION)) {
            faults.report(
                    PolicyFault.SELECTOR_MALFORMED,
                    pointer,
                    "'resourceLocation' and 'resourceWithoutLocation' exclude each other.");
        }
        return selectors;
    }
}
