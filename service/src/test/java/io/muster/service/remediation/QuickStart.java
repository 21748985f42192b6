package io.muster.service.remediation;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/// What makes servers that are started many times start fast: this process's classes packed as jars, and the virtual machine's ahead-of-time cache, which one server
/// writes as it stops. A cache reads no class from a folder, and a later compile does not disturb what was packed.
///
/// @param classPath what servers are started with
/// @param options of their virtual machine
record QuickStart(String classPath, List<String> options) {

    /// Starts as they are: for a handful of servers.
    static QuickStart none() {
        return new QuickStart(System.getProperty("java.class.path"), List.of());
    }

    /// Starts a server, waits until it answers and gives its process.
    interface Start {
        Process with(QuickStart start) throws Exception;
    }

    static QuickStart trained(Path folder, Start server) throws Exception {
        List<String> packed = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            var path = Path.of(part);
            packed.add(
                    Files.isDirectory(path)
                            ? pack(path, folder.resolve("part" + packed.size() + ".jar")).toString()
                            : part);
        }
        String classPath = String.join(File.pathSeparator, packed);
        var cache = folder.resolve("servers.aot");
        var process =
                server.with(
                        new QuickStart(
                                classPath,
                                List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:disable")));
        process.destroy();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            throw new IOException("the server that was to write the cache does not stop");
        }
        return new QuickStart(
                classPath, List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
    }

    private static Path pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                var out = new JarOutputStream(file);
                var found = Files.walk(classes)) {
            out.setLevel(1);
            for (var each : found.filter(each -> !each.equals(classes)).sorted().toList()) {
                var name = classes.relativize(each).toString().replace(File.separatorChar, '/');
                // Folders too: migrations are found by the one they are in.
                if (Files.isDirectory(each)) {
                    out.putNextEntry(new JarEntry(name + "/"));
                } else {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(each, out);
                }
                out.closeEntry();
            }
        }
        return jar;
    }
}
