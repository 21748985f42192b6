package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.http.errors.ArmException;
import java.util.Locale;
import java.util.regex.Pattern;

/// A kind of policy object on the wire: its path, its names, and what it is called.
enum PolicyWire {
    DEFINITION(
            Kind.DEFINITION,
            "policyDefinitions",
            "PolicyDefinitionNotFound",
            64,
            "policy definition"),
    SET_DEFINITION(
            Kind.SET_DEFINITION,
            "policySetDefinitions",
            "PolicySetDefinitionNotFound",
            64,
            "policy set definition"),
    ASSIGNMENT(
            Kind.ASSIGNMENT,
            "policyAssignments",
            "PolicyAssignmentNotFound",
            64,
            "policy assignment"),
    EXEMPTION(
            Kind.EXEMPTION, "policyExemptions", "PolicyExemptionNotFound", 64, "policy exemption"),
    ATTESTATION(Kind.ATTESTATION, "attestations", "ResourceNotFound", 260, "attestation");

    /// The pattern of the specifications: none of `<>*%&:\?+/` nor a dot or blank at the end.
    private static final Pattern NAME = Pattern.compile("[^<>*%&:\\\\?+/]*[^<>*%&:\\\\?.+/ ]");

    private static final int MAX_NAME_AT_MANAGEMENT_GROUP = 24;

    private final Kind kind;
    private final String collection;
    private final String notFound;
    private final int maxName;
    private final String words;

    /// @param collection as the path spells it
    /// @param maxName characters of a name
    PolicyWire(Kind kind, String collection, String notFound, int maxName, String words) {
        this.kind = kind;
        this.collection = collection;
        this.notFound = notFound;
        this.maxName = maxName;
        this.words = words;
    }

    Kind kind() {
        return kind;
    }

    String words() {
        return words;
    }

    private String provider() {
        return this == ATTESTATION ? "Microsoft.PolicyInsights" : "Microsoft.Authorization";
    }

    /// What stands between a scope and a name.
    String path() {
        return "/providers/" + provider() + "/" + collection;
    }

    String type() {
        return provider() + "/" + collection;
    }

    String id(Scope scope, String name) {
        return scope.id() + path() + "/" + name;
    }

    /// Where an object is kept, in lower case.
    String scopeOf(Dynamic object) {
        String id = object.get("id").textOr("").toLowerCase(Locale.ROOT);
        int at = id.lastIndexOf(path().toLowerCase(Locale.ROOT));
        return at < 0 ? "" : id.substring(0, at);
    }

    ArmException missing(String name) {
        return new ArmException(
                404, notFound, "The %s '%s' could not be found.".formatted(words, name));
    }

    /// Refuses names and scopes that Azure has no such objects of.
    void requirePlace(Scope scope, String name) throws ArmException {
        int most =
                this == ASSIGNMENT && scope instanceof Scope.ManagementGroup
                        ? MAX_NAME_AT_MANAGEMENT_GROUP
                        : maxName;
        if (name.length() > most) {
            throw ArmException.badRequest(
                    "InvalidRequestUri",
                    "The name '%s' is longer than %d characters.".formatted(name, most));
        }
        if (!NAME.matcher(name).matches()) {
            throw ArmException.badRequest(
                    "InvalidRequestUri",
                    "The name '%s' has a character that a name may not have, or ends in a dot or a blank."
                            .formatted(name));
        }
        if (kind.isVersioned()
                && (scope instanceof Scope.ResourceGroup || scope instanceof Scope.Resource)) {
            throw ArmException.badRequest(
                    "InvalidScope",
                    "A %s is kept at a subscription or a management group, not at '%s'."
                            .formatted(words, scope.id()));
        }
    }
}
