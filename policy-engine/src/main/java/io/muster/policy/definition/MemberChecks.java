package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Members;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;

/// What the members that definitions, initiatives, assignments and exemptions have in common must be.
final class MemberChecks {
    private static final int MAX_DISPLAY_NAME = 128;
    private static final int MAX_DESCRIPTION = 512;

    private MemberChecks() {}

    /// Where a member stands, as it is spelled there.
    static String at(Dynamic object, String pointer, String member) {
        return Faults.below(pointer, Members.spelling(object, member));
    }

    /// Reports members that are there and are no texts.
    static void texts(Dynamic object, String pointer, Faults faults, String... names) {
        for (var name : names) {
            var value = object.getIgnoreCase(name);
            if (!value.isNull() && !(value instanceof Dynamic.Text)) {
                faults.report(
                        PolicyFault.MEMBER_NOT_TEXT,
                        at(object, pointer, name),
                        "'%s' must be a text.".formatted(name));
            }
        }
    }

    /// What people read of a definition or initiative, and its `metadata`.
    static void described(Dynamic properties, String pointer, Faults faults) {
        texts(properties, pointer, faults, "displayName", "description");
        checkLength(
                properties,
                "displayName",
                MAX_DISPLAY_NAME,
                PolicyFault.DISPLAY_NAME_TOO_LONG,
                pointer,
                faults);
        checkLength(
                properties,
                "description",
                MAX_DESCRIPTION,
                PolicyFault.DESCRIPTION_TOO_LONG,
                pointer,
                faults);
        var metadata = properties.getIgnoreCase("metadata");
        if (!metadata.isNull() && !(metadata instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.METADATA_NOT_OBJECT,
                    at(properties, pointer, "metadata"),
                    "'metadata' must be an object.");
        }
    }

    private static void checkLength(
            Dynamic properties,
            String member,
            int maximum,
            PolicyFault fault,
            String pointer,
            Faults faults) {
        // Microsoft's own definitions are longer now and then.
        boolean builtIn =
                properties.getIgnoreCase("policyType").textOr("").equalsIgnoreCase("BuiltIn");
        String text = properties.getIgnoreCase(member).textOr("");
        if (text.length() > maximum && !builtIn) {
            faults.report(
                    fault,
                    at(properties, pointer, member),
                    "'%s' has %d characters; %d are allowed."
                            .formatted(member, text.length(), maximum));
        }
    }
}
