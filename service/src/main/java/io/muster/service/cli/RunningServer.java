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

    /// Where a simulated Azure notes its address.
    private static Path simulator(Path data) {
        return data.resolve("simulated-azure.json");
    }

    void note(Path data) throws IOException {
        noteAt(file(data));
    }

    void noteSimulator(Path data) throws IOException {
        noteAt(simulator(data));
    }

    static void forgetSimulator(Path data) throws IOException {
        Files.deleteIfExists(simulator(data));
    }

    /// The simulated Azure that runs on a data folder; empty when none does.
    static Optional<RunningServer> simulatorOf(Path data) throws IOException {
        return at(simulator(data));
    }

    private void noteAt(Path file) throws IOException {
        var folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, Json.write(Dynamic.bag().put("url", url).put("pid", pid).build()));
    }

    static void forget(Path data) throws IOException {
        Files.deleteIfExists(file(data));
    }

    /// The running server of a data folder; empty when none runs.
    static Optional<RunningServer> of(Path data) throws IOException {
        return at(file(data));
    }

    private static Optional<RunningServer> at(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var note = Json.parse(Files.readString(file));
            var server = new RunningServer(note.get("url").textOr(""), note.get("pid").longOr(0));
            return ProcessHandle.of(server.pid).filter(ProcessHandle::isAlive).map(_ -> server);
        } catch (JsonException torn) {
            // Written by a server that died while writing: none runs.
            return Optional.empty();
        }
    }
}
