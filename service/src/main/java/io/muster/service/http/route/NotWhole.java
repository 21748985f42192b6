package io.muster.service.http.route;

import java.util.List;
import java.util.Optional;

/// The header by which an answer says that not all it rests on was collected whole.
public final class NotWhole {
    public static final String HEADER = "x-muster-not-whole";
    private static final int MOST = 2_000;

    private NotWhole() {}

    /// @param readings those that were not whole, a sentence each; empty leaves the answer as it is
    public static ArmAnswer on(ArmAnswer answer, List<String> readings) {
        return text(readings).map(text -> answer.withHeader(HEADER, text)).orElse(answer);
    }

    /// The header's value, empty when all was whole: what a header may hold has no line breaks, is ASCII, and of a length that every client takes.
    public static Optional<String> text(List<String> sentences) {
        if (sentences.isEmpty()) {
            return Optional.empty();
        }
        String text = String.join(" | ", sentences).replaceAll("[^\\x20-\\x7E]+", "?");
        return Optional.of(text.length() <= MOST ? text : text.substring(0, MOST - 3) + "...");
    }
}
