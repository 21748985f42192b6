package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.spec.SpecSuite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every code that the language can answer with has a case that brings it about.
class DiagnosticCodesTest {
    private static final Pattern CODE =
            Pattern.compile(
                    "\"((?:KS|SEM0)\\d{3}|(?:query|option|range|not|arg)-[a-z-]+|Disallowed[A-Za-z]+)[\" ]");

    private static Path module() {
        return Path.of(System.getProperty("muster.root", ".."), "query-language");
    }

    private static String texts(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(module().resolve(folder))) {
            return files.filter(f -> f.toString().endsWith(".java"))
                    .map(DiagnosticCodesTest::text)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Set<String> codes(String sources) {
        return CODE.matcher(sources)
                .results()
                .map((MatchResult m) -> m.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyCodeHasACase() throws IOException {
        var known = codes(texts("src/main/java"));
        assertThat(known).hasSizeGreaterThan(60);
        var shown = codes(texts("src/test/java"));
        for (var file : SpecSuite.of(getClass(), "spec").files()) {
            for (var spec : file.cases()) {
                for (String section : new String[] {"error", "notes"}) {
                    spec.section(section)
                            .ifPresent(
                                    s -> s.text().lines().forEach(l -> shown.add(l.split(" ")[0])));
                }
            }
        }
        known.removeAll(shown);
        assertThat(known).isEmpty();
    }
}
