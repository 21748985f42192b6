package io.muster.policy.condition;

import java.util.Locale;

/// What a `field` names.
public sealed interface FieldReference {

    /// The members that every resource has, by their wire names.
    enum BuiltIn {
        NAME("name"),
        FULL_NAME("fullName"),
        TYPE("type"),
        KIND("kind"),
        ID("id"),
        LOCATION("location"),
        TAGS("tags"),
        IDENTITY_TYPE("identity.type"),
        IDENTITY_USER_ASSIGNED("identity.userAssignedIdentities"),
        /// The version of the request or document; not documented, but policies use it.
        API_VERSION("apiVersion");

        private final String wireName;

        BuiltIn(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// One of the built-in names.
    record Known(BuiltIn field) implements FieldReference {}

    /// The tag of that name; tag names ignore case.
    record Tag(String name) implements FieldReference {}

    /// An alias, or whatever else the field resolver knows. `key` is the lower-case name.
    record Alias(String name, String key) implements FieldReference {
        public Alias(String name) {
            this(name, name.toLowerCase(Locale.ROOT));
        }
    }

    /// Reads a field name as written.
    static FieldReference parse(String name) {
        for (var known : BuiltIn.values()) {
            if (known.wireName.equalsIgnoreCase(name)) {
                return new Known(known);
            }
        }
        if (name.length() > 5 && name.regionMatches(true, 0, "tags", 0, 4)) {
            if (name.charAt(4) == '.') {
                return new Tag(name.substring(5));
            }
            if (name.charAt(4) == '[' && name.endsWith("]")) {
                String inside = name.substring(5, name.length() - 1);
                boolean quoted =
                        inside.length() >= 2 && inside.startsWith("'") && inside.endsWith("'");
                return new Tag(
                        quoted
                                ? inside.substring(1, inside.length() - 1).replace("''", "'")
                                : inside);
            }
        }
        return new Alias(name);
    }

    /// The name as policies spell it.
    default String text() {
        return switch (this) {
            case Known(var field) -> field.wireName;
            case Tag(var name) -> "tags['" + name + "']";
            case Alias(var name, _) -> name;
        };
    }
}
