package io.muster.service.query;

import io.muster.core.value.Dynamic;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A query and the values of its parameters.
///
/// @param text KQL
/// @param parameters values by name, for `declare query_parameters` or for names that nothing else in the text binds
public record Question(String text, Map<String, Dynamic> parameters) {
    public Question {
        parameters = Map.copyOf(parameters);
    }

    /// A query without parameters.
    public static Question of(String text) {
        return new Question(text, Map.of());
    }

    /// The same values for another text.
    public Question withText(String other) {
        return new Question(other, parameters);
    }

    /// A name that does not stand in the text: most often one that is misspelt.
    public Optional<String> unusedName() {
        return parameters.keySet().stream()
                .sorted()
                .filter(name ->
                        !Pattern.compile("(?<!\\w)" + Pattern.quote(name) + "(?!\\w)")
                                .matcher(text)
                                .find())
                .findFirst();
    }
}
