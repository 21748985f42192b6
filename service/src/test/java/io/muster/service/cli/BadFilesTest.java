package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that cannot be read whole: named with their place, code 2; with `--keep-going` the rest is read, code 1.
class BadFilesTest {
    private static final String GOOD = resource("good");

    @TempDir private Path folder = Path.of("");

    private static String resource(String name) {
        return """
        {"id":"/subscriptions/s/resourceGroups/g/providers/A.B/c/%s","name":"%s","type":"A.B/c"}
        """
                .formatted(name, name);
    }

    private record Run(int code, String out, String err) {}

    private static Run query(String... args) {
        var all = new ArrayList<>(List.of("query", "--format", "csv"));
        all.addAll(List.of(args));
        all.add("resources | count");
        return muster(all);
    }

    private static Run muster(List<String> all) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code =
                Muster.run(
                        new Streams(
                                new ByteArrayInputStream(new byte[0]),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        InstantSource.system(),
                        all.toArray(String[]::new));
        return new Run(
                code,
                out.toString(StandardCharsets.UTF_8).replace("\r", "").strip(),
                err.toString(StandardCharsets.UTF_8));
    }

    private void assertBad(String name, byte[] content, int readable, String... said)
            throws IOException {
        var bad = folder.resolve(name);
        Files.write(bad, content);
        var good = folder.resolve("good.ndjson");
        Files.writeString(good, GOOD);
        var strict = query("--input", bad.toString(), "--input", good.toString());
        assertThat(strict.code()).as("%s: %s", name, strict.err()).isEqualTo(2);
        assertThat(strict.err()).startsWith("error: ").contains(bad.toString()).contains(said);
        assertThat(strict.err().lines().count()).isLessThan(4);
        var lenient = query("--keep-going", "--input", bad.toString(), "--input", good.toString());
        assertThat(lenient.code()).as(name).isEqualTo(1);
        assertThat(lenient.err()).contains(bad.toString()).contains(said);
        assertThat(lenient.out()).as(name).isEqualTo("Count\n" + (1 + readable));
    }

    @Test
    void aScanOfAPartIsNoCleanScan() throws Exception {
        var good = folder.resolve("good.ndjson");
        Files.writeString(good, GOOD);
        var bad = folder.resolve("bad.json");
        Files.writeString(bad, "{");
        var policies = folder.resolve("policies");
        Files.createDirectories(policies);
        Files.writeString(
                policies.resolve("none.json"),
                """
                {"name":"none","properties":{"mode":"All","policyRule":{"if":{"field":"name","equals":"x"},"then":{"effect":"audit"}}}}\
                """);
        var scan =
                List.of(
                        "scan",
                        "--keep-going",
                        "--policies",
                        policies.toString(),
                        "--input",
                        good.toString());
        assertThat(muster(scan).code()).isEqualTo(0);
        for (String failOn : List.of("noncompliant", "error", "none")) {
            var partly = new ArrayList<>(scan);
            partly.addAll(List.of("--input", bad.toString(), "--fail-on", failOn));
            assertThat(muster(partly).code()).as(failOn).isEqualTo(failOn.equals("none") ? 0 : 1);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void truncatedGzip() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < 20_000; i++) {
                out.write(utf8(resource("r" + i)));
            }
        }
        byte[] whole = bytes.toByteArray();
        var bad = folder.resolve("cut.ndjson.gz");
        Files.write(bad, Arrays.copyOf(whole, whole.length - 5));
        var strict = query("--input", bad.toString());
        assertThat(strict.code()).isEqualTo(2);
        assertThat(strict.err()).contains("cut.ndjson.gz").contains("ends too early");
        assertThat(query("--keep-going", "--input", bad.toString()).code()).isEqualTo(1);
    }

    @Test
    void invalidUtf8() throws Exception {
        byte[] line = utf8(resource("x1") + resource("x2") + resource("x3"));
        line[utf8(resource("x1")).length + 20] = (byte) 0xFF;
        assertBad("latin.ndjson", line, 2, "latin.ndjson:2", "UTF-8");
    }

    @Test
    void depthOfAHundredThousand() throws Exception {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertBad(
                "deep.ndjson",
                utf8(
                        resource("x1")
                                + resource("x2")
                                        .replace("\"A.B/c\"}", "\"A.B/c\",\"p\":" + deep + "}")),
                1,
                "deep.ndjson:2",
                "nesting depth (1001) exceeds the maximum allowed (1000");
    }

    @Test
    void idsTwice() throws Exception {
        assertBad(
                "twice.ndjson",
                utf8(resource("x1") + resource("x2") + resource("X1")),
                2,
                "twice.ndjson:3",
                "twice");
    }

    @Test
    void jsonThatIsNotArm() throws Exception {
        assertBad(
                "odd.ndjson", utf8(resource("x1") + "{\"hello\":1}\n"), 1, "odd.ndjson:2", "'id'");
        assertBad("text.json", utf8("hello"), 0, "text.json:1");
    }

    @Test
    void aLineOfTwoHundredMegabytes() throws Exception {
        // What is looked at is a line over the limit; its full size only where there is time.
        int size = Boolean.getBoolean("muster.exhaustive") ? 200 << 20 : 65 << 20;
        byte[] line = new byte[size];
        Arrays.fill(line, (byte) 'x');
        byte[] head = utf8(resource("x1") + "{\"id\":\"");
        System.arraycopy(head, 0, line, 0, head.length);
        assertBad("long.ndjson", line, 1, "long.ndjson:2", "longer than");
    }
}
