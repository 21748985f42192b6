package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.conformance.KqlConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Queries that Resource Graph's documentation and Azure's reliability library publish.
class SampleQueriesTest {
    @Test
    void everyPublishedQueryBindsAndRunsOverEmptyTables() throws Exception {
        var path =
                Path.of(
                        System.getProperty("muster.root", "."),
                        "../shared/corpus/resource-graph/sample-queries.jsonl");
        Assumptions.assumeTrue(Files.exists(path), () -> "not at hand: " + path);
        var refused = new ArrayList<String>();
        for (var sample : KqlConformance.read(path)) {
            try {
                Kql.run(
                        sample.get("query").textOr(""),
                        Tables.emptyResourceGraph(),
                        QueryOptions.DEFAULT);
            } catch (DiagnosticException fault) {
                refused.add(sample.get("id").textOr("") + ": " + fault.getMessage());
            }
        }
        assertThat(refused).isEmpty();
    }
}
