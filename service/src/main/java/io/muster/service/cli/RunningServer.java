package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The address of the server that runs on a data folder, as it noted it there.
///
/// @param pid of its process: a note that a killed server left is recognised by it
record RunningServer(String url, long pid) {
    private static Path file(Path data) {
        return data.resolve("server.json");
    }

    void note(Path data) throws IOException {
        Files.createDirectories(data);
        Files.writeString(
                file(data), Json.write(Dynamic.bag().put("url", url).put("pid", pid).build()));
    }

    static void forget(Path data) throws IOException {
        Files.deleteIfExists(file(data));
    }

    /// The running server of a data folder; empty when none runs.
    static Optional<RunningServer> of(Path data) throws IOException {
        if (!Files.exists(file(data))) {
            return Optional.empty();
        }
        try {
            var note = Json.parse(Files.readString(file(data)));
            var server = new RunningServer(note.get("url").textOr(""), note.get("pid").longOr(0));
            return ProcessHandle.of(server.pid).filter(ProcessHandle::isAlive).map(_ -> server);
        } catch (JsonException torn) {
            // Written by a server that died while writing: none runs.
            return Optional.empty();
        }
    }
}
