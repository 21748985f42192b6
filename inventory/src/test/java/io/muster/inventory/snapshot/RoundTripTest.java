package io.muster.inventory.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.source.json.JsonSource;
import io.muster.inventory.source.json.JsonSourceOptions;
import io.muster.inventory.table.ResourceGraphTables;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Whatever JSON a resource came as comes back equal: from columns, from bytes, after updates and compaction.
class RoundTripTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final List<String> NAMES =
            List.of("a", "b", "tags", "Größe", "日本", "", "a.b", "with space", "a['b']", "\u0000");

    /// Values as text: what no Java type is asked to make.
    private static final List<String> LEAVES =
            List.of(
                    "null",
                    "true",
                    "0",
                    "-0.0",
                    "9223372036854775807",
                    "9223372036854775808",
                    "-99999999999999999999999999999999",
                    "1e400",
                    "-1E-400",
                    "0.1234567890123456789012345678901234567890",
                    "1.0",
                    "1e0",
                    "[]",
                    "{}",
                    "[[],[null],[[]]]",
                    "\"\"",
                    "\"\\ud800\"",
                    "\"\\ud83d\\ude00 日本 \\u0000\\\"\"",
                    "\"2026-11-21T08:00:00.1234567Z\"",
                    "\"7f1c2c0e-5a7e-4f4b-9d9b-0a6a3f1f2b11\"",
                    "\"7F1C2C0E-5A7E-4F4B-9D9B-0A6A3F1F2B11\"",
                    "\"{7f1c2c0e-5a7e-4f4b-9d9b-0a6a3f1f2b11}\"",
                    "\"/subscriptions//resourceGroups/\"",
                    "\"1\"",
                    "\"true\"");

    private static String json(SplittableRandom random, int depth) {
        int kind = random.nextInt(depth > 0 ? 10 : 6);
        if (kind < 6) {
            return LEAVES.get(random.nextInt(LEAVES.size()));
        }
        var out = new StringBuilder();
        var used = new LinkedHashMap<String, String>();
        for (int i = random.nextInt(5); i > 0; i--) {
            used.put(NAMES.get(random.nextInt(NAMES.size())), json(random, depth - 1));
        }
        if (kind < 8) {
            return out.append('[').append(String.join(",", used.values())).append(']').toString();
        }
        out.append('{');
        used.forEach((name, value) ->
                out.append(out.length() > 1 ? "," : "")
                        .append(Json.write(Dynamic.of(name)))
                        .append(':')
                        .append(value));
        return out.append('}').toString();
    }

    private static String resource(int n, String type, String properties) {
        return """
        {"properties":%s,"id":"/subscriptions/S/resourceGroups/G/providers/%s/r%d","type":"%s"}\
        """
                .formatted(properties, type, n, type);
    }

    private static void assertComesBack(List<Dynamic> resources, Snapshot snapshot) {
        var last = new HashMap<String, Dynamic>();
        resources.forEach(r -> last.put(r.get("id").textOr("").toLowerCase(Locale.ROOT), r));
        assertThat(snapshot.count()).isEqualTo(last.size());
        last.forEach((id, resource) -> assertThat(snapshot.resource(id)).contains(resource));
    }

    /// From columns, from bytes, and compacted after a third was put again.
    private static void assertRoundTrip(List<byte[]> texts) throws Exception {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        var resources = new ArrayList<Dynamic>();
        for (byte[] text : texts) {
            builder.add(text, 0, text.length);
            resources.add(Json.parse(text));
        }
        var snapshot = builder.build(NOW, Dynamic.EMPTY_BAG);
        assertComesBack(resources, snapshot);
        var kept = new HashMap<Long, byte[]>();
        snapshot.segments().forEach(s -> kept.put(s.id(), SegmentCodec.encode(s)));
        var restored =
                SegmentCodec.restore(
                        SnapshotManifest.of(snapshot),
                        ResourceGraphTables.STANDARD,
                        id -> Objects.requireNonNull(kept.get(id)));
        assertComesBack(resources, restored);
        var again = resources.stream().limit(resources.size() / 3).toList();
        assertComesBack(resources, restored.with(again, Set.of(), NOW).compacted());
    }

    @Test
    void randomJsonComesBackEqual() throws Exception {
        int seeds = Boolean.getBoolean("muster.exhaustive") ? 500 : 50;
        for (long seed = 0; seed < seeds; seed++) {
            var random = new SplittableRandom(seed);
            var texts = new ArrayList<byte[]>();
            for (int n = 0; n < 40; n++) {
                texts.add(
                        resource(n, random.nextBoolean() ? "A.B/c" : "a.b/D", json(random, 5))
                                .getBytes(StandardCharsets.UTF_8));
            }
            assertRoundTrip(texts);
        }
    }

    @Test
    void deepAndWideJsonComesBackEqual() throws Exception {
        var wide = new StringBuilder("{");
        for (int i = 0; i < 5000; i++) {
            wide.append(i == 0 ? "" : ",").append("\"m").append(i).append("\":").append(i);
        }
        assertRoundTrip(
                List.of(
                        resource(0, "A.B/c", "[".repeat(900) + "]".repeat(900))
                                .getBytes(StandardCharsets.UTF_8),
                        resource(1, "A.B/c", "{\"x\":".repeat(900) + "1" + "}".repeat(900))
                                .getBytes(StandardCharsets.UTF_8),
                        resource(2, "A.B/c", wide.append('}').toString())
                                .getBytes(StandardCharsets.UTF_8),
                        resource(3, "A.B/c", "\"" + "x".repeat(1_000_000) + "\"")
                                .getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theDemoEstateComesBackEqual() throws Exception {
        var texts = new ArrayList<byte[]>();
        new EstateGenerator(EstateSize.DEMO, 1)
                .write(r -> texts.add(Json.write(r).getBytes(StandardCharsets.UTF_8)));
        assertRoundTrip(texts);
    }

    @Test
    void azuresExamplesComeBackEqual() throws Exception {
        var examples = Path.of(System.getProperty("muster.root", "."), "../shared/specs/examples");
        assumeTrue(Files.isDirectory(examples), "no examples beside the repository");
        // Many examples are of one id: each is made a resource of its own.
        var read = new ArrayList<Dynamic>();
        JsonSource.ofPaths(
                        "examples",
                        List.of(examples),
                        JsonSourceOptions.DEFAULT,
                        InstantSource.system())
                .read(r ->
                        read.add(r.with("id", Dynamic.of(r.get("id").textOr("") + read.size()))));
        assertThat(read).hasSizeGreaterThan(300);
        assertRoundTrip(
                read.stream().map(r -> Json.write(r).getBytes(StandardCharsets.UTF_8)).toList());
    }
}
