package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;

/// What a role lets do: each of its permissions by itself, so that what one leaves out another may still give. Immutable.
///
/// Source: azure/role-based-access-control/role-definitions.
record Role(List<Permission> permissions) {
    static final Role NONE = new Role(List.of());

    Role {
        permissions = List.copyOf(permissions);
    }

    /// Of the `permissions` of a role definition or a deny assignment.
    static Role of(Dynamic properties) {
        return new Role(
                properties.get("permissions").items().stream().map(Permission::of).toList());
    }

    boolean allows(String action) {
        for (var permission : permissions) {
            if (permission.allows(action)) {
                return true;
            }
        }
        return false;
    }

    boolean allowsData(String action) {
        for (var permission : permissions) {
            if (permission.allowsData(action)) {
                return true;
            }
        }
        return false;
    }

    /// What is left where those actions are denied.
    Role without(Role denied) {
        var left = permissions;
        for (var denial : denied.permissions) {
            left = left.stream().flatMap(p -> p.without(denial).stream()).toList();
        }
        return new Role(left);
    }

    /// @param actions with `*` for any text
    record Permission(
            List<String> actions,
            List<String> notActions,
            List<String> dataActions,
            List<String> notDataActions) {
        Permission {
            actions = List.copyOf(actions);
            notActions = List.copyOf(notActions);
            dataActions = List.copyOf(dataActions);
            notDataActions = List.copyOf(notDataActions);
        }

        static Permission of(Dynamic json) {
            return new Permission(
                    texts(json.get("actions")),
                    texts(json.get("notActions")),
                    texts(json.get("dataActions")),
                    texts(json.get("notDataActions")));
        }

        private static List<String> texts(Dynamic array) {
            return array.items().stream()
                    .flatMap(text -> text.asText().stream())
                    .filter(text -> !text.isBlank())
                    .toList();
        }

        boolean allows(String action) {
            return anyMatches(actions, action) && !anyMatches(notActions, action);
        }

        boolean allowsData(String action) {
            return anyMatches(dataActions, action) && !anyMatches(notDataActions, action);
        }

        private static boolean anyMatches(List<String> patterns, String action) {
            for (String pattern : patterns) {
                if (ActionPattern.matches(pattern, action)) {
                    return true;
                }
            }
            return false;
        }

        /// `a without (d but n)` is `a without d`, and of `a` what is in `n`.
        private List<Permission> without(Permission denied) {
            var left = new ArrayList<Permission>();
            left.add(
                    new Permission(
                            actions,
                            joined(notActions, denied.actions),
                            dataActions,
                            joined(notDataActions, denied.dataActions)));
            var spared =
                    new Permission(
                            met(actions, denied.actions, denied.notActions),
                            notActions,
                            met(dataActions, denied.dataActions, denied.notDataActions),
                            notDataActions);
            if (!spared.actions.isEmpty() || !spared.dataActions.isEmpty()) {
                left.add(spared);
            }
            return left;
        }

        private static List<String> joined(List<String> some, List<String> more) {
            var all = new ArrayList<>(some);
            more.stream().filter(text -> !all.contains(text)).forEach(all::add);
            return all;
        }

        private static List<String> met(
                List<String> actions, List<String> denied, List<String> spared) {
            return denied.isEmpty()
                    ? List.of()
                    : actions.stream()
                            .flatMap(a ->
                                    spared.stream().flatMap(s -> ActionPattern.both(a, s).stream()))
                            .distinct()
                            .toList();
        }

        /// In the form of the permissions API.
        Dynamic json() {
            return Dynamic.bag()
                    .put("actions", array(actions))
                    .put("notActions", array(notActions))
                    .put("dataActions", array(dataActions))
                    .put("notDataActions", array(notDataActions))
                    .build();
        }

        private static Dynamic array(List<String> texts) {
            return Dynamic.array(texts.stream().map(Dynamic::of).toList());
        }
    }
}
