package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An initiative: definitions under one name, with parameters of its own.
///
/// @param parameters by lower-case name
public record PolicySetDefinition(
        String id,
        String name,
        String displayName,
        String policyType,
        String version,
        Dynamic metadata,
        Map<String, Parameter> parameters,
        List<Member> members,
        List<Group> groups,
        Dynamic json) {

    /// One definition of an initiative.
    ///
    /// @param parameters values for the definition's parameters: literals or expressions over the initiative's
    public record Member(
            String definitionId,
            String referenceId,
            @Nullable String definitionVersion,
            Map<String, TemplateValue> parameters,
            List<String> groupNames) {
        public Member {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
            groupNames = List.copyOf(groupNames);
        }
    }

    /// A group of members, such as a control of a standard.
    public record Group(
            String name,
            String displayName,
            String category,
            String description,
            String additionalMetadataId) {}

    public PolicySetDefinition {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        members = List.copyOf(members);
        groups = List.copyOf(groups);
    }

    public PolicySetDefinition withId(String newId, String newName) {
        return new PolicySetDefinition(
                newId,
                newName,
                displayName,
                policyType,
                version,
                metadata,
                parameters,
                members,
                groups,
                json);
    }
}
