package io.muster.policy.expression.function;

import io.muster.policy.expression.EvaluationFailure;
import java.util.List;

/// Resource IDs put together from a scope, a type and names.
public final class ResourceIds {
    private ResourceIds() {}

    /// `scope/providers/Ns/t1/n1/t2/n2`; a name may hold several segments (`n1/n2`).
    public static String below(String scope, String type, List<String> names)
            throws EvaluationFailure {
        // Built-ins write `Microsoft.Resources/resourceGroups/`, and ARM takes it.
        String[] types =
                (type.endsWith("/") ? type.substring(0, type.length() - 1) : type).split("/", -1);
        String[] all = String.join("/", names).split("/", -1);
        if (types.length < 2 || all.length != types.length - 1) {
            throw new EvaluationFailure(
                    "the resource type '%s' needs %d name%s"
                            .formatted(
                                    type,
                                    Math.max(1, types.length - 1),
                                    types.length == 2 ? "" : "s"));
        }
        var out = new StringBuilder(scope).append("/providers/").append(types[0]);
        for (int i = 1; i < types.length; i++) {
            out.append('/').append(types[i]).append('/').append(all[i - 1]);
        }
        return out.toString();
    }
}
