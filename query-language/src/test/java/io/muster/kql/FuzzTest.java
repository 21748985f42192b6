package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.kql.value.QueryStoppedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    /// Texts that once reached something no other text had, and go on being run.
    private static final String KEPT = "src/test/resources/fuzz/kept.kql";

    /// No text of the kept ones is longer, so that each can be read.
    private static final int KEPT_LENGTH = 400;

    private static final Pattern CALL = Pattern.compile("([a-z_0-9]+)\\s*\\(");
    private static final Pattern STEP = Pattern.compile("\\|\\s*([a-z-]+)");
    private static final List<String> FUNCTIONS =
            Stream.of(Kql.vocabulary().functions(), Kql.vocabulary().aggregates())
                    .flatMap(List::stream)
                    .toList();

    private static final String SEPARATOR = "\n----\n";

    private final FuzzCoverage coverage = new FuzzCoverage();

    /// What a mutated text reaches for the first time makes it a parent of further ones. `-Dmuster.fuzz=N` says how many texts, and
    /// `-Dmuster.fuzz.keep` writes the ones that reached something new to the kept ones.
    @Test
    void mutatedQueriesGiveDiagnosticsOrRows() throws IOException {
        var corpus = new ArrayList<String>();
        for (var file : SpecSuite.of(getClass(), "spec").files()) {
            file.cases().forEach(c -> corpus.add(c.require("query").text()));
        }
        var kept = new ArrayList<>(kept());
        corpus.addAll(kept);
        for (String text : corpus) {
            run(text, "as it stands");
        }
        var random = new SplittableRandom(SEED);
        int tries =
                Integer.getInteger(
                        "muster.fuzz", Boolean.getBoolean("muster.exhaustive") ? 200_000 : 400);
        for (int i = 0; i < tries; i++) {
            // The newest are the least explored.
            int from = random.nextInt(4) == 0 ? Math.max(0, corpus.size() - 50) : 0;
            String text = corpus.get(from + random.nextInt(corpus.size() - from));
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                text = mutated(text, corpus, random);
            }
            if (run(text, "text " + i) && text.length() <= KEPT_LENGTH) {
                corpus.add(text);
                if (StandardCharsets.UTF_8.newEncoder().canEncode(text)
                        && text.chars().allMatch(c -> c >= ' ' || c == '\n')) {
                    kept.add(text);
                }
            }
        }
        if (Boolean.getBoolean("muster.fuzz.keep")) {
            Files.writeString(keptFile(), String.join(SEPARATOR, kept));
        }
        assertThat(coverage.size()).isGreaterThan(300);
    }

    private static List<String> kept() throws IOException {
        return List.of(Files.readString(keptFile()).split(Pattern.quote(SEPARATOR)));
    }

    private static Path keptFile() {
        return Path.of(System.getProperty("muster.root", ".."), "query-language", KEPT);
    }

    /// @return whether the text reached something new
    private boolean run(String text, String name) {
        try {
            var query = Kql.prepare(text, Tables.catalog(Tables.resources("resources")), LIMITS);
            boolean fresh = coverage.planned(text, query.explain());
            query.run();
            return fresh;
        } catch (DiagnosticException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return coverage.refused(refused.diagnostics());
        } catch (QueryStoppedException stopped) {
            assertThat(stopped.getMessage()).isNotBlank();
            return coverage.stopped(stopped.code());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError failed) {
            throw new AssertionError("seed " + SEED + ", " + name + ":\n" + text, failed);
        }
    }

    private static String mutated(String text, List<String> corpus, SplittableRandom random) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + 1 + random.nextInt(20));
        return switch (random.nextInt(7)) {
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
            case 4 -> renamed(text, CALL, FUNCTIONS, random);
            case 5 -> renamed(text, STEP, Kql.vocabulary().operators(), random);
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

    /// One of the words that the pattern finds, as another word.
    private static String renamed(
            String text, Pattern pattern, List<String> names, SplittableRandom random) {
        var found = pattern.matcher(text).results().toList();
        if (found.isEmpty()) {
            return text;
        }
        var one = found.get(random.nextInt(found.size()));
        return text.substring(0, one.start(1))
                + names.get(random.nextInt(names.size()))
                + text.substring(one.end(1));
    }
}
