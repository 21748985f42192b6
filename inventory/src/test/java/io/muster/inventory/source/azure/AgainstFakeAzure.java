package io.muster.inventory.source.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.SourceException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A source before an Azure in memory, whose pauses are noted and not slept.
abstract class AgainstFakeAzure {
    static final String GROUP = "/subscriptions/s1/resourceGroups/rg/providers/";

    final FakeAzure azure;
    final List<Dynamic> read = new ArrayList<>();
    final ConcurrentLinkedQueue<Duration> pauses = new ConcurrentLinkedQueue<>();

    AgainstFakeAzure() throws IOException {
        azure = new FakeAzure();
    }

    @BeforeEach
    void subscription() {
        azure.put(
                json(
                        "{'id':'/subscriptions/s1','name':'one','type':'microsoft.resources/subscriptions'}"));
    }

    @AfterEach
    void close() {
        azure.close();
    }

    static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new IllegalArgumentException(fault);
        }
    }

    static String disk(int n) {
        return GROUP + "Microsoft.Compute/disks/d%03d".formatted(n);
    }

    void disks(int count) {
        IntStream.range(0, count).forEach(this::disk0);
    }

    void disk0(int n) {
        azure.put(
                json(
                        "{'id':'%s','name':'d','type':'microsoft.compute/disks','properties':{'big':12345678901234567890,'n':%d}}"
                                .formatted(disk(n), n)));
    }

    AzureSource source() throws SourceException {
        return source(
                AzureSettings.of(azure.endpoint(), new AzureCredential.StaticToken("any"))
                        .withPageSize(10));
    }

    AzureSource source(AzureSettings settings) throws SourceException {
        return new AzureSource("azure", settings, InstantSource.system(), pauses::add);
    }

    CollectionReport collect() throws Exception {
        return source().read(read::add);
    }

    List<String> ids() {
        return read.stream().map(r -> r.get("id").textOr("")).sorted().toList();
    }

    List<String> allIds() {
        return List.copyOf(azure.rows.keySet());
    }

    void get(String path, String answer) {
        azure.gets.put(path.toLowerCase(Locale.ROOT), answer.replace('\'', '"'));
    }

    Dynamic one(String id) {
        var found = read.stream().filter(r -> r.get("id").textOr("").equals(id)).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
