package io.muster.policy.definition;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.condition.ConditionReader;
import io.muster.policy.condition.Language;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads initiatives.
public final class PolicySetReader {
    private static final int MAX_PARAMETERS = 400;
    private static final int MAX_MEMBERS = 1_000;

    private PolicySetReader() {}

    /// An initiative and what there is to say of it.
    ///
    /// @param definition null when an error was found
    public record Result(@Nullable PolicySetDefinition definition, List<Diagnostic> diagnostics) {
        public Result {
            diagnostics = List.copyOf(diagnostics);
        }

        /// The initiative.
        ///
        /// @throws DiagnosticException when an error was found
        public PolicySetDefinition orThrow() throws DiagnosticException {
            if (definition == null) {
                throw new DiagnosticException(
                        diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).toList());
            }
            return definition;
        }
    }

    public static Result read(SourceText source) {
        Dynamic document;
        try {
            document = Json.parse(source.text());
        } catch (JsonException fault) {
            return new Result(null, List.of(PolicyDefinitionReader.invalid(source, fault)));
        }
        var faults = Faults.in(source);
        DuplicateMembers.report(source, faults);
        return read(document, faults);
    }

    /// Reads an initiative that came as part of something else.
    public static Result read(String name, Dynamic document) {
        return read(document, Faults.in(name, document));
    }

    private static Result read(Dynamic document, Faults faults) {
        var set = set(document, faults);
        return new Result(faults.hasErrors() ? null : set, faults.all());
    }

    private static @Nullable PolicySetDefinition set(Dynamic document, Faults faults) {
        boolean wrapped = document.getIgnoreCase("properties") instanceof Dynamic.Bag;
        var properties = wrapped ? document.getIgnoreCase("properties") : document;
        String pointer = wrapped ? "/properties" : "";
        if (!(properties instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.DEFINITION_NOT_OBJECT, pointer, "An initiative must be an object.");
            return null;
        }
        MemberChecks.texts(document, "", faults, "id", "name");
        MemberChecks.described(properties, pointer, faults);
        MemberChecks.texts(properties, pointer, faults, "policyType", "version");
        var parameters =
                ParameterReader.read(
                        properties.getIgnoreCase("parameters"),
                        Faults.below(pointer, "parameters"),
                        MAX_PARAMETERS,
                        properties
                                .getIgnoreCase("policyType")
                                .textOr("")
                                .equalsIgnoreCase("BuiltIn"),
                        faults);
        var groups = groups(properties, pointer, faults);
        var members = members(properties, pointer, parameters, groups, faults);
        return new PolicySetDefinition(
                document.getIgnoreCase("id").textOr(""),
                document.getIgnoreCase("name").textOr(""),
                properties.getIgnoreCase("displayName").textOr(""),
                properties.getIgnoreCase("policyType").textOr("Custom"),
                properties
                        .getIgnoreCase("version")
                        .textOr(
                                properties
                                        .getIgnoreCase("metadata")
                                        .getIgnoreCase("version")
                                        .textOr("1.0.0")),
                properties.getIgnoreCase("metadata"),
                parameters,
                members,
                groups,
                properties);
    }

    private static List<PolicySetDefinition.Group> groups(
            Dynamic properties, String pointer, Faults faults) {
        var node = properties.getIgnoreCase("policyDefinitionGroups");
        String at = Faults.below(pointer, "policyDefinitionGroups");
        List<PolicySetDefinition.Group> groups = new ArrayList<>();
        if (!node.isNull() && !(node instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.SET_GROUPS_NOT_ARRAY,
                    at,
                    "'policyDefinitionGroups' must be an array.");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < node.items().size(); i++) {
            var group = node.items().get(i);
            String name = group.getIgnoreCase("name").textOr("");
            if (name.isEmpty()) {
                faults.report(
                        PolicyFault.SET_GROUP_WITHOUT_NAME,
                        Faults.below(at, i),
                        "A group of definitions has no name.");
            } else if (!names.add(name.toLowerCase(Locale.ROOT))) {
                faults.report(
                        PolicyFault.SET_GROUP_REPEATED,
                        Faults.below(at, i),
                        "There are two groups '%s'.".formatted(name));
            }
            MemberChecks.texts(
                    group,
                    Faults.below(at, i),
                    faults,
                    "displayName",
                    "category",
                    "description",
                    "additionalMetadataId");
            groups.add(
                    new PolicySetDefinition.Group(
                            name,
                            group.getIgnoreCase("displayName").textOr(""),
                            group.getIgnoreCase("category").textOr(""),
                            group.getIgnoreCase("description").textOr(""),
                            group.getIgnoreCase("additionalMetadataId").textOr("")));
        }
        return groups;
    }

    private static List<PolicySetDefinition.Member> members(
            Dynamic properties,
            String pointer,
            Map<String, Parameter> parameters,
            List<PolicySetDefinition.Group> groups,
            Faults faults) {
        var node = properties.getIgnoreCase("policyDefinitions");
        String at = Faults.below(pointer, "policyDefinitions");
        List<PolicySetDefinition.Member> members = new ArrayList<>();
        if (node.isNull()) {
            faults.report(
                    PolicyFault.SET_WITHOUT_DEFINITIONS,
                    pointer,
                    "The initiative has no policyDefinitions.");
            return members;
        }
        if (!(node instanceof Dynamic.Array(var items))) {
            faults.report(
                    PolicyFault.SET_DEFINITIONS_NOT_ARRAY,
                    at,
                    "'policyDefinitions' must be an array.");
            return members;
        }
        if (items.size() > MAX_MEMBERS) {
            faults.report(
                    PolicyFault.TOO_MANY_SET_DEFINITIONS,
                    at,
                    "The initiative has %d definitions; %d are allowed."
                            .formatted(items.size(), MAX_MEMBERS));
        }
        Map<String, String> types = new HashMap<>();
        parameters.forEach((key, parameter) -> types.put(key, parameter.type().key()));
        var reader = new ConditionReader(new Language(types, AliasCatalog.conventional()), faults);
        Set<String> references = new HashSet<>();
        Set<String> groupNames = new HashSet<>();
        groups.forEach(group -> groupNames.add(group.name().toLowerCase(Locale.ROOT)));
        for (int i = 0; i < items.size(); i++) {
            var member =
                    member(
                            items.get(i),
                            i,
                            Faults.below(at, i),
                            references,
                            groupNames,
                            reader,
                            faults);
            if (member != null) {
                members.add(member);
            }
        }
        return members;
    }

    private static PolicySetDefinition.@Nullable Member member(
            Dynamic node,
            int index,
            String pointer,
            Set<String> references,
            Set<String> groups,
            ConditionReader reader,
            Faults faults) {
        if (!(node instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.SET_MEMBER_NOT_OBJECT,
                    pointer,
                    "A definition of an initiative must be an object.");
            return null;
        }
        String id = node.getIgnoreCase("policyDefinitionId").textOr("");
        if (id.isEmpty()) {
            faults.report(
                    PolicyFault.SET_MEMBER_WITHOUT_ID,
                    pointer,
                    "A definition of the initiative has no policyDefinitionId.");
        } else if (!id.toLowerCase(Locale.ROOT)
                .contains("/providers/microsoft.authorization/policydefinitions/")) {
            faults.report(
                    PolicyFault.SET_MEMBER_ID_MALFORMED,
                    Faults.below(pointer, "policyDefinitionId"),
                    "'%s' is no policy definition's ID.".formatted(id));
        }
        MemberChecks.texts(
                node, pointer, faults, "policyDefinitionReferenceId", "definitionVersion");
        String reference =
                node.getIgnoreCase("policyDefinitionReferenceId")
                        .textOr(id.substring(id.lastIndexOf('/') + 1) + "_" + (index + 1));
        if (!references.add(reference.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.SET_REFERENCE_ID_REPEATED,
                    pointer,
                    "The reference ID '%s' stands twice.".formatted(reference));
        }
        var version = node.getIgnoreCase("definitionVersion").asText().orElse(null);
        if (version != null
                && !version.matches("[0-9]+\\.([0-9]+|\\*)\\.([0-9]+|\\*)(-[A-Za-z0-9.-]+)?")) {
            faults.report(
                    PolicyFault.SET_MEMBER_VERSION_MALFORMED,
                    Faults.below(pointer, "definitionVersion"),
                    "'%s' is no version of the form 1.*.* or 1.2.*.".formatted(version));
        }
        return new PolicySetDefinition.Member(
                id,
                reference,
                version,
                values(node, pointer, reader, faults),
                groupNames(node, pointer, groups, faults));
    }

    private static Map<String, TemplateValue> values(
            Dynamic node, String pointer, ConditionReader reader, Faults faults) {
        var parameters = node.getIgnoreCase("parameters");
        String at = Faults.below(pointer, "parameters");
        if (!parameters.isNull() && !(parameters instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.SET_MEMBER_PARAMETERS_MALFORMED,
                    at,
                    "'parameters' must be an object.");
        }
        Map<String, TemplateValue> values = new LinkedHashMap<>();
        parameters
                .members()
                .forEach((name, value) -> {
                    String valueAt = Faults.below(at, name);
                    if (value.getIgnoreCase("value").isNull()) {
                        faults.report(
                                PolicyFault.SET_MEMBER_PARAMETERS_MALFORMED,
                                valueAt,
                                "A parameter is given as {\"value\": ...}.");
                        return;
                    }
                    values.put(
                            name,
                            reader.value(
                                    value.getIgnoreCase("value"), Faults.below(valueAt, "value")));
                });
        return values;
    }

    private static List<String> groupNames(
            Dynamic node, String pointer, Set<String> groups, Faults faults) {
        List<String> names = new ArrayList<>();
        var written = node.getIgnoreCase("groupNames");
        if (!written.isNull() && !(written instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.SET_GROUP_NAMES_NOT_ARRAY,
                    MemberChecks.at(node, pointer, "groupNames"),
                    "'groupNames' must be an array.");
        }
        for (int i = 0; i < written.items().size(); i++) {
            String name = written.items().get(i).textOr("");
            if (!groups.contains(name.toLowerCase(Locale.ROOT))) {
                faults.report(
                        PolicyFault.SET_GROUP_UNKNOWN,
                        Faults.below(Faults.below(pointer, "groupNames"), i),
                        "The initiative has no group '%s'.".formatted(name));
            }
            names.add(name);
        }
        return names;
    }
}
