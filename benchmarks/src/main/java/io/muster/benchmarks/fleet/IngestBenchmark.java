package io.muster.benchmarks.fleet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.muster.core.json.JsonException;
import io.muster.inventory.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// NDJSON to a snapshot, one thread, against Jackson's tokenizer reading every string of the same bytes: the goal is a share of its speed.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class IngestBenchmark {
    @Param({"1000", "20000"})
    public int machines;

    private Path file = Path.of("");
    private FleetFiles files = new FleetFiles(List.of());
    private final JsonFactory factory = new JsonFactory();

    @Setup
    public void write() throws IOException {
        file = Files.createTempFile("fleet", ".ndjson");
        WriteFleet.write(file, machines, 42);
        files = new FleetFiles(List.of(file));
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(file);
    }

    @Benchmark
    public Snapshot snapshot() throws IOException, JsonException {
        return files.load();
    }

    @Benchmark
    public long jacksonReadsEveryString() throws IOException {
        long characters = 0;
        try (var parser = factory.createParser(file.toFile())) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
                    characters += parser.getText().length();
                }
            }
        }
        return characters;
    }
}
