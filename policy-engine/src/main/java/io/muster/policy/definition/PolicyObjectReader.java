package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads assignments, exemptions and attestations as Azure Resource Manager has them.
public final class PolicyObjectReader {
    private static final int MAX_NOT_SCOPES = 400;
    private static final int MAX_OVERRIDES = 10;
    private static final Set<String> ENFORCEMENT = Set.of("default", "donotenforce", "enroll");

    private static final Set<String> IDENTITIES = Set.of("none", "systemassigned", "userassigned");

    private PolicyObjectReader() {}

    /// The assignment; empty when an error was reported.
    public static Optional<Assignment> assignment(Dynamic document, Faults faults) {
        int errors = faults.errors().size();
        var properties = properties(document);
        String pointer = pointer(document);
        MemberChecks.texts(document, "", faults, "id", "name", "location");
        MemberChecks.described(properties, pointer, faults);
        MemberChecks.texts(
                properties,
                pointer,
                faults,
                "policyDefinitionId",
                "scope",
                "definitionVersion",
                "enforcementMode");
        checkIdentity(document, faults);
        if (!document.getIgnoreCase("identity").isNull()
                && !hasNoIdentity(document)
                && document.getIgnoreCase("location").isNull()) {
            faults.report(
                    PolicyFault.IDENTITY_WITHOUT_LOCATION,
                    MemberChecks.at(document, "", "identity"),
                    "An assignment with an identity needs a location.");
        }
        String definitionId = properties.getIgnoreCase("policyDefinitionId").textOr("");
        if (definitionId.isEmpty()) {
            faults.report(
                    PolicyFault.ASSIGNMENT_WITHOUT_DEFINITION,
                    pointer,
                    "The assignment names no policyDefinitionId.");
        }
        String id = document.getIgnoreCase("id").textOr("");
        var scope =
                properties.getIgnoreCase("scope") instanceof Dynamic.Text(var written)
                        ? written.isBlank() ? Optional.<Scope>empty() : Scope.tryParse(written)
                        : scope(id, "policyAssignments");
        if (scope.isEmpty()) {
            faults.report(
                    PolicyFault.ASSIGNMENT_WITHOUT_SCOPE,
                    pointer,
                    "The assignment has neither an ID nor a scope that says where it applies.");
        }
        String name = document.getIgnoreCase("name").textOr(id.substring(id.lastIndexOf('/') + 1));
        String mode = properties.getIgnoreCase("enforcementMode").textOr("Default");
        if (!ENFORCEMENT.contains(mode.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.ENFORCEMENT_MODE_UNKNOWN,
                    Faults.below(pointer, "enforcementMode"),
                    "'%s' is no enforcement mode.".formatted(mode));
        }
        var where = scope.orElse(Scope.TENANT);
        var assignment =
                new Assignment(
                        id.isEmpty() ? idAt(where, "policyAssignments", name) : id,
                        name,
                        properties.getIgnoreCase("displayName").textOr(name),
                        definitionId,
                        properties.getIgnoreCase("definitionVersion").asText().orElse(null),
                        where,
                        notScopes(properties, pointer, faults),
                        parameters(properties, pointer, faults),
                        mode.equalsIgnoreCase("Default"),
                        messages(properties, pointer, faults),
                        ResourceSelector.read(
                                properties.getIgnoreCase("resourceSelectors"),
                                Faults.below(pointer, "resourceSelectors"),
                                faults),
                        overrides(properties, pointer, faults),
                        document.getIgnoreCase("identity"),
                        document.getIgnoreCase("location").asText().orElse(null),
                        properties.getIgnoreCase("metadata"),
                        document);
        return faults.errors().size() > errors ? Optional.empty() : Optional.of(assignment);
    }

    /// An assignment of a definition to everything, with an identity, as a document: what a test case of a policy is decided under.
    ///
    /// @param values plain values of parameters by name
    public static Dynamic assignmentToAll(String name, String definitionId, Dynamic values) {
        var parameters = Dynamic.bag();
        values.members()
                .forEach((parameter, value) ->
                        parameters.put(parameter, Dynamic.bag().put("value", value).build()));
        return Dynamic.bag()
                .put("id", idAt(Scope.TENANT, "policyAssignments", name))
                .put("name", name)
                .put("type", "Microsoft.Authorization/policyAssignments")
                .put("location", "global")
                .put("identity", Dynamic.bag().put("type", "SystemAssigned").build())
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("policyDefinitionId", definitionId)
                                .put("parameters", parameters.build())
                                .build())
                .build();
    }

    /// The ID of an object of Microsoft.Authorization at a scope.
    public static String idAt(Scope scope, String type, String name) {
        String at = scope instanceof Scope.Tenant ? "" : scope.id();
        return at + "/providers/Microsoft.Authorization/" + type + "/" + name;
    }

    /// The system's own, or one that a user made.
    private static void checkIdentity(Dynamic document, Faults faults) {
        var identity = document.getIgnoreCase("identity");
        if (identity.isNull()) {
            return;
        }
        String type = identity.getIgnoreCase("type").textOr("").toLowerCase(Locale.ROOT);
        boolean named = !identity.getIgnoreCase("userAssignedIdentities").members().isEmpty();
        if (!IDENTITIES.contains(type) || (type.equals("userassigned") && !named)) {
            faults.report(
                    PolicyFault.IDENTITY_MALFORMED,
                    MemberChecks.at(document, "", "identity"),
                    "An identity is SystemAssigned, None, or UserAssigned with its userAssignedIdentities.");
        }
    }

    private static boolean hasNoIdentity(Dynamic document) {
        return document.getIgnoreCase("identity")
                .getIgnoreCase("type")
                .textOr("None")
                .equalsIgnoreCase("None");
    }

    private static Dynamic properties(Dynamic document) {
        var properties = document.getIgnoreCase("properties");
        return properties instanceof Dynamic.Bag ? properties : document;
    }

    private static String pointer(Dynamic document) {
        return document.getIgnoreCase("properties") instanceof Dynamic.Bag ? "/properties" : "";
    }

    /// What an object with that ID is at; empty when the ID does not say it. The whole tenant is meant only by an ID that begins with the provider: taken for it, a
    /// misspelled one would put a policy in force everywhere, or exempt everything.
    private static Optional<Scope> scope(String id, String type) {
        String lower = id.toLowerCase(Locale.ROOT);
        String name = "/" + type.toLowerCase(Locale.ROOT) + "/";
        int end =
                Math.max(
                        lower.lastIndexOf("/providers/microsoft.authorization" + name),
                        lower.lastIndexOf("/providers/microsoft.policyinsights" + name));
        return end < 0 ? Optional.empty() : Scope.tryParse(id.substring(0, end));
    }

    private static List<Scope> notScopes(Dynamic properties, String pointer, Faults faults) {
        var node = properties.getIgnoreCase("notScopes");
        String at = Faults.below(pointer, "notScopes");
        List<Scope> scopes = new ArrayList<>();
        if ((!node.isNull() && !(node instanceof Dynamic.Array))
                || node.items().size() > MAX_NOT_SCOPES) {
            faults.report(
                    PolicyFault.NOT_SCOPES_MALFORMED,
                    at,
                    "'notScopes' must be an array of at most %d scopes.".formatted(MAX_NOT_SCOPES));
        }
        for (int i = 0; i < node.items().size(); i++) {
            // An empty text would be the whole tenant: the assignment would hold nowhere.
            String written = node.items().get(i).textOr("");
            var scope = written.isBlank() ? Optional.<Scope>empty() : Scope.tryParse(written);
            if (scope.isPresent()) {
                scopes.add(scope.get());
            } else {
                faults.report(
                        PolicyFault.NOT_SCOPES_MALFORMED,
                        Faults.below(at, i),
                        "'%s' is no scope.".formatted(written));
            }
        }
        return scopes;
    }

    private static Map<String, Dynamic> parameters(
            Dynamic properties, String pointer, Faults faults) {
        var node = properties.getIgnoreCase("parameters");
        String at = Faults.below(pointer, "parameters");
        Map<String, Dynamic> values = new LinkedHashMap<>();
        if (!node.isNull() && !(node instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.ASSIGNMENT_PARAMETERS_MALFORMED,
                    at,
                    "'parameters' must be an object.");
        }
        node.members()
                .forEach((name, value) -> {
                    if (value instanceof Dynamic.Bag && !value.getIgnoreCase("value").isNull()) {
                        values.put(name, value.getIgnoreCase("value"));
                    } else {
                        faults.report(
                                PolicyFault.ASSIGNMENT_PARAMETERS_MALFORMED,
                                Faults.below(at, name),
                                "A parameter is given as {\"value\": ...}.");
                    }
                });
        return values;
    }

    private static List<Assignment.NonComplianceMessage> messages(
            Dynamic properties, String pointer, Faults faults) {
        var node = properties.getIgnoreCase("nonComplianceMessages");
        List<Assignment.NonComplianceMessage> messages = new ArrayList<>();
        if (!node.isNull() && !(node instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.NON_COMPLIANCE_MESSAGE_MALFORMED,
                    MemberChecks.at(properties, pointer, "nonComplianceMessages"),
                    "'nonComplianceMessages' must be an array.");
        }
        for (int i = 0; i < node.items().size(); i++) {
            var item = node.items().get(i);
            if (!(item.getIgnoreCase("message") instanceof Dynamic.Text(var text))) {
                faults.report(
                        PolicyFault.NON_COMPLIANCE_MESSAGE_MALFORMED,
                        Faults.below(Faults.below(pointer, "nonComplianceMessages"), i),
                        "A non-compliance message has a 'message'.");
                continue;
            }
            MemberChecks.texts(
                    item,
                    Faults.below(Faults.below(pointer, "nonComplianceMessages"), i),
                    faults,
                    "policyDefinitionReferenceId");
            messages.add(
                    new Assignment.NonComplianceMessage(
                            text,
                            item.getIgnoreCase("policyDefinitionReferenceId")
                                    .asText()
                                    .orElse(null)));
        }
        return messages;
    }

    private static List<Assignment.EffectOverride> overrides(
            Dynamic properties, String pointer, Faults faults) {
        var node = properties.getIgnoreCase("overrides");
        String at = Faults.below(pointer, "overrides");
        List<Assignment.EffectOverride> overrides = new ArrayList<>();
        if ((!node.isNull() && !(node instanceof Dynamic.Array))
                || node.items().size() > MAX_OVERRIDES) {
            faults.report(
                    PolicyFault.OVERRIDE_MALFORMED,
                    at,
                    "'overrides' must be an array of at most %d.".formatted(MAX_OVERRIDES));
        }
        for (int i = 0; i < node.items().size(); i++) {
            var item = node.items().get(i);
            String itemAt = Faults.below(at, i);
            String kind = item.getIgnoreCase("kind").textOr("").toLowerCase(Locale.ROOT);
            String value = item.getIgnoreCase("value").textOr("");
            var effect = EffectKind.parse(value);
            boolean ofEffect = kind.equals("policyeffect") && effect.isPresent();
            // `definitionVersion` is what the example of the REST description sends.
            boolean ofVersion =
                    (kind.equals("policyversion") || kind.equals("definitionversion"))
                            && !value.isEmpty();
            if (!ofEffect && !ofVersion) {
                faults.report(
                        PolicyFault.OVERRIDE_MALFORMED,
                        itemAt,
                        "An override has the kind policyEffect or policyVersion and a value of it.");
                continue;
            }
            overrides.add(
                    new Assignment.EffectOverride(
                            ofEffect ? effect.get() : null,
                            ofVersion ? value : null,
                            Selector.read(
                                    item.getIgnoreCase("selectors"),
                                    Faults.below(itemAt, "selectors"),
                                    Selector.OF_OVERRIDES,
                                    faults)));
        }
        return overrides;
    }

    /// The exemption; empty when an error was reported.
    public static Optional<Exemption> exemption(Dynamic document, Faults faults) {
        int errors = faults.errors().size();
        var properties = properties(document);
        String pointer = pointer(document);
        String assignment = properties.getIgnoreCase("policyAssignmentId").textOr("");
        String id = document.getIgnoreCase("id").textOr("");
        if (assignment.isEmpty()) {
            faults.report(
                    PolicyFault.EXEMPTION_WITHOUT_ASSIGNMENT,
                    pointer,
                    "The exemption names no policyAssignmentId.");
        }
        String category = properties.getIgnoreCase("exemptionCategory").textOr("");
        if (!category.equalsIgnoreCase("Waiver") && !category.equalsIgnoreCase("Mitigated")) {
            faults.report(
                    PolicyFault.EXEMPTION_CATEGORY_UNKNOWN,
                    pointer,
                    "An exemption's category is Waiver or Mitigated, not '%s'."
                            .formatted(category));
        }
        MemberChecks.texts(document, "", faults, "id", "name");
        MemberChecks.described(properties, pointer, faults);
        MemberChecks.texts(properties, pointer, faults, "assignmentScopeValidation");
        var scope = scope(id, "policyExemptions");
        if (scope.isEmpty()) {
            faults.report(
                    PolicyFault.EXEMPTION_WITHOUT_SCOPE,
                    pointer,
                    "The exemption has no ID that says what it exempts.");
        }
        String validation = properties.getIgnoreCase("assignmentScopeValidation").textOr("Default");
        if (!Set.of("default", "donotvalidate").contains(validation.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.SCOPE_VALIDATION_UNKNOWN,
                    MemberChecks.at(properties, pointer, "assignmentScopeValidation"),
                    "The validation of the assignment's scope is Default or DoNotValidate.");
        }
        var references = references(properties, pointer, faults);
        var exemption =
                new Exemption(
                        id,
                        document.getIgnoreCase("name")
                                .textOr(id.substring(id.lastIndexOf('/') + 1)),
                        scope.orElse(Scope.TENANT),
                        assignment,
                        references,
                        category,
                        instant(properties, "expiresOn", pointer, faults),
                        ResourceSelector.read(
                                properties.getIgnoreCase("resourceSelectors"),
                                Faults.below(pointer, "resourceSelectors"),
                                faults),
                        document);
        return faults.errors().size() > errors ? Optional.empty() : Optional.of(exemption);
    }

    /// The members that an exemption names, lower case; none when it is of all.
    private static Set<String> references(Dynamic properties, String pointer, Faults faults) {
        var written = properties.getIgnoreCase("policyDefinitionReferenceIds");
        Set<String> references = new HashSet<>();
        for (var reference : written.items()) {
            reference.asText().map(id -> id.toLowerCase(Locale.ROOT)).ifPresent(references::add);
        }
        // Were it read past, all members would be exempt.
        boolean isList =
                written instanceof Dynamic.Array(var items)
                        && items.stream().allMatch(Dynamic.Text.class::isInstance);
        if (!written.isNull() && !isList) {
            faults.report(
                    PolicyFault.EXEMPTION_REFERENCES_MALFORMED,
                    MemberChecks.at(properties, pointer, "policyDefinitionReferenceIds"),
                    "'policyDefinitionReferenceIds' must be an array of reference IDs.");
        }
        return references;
    }

    /// The attestation; empty when an error was reported.
    public static Optional<Attestation> attestation(Dynamic document, Faults faults) {
        int errors = faults.errors().size();
        var properties = properties(document);
        String pointer = pointer(document);
        String id = document.getIgnoreCase("id").textOr("");
        MemberChecks.texts(document, "", faults, "id", "name");
        MemberChecks.texts(
                properties,
                pointer,
                faults,
                "complianceState",
                "policyDefinitionReferenceId",
                "owner",
                "comments",
                "assessmentDate");
        var scope = scope(id, "attestations");
        if (properties.getIgnoreCase("policyAssignmentId").textOr("").isEmpty()
                || scope.isEmpty()) {
            faults.report(
                    PolicyFault.ATTESTATION_INCOMPLETE,
                    pointer,
                    "An attestation has an ID below what it attests, and a policyAssignmentId.");
        }
        String state = properties.getIgnoreCase("complianceState").textOr("Unknown");
        if (!Set.of("compliant", "noncompliant", "unknown")
                .contains(state.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.ATTESTATION_STATE_UNKNOWN,
                    Faults.below(pointer, "complianceState"),
                    "An attestation says Compliant, NonCompliant or Unknown.");
        }
        var attestation =
                new Attestation(
                        id,
                        document.getIgnoreCase("name")
                                .textOr(id.substring(id.lastIndexOf('/') + 1)),
                        scope.orElse(Scope.TENANT),
                        properties.getIgnoreCase("policyAssignmentId").textOr(""),
                        properties
                                .getIgnoreCase("policyDefinitionReferenceId")
                                .asText()
                                .filter(text -> !text.isEmpty())
                                .orElse(null),
                        state,
                        instant(properties, "expiresOn", pointer, faults),
                        document);
        return faults.errors().size() > errors ? Optional.empty() : Optional.of(attestation);
    }

    private static @Nullable Instant instant(
            Dynamic properties, String member, String pointer, Faults faults) {
        var written = properties.getIgnoreCase(member);
        if (written.isNull()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(written.textOr("")).toInstant();
        } catch (DateTimeParseException unreadable) {
            faults.report(
                    PolicyFault.EXPIRES_ON_MALFORMED,
                    Faults.below(pointer, member),
                    "'%s' is no time of the form 2026-01-31T12:00:00Z."
                            .formatted(written.textOr("")));
            return null;
        }
    }
}
