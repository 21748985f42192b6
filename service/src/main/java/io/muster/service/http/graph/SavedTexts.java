package io.muster.service.http.graph;

import io.muster.kql.Kql;
import io.muster.service.http.errors.ArmException;
import io.muster.service.store.SavedQueries;
import io.muster.service.store.SavedQuery;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// `{{id of a saved query}}` within a query stands for the saved text. A saved text may name others in turn; their number and the length
/// that comes of it are limited, so that two that name each other are a fault and not an endless text.
@Singleton
final class SavedTexts {
    private static final Pattern NAMED = Pattern.compile("\\{\\{\\s*(/[^{}]*?)\\s*\\}\\}");
    private static final int MOST = 20;
    private static final int MAX_LENGTH = 100_000;

    private final Function<String, Optional<String>> texts;

    SavedTexts(SavedQueries queries) {
        this.texts = id -> queries.findByIdIgnoreCase(id).map(SavedQuery::query);
    }

    /// The query with saved texts in their places.
    ///
    /// @throws ArmException when one is not there, or they are too many or too long
    String splice(String query) throws ArmException {
        String text = query;
        for (int n = 0; ; n++) {
            var named = NAMED.matcher(text);
            if (!named.find()) {
                return text;
            }
            String id = named.group(1);
            if (n == MOST) {
                throw GraphRequest.invalid(
                        "TooManySavedQueries",
                        "With the queries it names, the query has more than %d saved texts: the next is '%s'."
                                .formatted(MOST, id));
            }
            String saved =
                    texts.apply(id)
                            .orElseThrow(() ->
                                    GraphRequest.invalid(
                                            "SavedQueryNotFound",
                                            "There is no saved query '%s'.".formatted(id)));
            text =
                    text.substring(0, named.start())
                            + Kql.unended(saved)
                            + "\n"
                            + text.substring(named.end());
            if (text.length() > MAX_LENGTH) {
                throw GraphRequest.invalid(
                        "QueryTooLong",
                        "With its saved texts the query has more than %d characters."
                                .formatted(MAX_LENGTH));
            }
        }
    }
}
