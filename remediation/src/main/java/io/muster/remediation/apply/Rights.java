package io.muster.remediation.apply;

import java.util.List;
import java.util.Locale;

/// What the credential may do at a scope, as ARM tells it (`Microsoft.Authorization/permissions`).
///
/// @param client who it is, as its token says: an application's id or a user's name; empty when it does not say
/// @param objectId of the principal; empty when the token does not say
/// @param permissions each by itself: what one leaves out another may still give
public record Rights(String client, String objectId, List<Permission> permissions) {
    public Rights {
        permissions = List.copyOf(permissions);
    }

    /// @param actions with `*` for any text
    /// @param notActions what of them is left out
    public record Permission(List<String> actions, List<String> notActions) {
        public Permission {
            actions = List.copyOf(actions);
            notActions = List.copyOf(notActions);
        }

        boolean allows(String action) {
            return actions.stream().anyMatch(pattern -> matches(pattern, action))
                    && notActions.stream().noneMatch(pattern -> matches(pattern, action));
        }
    }

    /// @param action as `Microsoft.Compute/virtualMachines/write`
    public boolean allows(String action) {
        return permissions.stream().anyMatch(permission -> permission.allows(action));
    }

    /// Whether a text is what a pattern says, case apart; in time linear in both for each `*`.
    private static boolean matches(String pattern, String text) {
        var parts = pattern.toLowerCase(Locale.ROOT).split("\\*", -1);
        String left = text.toLowerCase(Locale.ROOT);
        if (parts.length == 1) {
            return left.equals(parts[0]);
        }
        String last = parts[parts.length - 1];
        if (!left.startsWith(parts[0])) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = left.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return left.length() - last.length() >= at && left.endsWith(last);
    }
}
