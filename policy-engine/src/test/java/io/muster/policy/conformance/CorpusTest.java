package io.muster.policy.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CorpusTest {

    private static Path corpus(String name) {
        var file =
                Path.of(System.getProperty("muster.root", ".."))
                        .resolve("../shared/corpus/azure-policy")
                        .resolve(name)
                        .normalize();
        assumeTrue(Files.exists(file), "the corpus is not there: " + file);
        return file;
    }

    private interface Run {
        int into(PrintStream out) throws Exception;
    }

    private static List<String> lines(Run run) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            run.into(out);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static double share(List<String> lines) {
        String[] words = lines.getLast().split(" ", -1);
        double passed = Integer.parseInt(words[0]);
        return passed / (passed + Integer.parseInt(words[2]));
    }

    @Test
    void soundEvaluationCasesPass() throws Exception {
        var file = corpus("evaluation-cases.jsonl");
        assertThat(share(lines(out -> PolicyConformance.policy(file, out))))
                .isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void availableFunctionsPass() throws Exception {
        var file = corpus("evaluation-functions.jsonl");
        assertThat(share(lines(out -> PolicyConformance.functions(file, out))))
                .isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void everyBuiltInDefinitionCompilesWithTheAliasTable() throws Exception {
        var file = corpus("builtin-definitions.jsonl.gz");
        var aliases = corpus("aliases.jsonl.gz");
        assertThat(share(lines(out -> PolicyConformance.definitions(file, aliases, out))))
                .isEqualTo(1);
    }

    @Test
    void everyBuiltInDefinitionCompilesByConvention() throws Exception {
        var file = corpus("builtin-definitions.jsonl.gz");
        assertThat(share(lines(out -> PolicyConformance.definitions(file, null, out))))
                .isEqualTo(1);
    }

    @Test
    void everyBuiltInInitiativeCompiles() throws Exception {
        var file = corpus("builtin-sets.jsonl.gz");
        assertThat(share(lines(out -> PolicyConformance.definitions(file, null, out))))
                .isEqualTo(1);
    }
}
