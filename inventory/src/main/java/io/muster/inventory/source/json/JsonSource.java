package io.muster.inventory.source.json;

import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Resources from files. What a file holds is found out from the file: NDJSON, arrays of resources, Resource Graph answers (`data` as
/// objects or as a table), ARM lists (`{"value":[...]}`), ARM example payloads (`{"parameters":..,"responses":..}`), single resources;
/// plain or gzip.
///
/// JSON that holds no ARM resource is named in the report, as an error in the first three forms and as a warning in examples. Of resources
/// with one id the last counts; two within one file (examples apart) are an error.
public final class JsonSource implements ResourceSource {
    private static final List<String> EXTENSIONS =
            List.of(".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz", ".gz");

    private final String name;
    private final List<JsonInput> inputs;
    private final JsonSourceOptions options;
    private final InstantSource clock;

    public JsonSource(
            String name, List<JsonInput> inputs, JsonSourceOptions options, InstantSource clock) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.options = options;
        this.clock = clock;
    }

    /// A source of files and folders; of a folder every JSON file at any depth, in the order of their names.
    ///
    /// @throws SourceException when a path does not exist, or a folder cannot be listed or holds no such file
    public static JsonSource ofPaths(
            String name, List<Path> paths, JsonSourceOptions options, InstantSource clock)
            throws SourceException {
        var inputs = new ArrayList<JsonInput>();
        for (var path : paths) {
            if (Files.isDirectory(path)) {
                int before = inputs.size();
                try (var files = Files.walk(path)) {
                    files.filter(Files::isRegularFile)
                            .filter(JsonSource::isJson)
                            .sorted()
                            .map(JsonInput::file)
                            .forEach(inputs::add);
                } catch (IOException | java.io.UncheckedIOException unreadable) {
                    throw new SourceException(
                            SourceFault.error(path.toString(), "the folder cannot be listed"),
                            unreadable);
                }
                if (inputs.size() == before) {
                    throw new SourceException(
                            SourceFault.error(
                                    path.toString(),
                                    "the folder holds no file that ends in "
                                            + String.join(", ", EXTENSIONS)));
                }
            } else if (Files.exists(path)) {
                inputs.add(JsonInput.file(path));
            } else {
                throw new SourceException(
                        SourceFault.error(path.toString(), "the file does not exist"));
            }
        }
        return new JsonSource(name, inputs, options, clock);
    }

    private static boolean isJson(Path file) {
        String text = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().anyMatch(text::endsWith);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CollectionReport read(ResourceSink sink) throws SourceException, InterruptedException {
        var scopes = new ArrayList<ScopeReport>();
        var faults = new ArrayList<SourceFault>();
        var ids = new IdSet();
        boolean ended = false;
        int cutOff = -1;
        String why = "";
        for (var input : inputs) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            var started = clock.instant();
            var reader = new JsonFileReader(input, options, sink, ids, faults);
            int errors = errors(faults);
            reader.read();
            boolean lost = errors(faults) > errors;
            scopes.add(
                    new ScopeReport(
                            name,
                            input.name(),
                            "*",
                            !lost
                                    ? Completeness.COMPLETE
                                    : reader.resources() == 0
                                            ? Completeness.FAILED
                                            : Completeness.PARTIAL,
                            reader.resources(),
                            null,
                            started,
                            clock.instant(),
                            lost ? faults.getLast().describe() : ""));
            @Nullable String last = reader.cutOff();
            ended |= "".equals(last);
            if (last != null && !last.isEmpty()) {
                cutOff = scopes.size() - 1;
                why = last;
            }
        }
        // The pages of a list may be files: one of them is the last.
        if (cutOff >= 0 && !ended && scopes.get(cutOff).isComplete()) {
            scopes.set(cutOff, scopes.get(cutOff).partial(why));
        }
        return new CollectionReport(scopes, faults);
    }

    private static int errors(List<SourceFault> faults) {
        return (int) faults.stream().filter(SourceFault::isError).count();
    }
}
