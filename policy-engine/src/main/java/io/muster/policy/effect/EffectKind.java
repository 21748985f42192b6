package io.muster.policy.effect;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The effects by name, with what the documentation says of each in short.
public enum EffectKind {
    DISABLED("disabled", "nothing is evaluated", "no state"),
    APPEND("append", "adds fields to the request, denies when one differs", "NonCompliant"),
    MODIFY("modify", "changes tags, identity or modifiable aliases of the request", "NonCompliant"),
    DENY("deny", "refuses the request", "NonCompliant"),
    AUDIT("audit", "warns in the activity log", "NonCompliant"),
    MANUAL("manual", "nothing", "the attestation, else the default state"),
    AUDIT_IF_NOT_EXISTS(
            "auditIfNotExists",
            "warns when no related resource satisfies the existence condition",
            "NonCompliant when no related resource satisfies"),
    DENY_ACTION("denyAction", "refuses the named action", "Protected"),
    DEPLOY_IF_NOT_EXISTS(
            "deployIfNotExists",
            "deploys a template when no related resource satisfies the existence condition",
            "NonCompliant when no related resource satisfies"),
    MUTATE("mutate", "Microsoft.Kubernetes.Data only; recognised, not evaluated", "no state"),
    ADD_TO_NETWORK_GROUP(
            "addToNetworkGroup",
            "Microsoft.Network.Data only; recognised, not evaluated",
            "no state"),
    AUDIT_ACTION("auditAction", "seen in one built-in; recognised, not evaluated", "no state");

    private final String wireName;
    private final String onRequest;
    private final String onScan;

    EffectKind(String wireName, String onRequest, String onScan) {
        this.wireName = wireName;
        this.onRequest = onRequest;
        this.onScan = onScan;
    }

    public String wireName() {
        return wireName;
    }

    /// What it does when a resource is created or updated, in short.
    public String onRequest() {
        return onRequest;
    }

    /// The state of a matching resource in a scan, in short.
    public String onScan() {
        return onScan;
    }

    /// As Policy Insights writes it: `policyDefinitionAction` is lower case.
    public String action() {
        return wireName.toLowerCase(Locale.ROOT);
    }

    /// Whether a related resource decides.
    public boolean isIfNotExists() {
        return this == AUDIT_IF_NOT_EXISTS || this == DEPLOY_IF_NOT_EXISTS;
    }

    /// Whether a remediation task can mend what it found.
    public boolean isRemediable() {
        return this == MODIFY || this == DEPLOY_IF_NOT_EXISTS;
    }

    /// Whether resources of Azure Resource Manager get a state from it at all.
    public boolean isEvaluated() {
        return switch (this) {
            case DISABLED, MUTATE, ADD_TO_NETWORK_GROUP, AUDIT_ACTION -> false;
            case APPEND,
                    MODIFY,
                    DENY,
                    AUDIT,
                    MANUAL,
                    AUDIT_IF_NOT_EXISTS,
                    DENY_ACTION,
                    DEPLOY_IF_NOT_EXISTS ->
                    true;
        };
    }

    /// The effect of that name, ignoring case.
    public static Optional<EffectKind> parse(String name) {
        for (var kind : values()) {
            if (kind.wireName.equalsIgnoreCase(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /// In the order in which a request meets them.
    public static List<EffectKind> inOrder() {
        return List.of(values());
    }
}
