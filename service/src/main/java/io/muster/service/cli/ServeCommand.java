package io.muster.service.cli;

import io.muster.service.MusterServer;
import java.net.BindException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `muster serve`: the server, until it is stopped.
@Command(
        name = "serve",
        description = "Serves the fleet: Resource Graph, policy states, remediation, the console.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private final Streams streams;
    private final InstantSource clock;
    @Mixin private ListenOptions listen = new ListenOptions();

    ServeCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        var options = listen.options();
        var running = RunningServer.of(options.data());
        if (running.isPresent()) {
            throw new BadInput(
                    "a server runs on %s already, at %s"
                            .formatted(options.data(), running.get().url()));
        }
        try (var stop = new StopSignal();
                var server = MusterServer.start(options, clock, Map.of())) {
            new RunningServer(server.httpUrl(), ProcessHandle.current().pid()).note(options.data());
            var out = streams.out();
            out.println("Muster listens on " + server.httpUrl());
            server.httpsUrl().ifPresent(url -> out.println("                  " + url));
            server.tls()
                    .ifPresent(tls ->
                            out.println(
                                    "Certificate authority for clients: "
                                            + tls.authorityPem().toAbsolutePath()));
            stop.await();
            RunningServer.forget(options.data());
            return ExitCode.FINE;
        } catch (RuntimeException fault) {
            throw portTaken(fault)
                    ? new BadInput("the port is taken: " + rootOf(fault).getMessage(), fault)
                    : fault;
        }
    }

    static boolean portTaken(Throwable fault) {
        return rootOf(fault) instanceof BindException;
    }

    private static Throwable rootOf(Throwable fault) {
        Throwable at = fault;
        for (@Nullable Throwable next = at; next != null; next = next.getCause()) {
            at = next;
        }
        return at;
    }
}
