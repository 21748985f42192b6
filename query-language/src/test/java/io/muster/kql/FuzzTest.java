package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.kql.exec.QueryStoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Queries of the spec files, cut, doubled, crossed and sprinkled: diagnostics or rows, never anything else, and never without end.
class FuzzTest {
    private static final long SEED = 71;
    private static final List<String> PIECES =
            List.of(
                    "|",
                    "(",
                    ")",
                    "[",
                    "]",
                    "{",
                    "}",
                    ",",
                    ";",
                    "'",
                    "\"",
                    "`",
                    "..",
                    "=",
                    "=>",
                    "by",
                    "where ",
                    " summarize ",
                    "let ",
                    "dynamic(",
                    "datetime(",
                    "-",
                    "9223372036854775808",
                    "1e999",
                    "\\",
                    "\u0000",
                    "é",
                    "\uD83D\uDE00",
                    "*",
                    "$left.",
                    "//",
                    "\n",
                    "to typeof(");
    private static final QueryOptions LIMITS =
            QueryOptions.DEFAULT
                    .withTimeLimit(Duration.ofSeconds(5))
                    .withMemoryLimit(64L << 20)
                    .withMaxRows(100_000);

    @Test
    void mutatedQueriesGiveDiagnosticsOrRows() {
        var corpus = new ArrayList<String>();
        for (var file : SpecSuite.of(getClass(), "spec").files()) {
            file.cases().forEach(c -> corpus.add(c.require("query").text()));
        }
        var random = new SplittableRandom(SEED);
        int tries =
                Integer.getInteger(
                        "muster.fuzz", Boolean.getBoolean("muster.exhaustive") ? 100_000 : 400);
        for (int i = 0; i < tries; i++) {
            String text = corpus.get(random.nextInt(corpus.size()));
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                text = mutated(text, corpus, random);
            }
            run(text, i);
        }
        assertThat(corpus).isNotEmpty();
    }

    private static void run(String text, int number) {
        try {
            Kql.run(text, Tables.catalog(Tables.resources("resources")), LIMITS);
        } catch (DiagnosticException | QueryStoppedException told) {
            assertThat(told.getMessage()).isNotBlank();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failed) {
            throw new AssertionError("seed " + SEED + ", text " + number + ":\n" + text, failed);
        }
    }

    private static String mutated(String text, List<String> corpus, SplittableRandom random) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + 1 + random.nextInt(20));
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, end) + text.substring(at, end) + text.substring(end);
            case 2 ->
                    text.substring(0, at)
                            + PIECES.get(random.nextInt(PIECES.size()))
                            + text.substring(at);
            case 3 -> {
                String other = corpus.get(random.nextInt(corpus.size()));
                int from = random.nextInt(other.length() + 1);
                yield text.substring(0, at) + other.substring(from);
            }
            default -> {
                var swapped = new StringBuilder(text);
                if (!text.isEmpty()) {
                    swapped.setCharAt(
                            random.nextInt(text.length()), (char) (32 + random.nextInt(95)));
                }
                yield swapped.toString();
            }
        };
    }
}
