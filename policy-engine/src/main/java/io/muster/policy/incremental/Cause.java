package io.muster.policy.incremental;

import java.util.Optional;

/// Why a verdict turned. Of several causes the first listed is named.
public enum Cause {
    /// The definition, its parameters, the initiative or the assignment changed, came or went.
    POLICY("policy"),
    /// The resource itself was created, changed or deleted.
    RESOURCE("resource"),
    /// A resource changed that the rule looks at beside the evaluated one: a child, a related resource, a gallery version.
    RELATED("relatedResource"),
    /// The resource group or the subscription changed, and the rule reads it.
    CONTAINER("container"),
    /// A subscription moved in the tree of management groups.
    HIERARCHY("managementGroups"),
    EXEMPTION("exemption"),
    ATTESTATION("attestation"),
    /// A date passed: of an exemption, of an attestation, of a version's end of life, or one that the rule computes.
    TIME("time"),
    /// Found by a scan that was not told what changed.
    SCAN("scan");

    private final String wireName;

    Cause(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    public static Optional<Cause> parse(String name) {
        for (var cause : values()) {
            if (cause.wireName.equals(name)) {
                return Optional.of(cause);
            }
        }
        return Optional.empty();
    }
}
