package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int query(String... args) {
        String[] words = new String[args.length + 1];
        words[0] = "query";
        System.arraycopy(args, 0, words, 1, args.length);
        return Muster.run(
                new Streams(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                InstantSource.system(),
                words);
    }

    @Test
    void asManyWorkAtAQueryAsThereAreCores() {
        try (var workers = QueryCommand.workers()) {
            assertThat(workers.getParallelism())
                    .isEqualTo(Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    void explainShowsEachStepWithItsRowsBesideTheAnswer(@TempDir Path folder) throws Exception {
        var file = folder.resolve("one.json");
        Files.writeString(
                file,
                """
                [{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a","name":"a","type":"Microsoft.Web/sites"}]
                """);
        assertThat(
                        query(
                                "--input",
                                file.toString(),
                                "--format",
                                "csv",
                                "--param",
                                "wanted=a",
                                "--explain",
                                "resources | where name == wanted | project name"))
                .isEqualTo(ExitCode.FINE);
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("name", "a");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("where", "-- rows 1");
    }

    @Test
    void declaredParametersTakeTheWordsAsTheyAreWritten(@TempDir Path folder) throws Exception {
        var file = folder.resolve("none.json");
        Files.writeString(file, "[]");
        String declared = "declare query_parameters(v:string, n:long, at:datetime, d:dynamic); ";
        assertThat(
                        query(
                                "--input",
                                file.toString(),
                                "--format",
                                "csv",
                                "--param",
                                "v=1.10",
                                "--param",
                                "n=7",
                                "--param",
                                "at=2026-01-02",
                                "--param",
                                "d={\"a\":1}",
                                declared + "print v, n + 1, at + 1d, d.a"))
                .isEqualTo(ExitCode.FINE);
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .last()
                .isEqualTo("1.10,8,2026-01-03T00:00:00.0000000Z,1");
        assertThat(
                        query(
                                "--input",
                                file.toString(),
                                "--param",
                                "n=7 | take 0",
                                "declare query_parameters(n:long); print n"))
                .isNotEqualTo(ExitCode.FINE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'n' must have the type long");
    }
}
