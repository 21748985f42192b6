package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.policy.effect.EffectKind;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A definition or initiative put in force at a scope.
///
/// @param notScopes excluded: nothing below them is evaluated
/// @param parameters plain values by name as written
/// @param identity as written; null value when there is none
public record Assignment(
        String id,
        String name,
        String displayName,
        String policyDefinitionId,
        @Nullable String definitionVersion,
        Scope scope,
        List<Scope> notScopes,
        Map<String, Dynamic> parameters,
        boolean enforced,
        List<NonComplianceMessage> nonComplianceMessages,
        List<ResourceSelector> resourceSelectors,
        List<EffectOverride> overrides,
        Dynamic identity,
        @Nullable String location,
        Dynamic metadata,
        Dynamic json) {

    /// What people are told; for one member of an initiative when it names one.
    public record NonComplianceMessage(String message, @Nullable String referenceId) {}

    /// Another effect or version for some members or locations.
    ///
    /// @param effect null when the version is overridden
    public record EffectOverride(
            @Nullable EffectKind effect, @Nullable String version, List<Selector> selectors) {
        public EffectOverride {
            selectors = List.copyOf(selectors);
        }

        public boolean matches(Dynamic resource, String referenceId) {
            return selectors.stream().allMatch(s -> s.matches(resource, referenceId));
        }
    }

    public Assignment {
        notScopes = List.copyOf(notScopes);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        nonComplianceMessages = List.copyOf(nonComplianceMessages);
        resourceSelectors = List.copyOf(resourceSelectors);
        overrides = List.copyOf(overrides);
    }

    /// The message for a member: its own when there is one, else the general one.
    public Optional<String> message(String referenceId) {
        return nonComplianceMessages.stream()
                .filter(m ->
                        m.referenceId() != null && m.referenceId().equalsIgnoreCase(referenceId))
                .findFirst()
                .or(() ->
                        nonComplianceMessages.stream()
                                .filter(m -> m.referenceId() == null)
                                .findFirst())
                .map(NonComplianceMessage::message);
    }

    public boolean hasIdentity() {
        String type = identity.getIgnoreCase("type").textOr("None");
        return !type.equalsIgnoreCase("None");
    }
}
