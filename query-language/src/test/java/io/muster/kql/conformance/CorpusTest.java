package io.muster.kql.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The engine against a corpus of recorded answers, where that is at hand beside the project.
class CorpusTest {
    static Path shared(String file) {
        var path = Path.of(System.getProperty("muster.root", "."), "..", "shared", file);
        Assumptions.assumeTrue(Files.exists(path), () -> "not at hand: " + path);
        return path;
    }

    @Test
    void nearlyAllRecordedAnswersAreGiven() throws Exception {
        Map<String, int[]> counts = new HashMap<>();
        for (var testCase : KqlConformance.read(shared("corpus/kql/doc-examples.jsonl"))) {
            var outcome = KqlConformance.run(testCase);
            counts.computeIfAbsent(outcome.group(), g -> new int[2])[
                    outcome.status().equals("pass") ? 0 : 1]++;
        }
        assertThat(share(counts, "kusto-emulator")).isGreaterThan(0.99);
        assertThat(share(counts, "peer")).isGreaterThan(0.99);
        assertThat(share(counts, "docs")).isGreaterThan(0.93);
    }

    private static double share(Map<String, int[]> counts, String group) {
        int[] count = counts.getOrDefault(group, new int[] {0, 1});
        return (double) count[0] / (count[0] + count[1]);
    }
}
