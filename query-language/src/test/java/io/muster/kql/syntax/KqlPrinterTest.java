package io.muster.kql.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.SourceText;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.kql.conformance.KqlConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is printed reads as the tree it was printed of.
class KqlPrinterTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "corpus/kql/doc-examples.jsonl",
                "corpus/resource-graph/sample-queries.jsonl"
            })
    void publishedQueriesReadAgainAsTheSameTree(String file) throws Exception {
        var path = Path.of(System.getProperty("muster.root", "."), "..", "shared", file);
        Assumptions.assumeTrue(Files.exists(path), () -> "not at hand: " + path);
        var differing = new ArrayList<String>();
        for (var testCase : KqlConformance.read(path)) {
            String query = testCase.get("query").textOr("");
            difference(query).ifPresent(d -> differing.add(testCase.get("id").textOr("") + d));
        }
        assertThat(differing).isEmpty();
    }

    @Test
    void queriesOfTheSpecFilesReadAgainAsTheSameTree() throws Exception {
        var differing = new ArrayList<String>();
        for (var file : SpecSuite.of(getClass(), "spec").files()) {
            for (var spec : file.cases()) {
                difference(spec.require("query").text())
                        .ifPresent(d -> differing.add(spec.name() + d));
            }
        }
        assertThat(differing).isEmpty();
    }

    @Test
    void randomTreesReadAgainAsTheSameTree() throws Exception {
        long seed = 20_241_121;
        var trees = new RandomTrees(new SplittableRandom(seed));
        for (int i = 0; i < 3000; i++) {
            var tree = new Query(List.of(trees.result()));
            String text = KqlPrinter.print(tree);
            assertThat(Trees.shape(parse(text)))
                    .as("seed %d, tree %d: %s", seed, i, text)
                    .isEqualTo(Trees.shape(tree));
        }
    }

    private static Query parse(String text) throws DiagnosticException {
        return KqlSyntax.parse(new SourceText("", text), SyntaxLimits.DEFAULT);
    }

    /// How the tree of a text differs from that of its print; empty when it does not, or when the text has faults.
    private static Optional<String> difference(String text) throws Exception {
        Query tree;
        try {
            tree = parse(text);
        } catch (DiagnosticException refused) {
            return Optional.empty();
        }
        String printed = KqlPrinter.print(tree);
        try {
            return Trees.shape(parse(printed)).equals(Trees.shape(tree))
                    ? Optional.empty()
                    : Optional.of(": reads otherwise: " + printed);
        } catch (DiagnosticException refused) {
            return Optional.of(": " + refused.getMessage() + " in " + printed);
        }
    }
}
