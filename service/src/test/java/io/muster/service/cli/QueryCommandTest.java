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
}
