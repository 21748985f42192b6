package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.remediation.pace.Durations;
import io.muster.remediation.pace.Members;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which of the machines that no earlier ring has taken a ring takes.
public sealed interface RingSelector {
    /// The first ones by id.
    record Count(int count) implements RingSelector {
        public Count {
            if (count < 1) {
                throw new IllegalArgumentException("A ring's count must be at least 1.");
            }
        }
    }

    /// The first ones by id, as many as make that share of all machines of the campaign, rounded up.
    record Percentage(double percentage) implements RingSelector {
        public Percentage {
            if (!(percentage > 0 && percentage <= 100)) {
                throw new IllegalArgumentException(
                        "A ring's percentage must be above 0 and at most 100.");
            }
        }
    }

    /// Those with a tag.
    ///
    /// @param value compared ignoring case; null for any value
    record Tag(String name, @Nullable String value) implements RingSelector {}

    /// @param locations normalised
    record Locations(List<String> locations) implements RingSelector {
        public Locations {
            locations = locations.stream().map(Location::normalise).toList();
            if (locations.isEmpty()) {
                throw new IllegalArgumentException("A ring's locations must not be empty.");
            }
        }
    }

    /// Those that a query names in its column `id`.
    record Query(String kql) implements RingSelector {}

    /// All that are left.
    record Rest() implements RingSelector {}

    /// The query that tells the machines by what the inventory knows of them; null where none is needed.
    default @Nullable String kql() {
        return switch (this) {
            case Count _, Percentage _, Rest _ -> null;
            case Tag(var name, var value) ->
                    "resources | where isnotnull(tags["
                            + quoted(name)
                            + "])"
                            + (value == null
                                    ? ""
                                    : " and tostring(tags["
                                            + quoted(name)
                                            + "]) =~ "
                                            + quoted(value))
                            + " | project id";
            case Locations(var names) ->
                    "resources | where tolower(replace_string(location, ' ', '')) in ("
                            + String.join(", ", names.stream().map(RingSelector::quoted).toList())
                            + ") | project id";
            case Query(var text) -> text;
        };
    }

    private static String quoted(String text) {
        var out = new StringBuilder("'");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\'', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('\'').toString();
    }

    /// `{"count"}`, `{"percentage"}`, `{"tag": {"name", "value"?}}`, `{"locations"}`, `{"query"}` or `{"rest": true}`.
    default Dynamic toDynamic() {
        var out = Dynamic.bag();
        return switch (this) {
            case Count(int count) -> out.put("count", count).build();
            case Percentage(double share) -> out.put("percentage", Dynamic.of(share)).build();
            case Tag(var name, var value) ->
                    out.put(
                                    "tag",
                                    Dynamic.bag()
                                            .put("name", name)
                                            .putIfPresent("value", value)
                                            .build())
                            .build();
            case Locations(var names) ->
                    out.put("locations", Dynamic.array(names.stream().map(Dynamic::of).toList()))
                            .build();
            case Query(var kql) -> out.put("query", kql).build();
            case Rest() -> out.put("rest", true).build();
        };
    }

    /// Reads [#toDynamic]; nothing at all means the rest.
    ///
    /// @throws IllegalArgumentException that says what is wrong with it
    static RingSelector read(Dynamic value) {
        if (value.isNull()) {
            return new Rest();
        }
        if (!(value instanceof Dynamic.Bag(var members)) || members.size() != 1) {
            throw new IllegalArgumentException(
                    "A ring selects by exactly one of count, percentage, tag, locations, query and rest.");
        }
        String kind = members.keySet().iterator().next();
        var how = value.get(kind);
        return switch (kind.toLowerCase(Locale.ROOT)) {
            case "count" -> new Count(Numbers.whole(value, kind, 1, 1_000_000));
            case "percentage" -> new Percentage(Numbers.real(value, kind));
            case "tag" -> {
                Members.only(how, "a tag", List.of("name", "value"));
                yield new Tag(Durations.text(how, "name"), Members.text(how, "value").orElse(null));
            }
            case "locations" -> new Locations(Members.texts(value, kind));
            case "query" -> new Query(Durations.text(value, kind));
            case "rest" -> new Rest();
            default ->
                    throw new IllegalArgumentException(
                            "'"
                                    + kind
                                    + "' is no way to select a ring: count, percentage, tag, locations, query and rest are.");
        };
    }
}
