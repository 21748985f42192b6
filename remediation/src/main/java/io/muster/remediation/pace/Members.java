package io.muster.remediation.pace;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Members of a request, read to the letter: what is misspelt or of another form is refused, never taken for left out. A filter that is dropped in silence would
/// have every machine changed.
public final class Members {
    private Members() {}

    /// @param what as an error names it: `a filter`
    /// @return the bag itself
    /// @throws IllegalArgumentException when it is none, or has a member of another name
    public static Dynamic only(Dynamic bag, String what, List<String> names) {
        if (!(bag instanceof Dynamic.Bag(var members))) {
            throw new IllegalArgumentException("The form of " + what + " is an object.");
        }
        for (var name : members.keySet()) {
            if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                throw new IllegalArgumentException(
                        "The property '"
                                + name
                                + "' of "
                                + what
                                + " is not known: "
                                + String.join(", ", names)
                                + " are.");
            }
        }
        return bag;
    }

    /// The items of an array; none where there is no such member.
    ///
    /// @throws IllegalArgumentException when it is no array
    public static List<Dynamic> items(Dynamic bag, String name) {
        return switch (bag.getIgnoreCase(name)) {
            case Dynamic.Null() -> List.of();
            case Dynamic.Array(var items) -> items;
            default -> throw wrong(name, "an array");
        };
    }

    /// @throws IllegalArgumentException when it is no array of texts
    public static List<String> texts(Dynamic bag, String name) {
        List<String> texts = new ArrayList<>();
        for (var item : items(bag, name)) {
            texts.add(item.asText().orElseThrow(() -> wrong(name, "an array of texts")));
        }
        return texts;
    }

    /// @throws IllegalArgumentException when it is there and no text
    public static Optional<String> text(Dynamic bag, String name) {
        return switch (bag.getIgnoreCase(name)) {
            case Dynamic.Null() -> Optional.empty();
            case Dynamic.Text(var text) -> Optional.of(text);
            default -> throw wrong(name, "a text");
        };
    }

    /// @return null where there is no such member
    /// @throws IllegalArgumentException when it is there and neither true nor false
    public static @Nullable Boolean flag(Dynamic bag, String name) {
        return switch (bag.getIgnoreCase(name)) {
            case Dynamic.Null() -> null;
            case Dynamic.Bool(var yes) -> yes;
            default -> throw wrong(name, "true or false");
        };
    }

    private static IllegalArgumentException wrong(String name, String form) {
        return new IllegalArgumentException("The property '" + name + "' must be " + form + ".");
    }
}
