package io.muster.policy.effect;

import io.muster.core.value.Dynamic;

/// An effect with its details as parsed.
public sealed interface Effect
        permits AddToNetworkGroup,
                Append,
                Audit,
                AuditAction,
                AuditIfNotExists,
                Deny,
                DenyAction,
                DeployIfNotExists,
                Disabled,
                Manual,
                Modify,
                Mutate {

    EffectKind kind();

    /// Reads the details of an effect; faults go to the reader's collector and what is missing reads as empty.
    static Effect read(EffectKind kind, Dynamic details, String pointer, EffectReader reader) {
        return switch (kind) {
            case DISABLED -> new Disabled();
            case AUDIT -> new Audit();
            case DENY -> new Deny();
            case APPEND -> Append.read(details, pointer, reader);
            case MODIFY -> Modify.read(details, pointer, reader);
            case MANUAL -> Manual.read(details, pointer, reader);
            case DENY_ACTION -> DenyAction.read(details, pointer, reader);
            case AUDIT_IF_NOT_EXISTS ->
                    new AuditIfNotExists(RelatedDetails.read(details, pointer, reader));
            case DEPLOY_IF_NOT_EXISTS -> DeployIfNotExists.read(details, pointer, reader);
            case MUTATE -> new Mutate(details);
            case ADD_TO_NETWORK_GROUP -> new AddToNetworkGroup(details);
            case AUDIT_ACTION -> new AuditAction(details);
        };
    }
}
