package io.muster.service.http.route;

import java.util.List;

/// The header by which an answer says that not all it rests on was collected whole.
public final class NotWhole {
    private static final String HEADER = "x-muster-not-whole";
    private static final int MOST = 2_000;

    private NotWhole() {}

    /// @param readings those that were not whole, a sentence each; empty leaves the answer as it is
    public static ArmAnswer on(ArmAnswer answer, List<String> readings) {
        return readings.isEmpty() ? answer : answer.withHeader(HEADER, text(readings));
    }

    /// What a header may hold: no line breaks, ASCII, of a length that every client takes.
    private static String text(List<String> sentences) {
        String text = String.join(" | ", sentences).replaceAll("[^\\x20-\\x7E]+", "?");
        return text.length() <= MOST ? text : text.substring(0, MOST - 3) + "...";
    }
}
