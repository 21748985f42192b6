package io.muster.service.cli;

import io.muster.service.MusterServer;
import io.muster.service.config.BadSetting;
import io.muster.service.store.DatabaseRefusal;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `muster serve`: the server, until it is stopped.
@Command(
        name = "serve",
        description = "Serves the fleet: Resource Graph, policy states, remediation, the console.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private final Streams streams;
    private final InstantSource clock;
    @Mixin private ListenOptions listen = new ListenOptions();
    @Mixin private SourceOptions sources = new SourceOptions();

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "Collect and scan again this often, as PT15M")
    private @Nullable Duration every;

    ServeCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        var options = listen.options();
        refuseSecond(options.data());
        var more = sources.properties();
        if (every != null) {
            checkEvery(every);
            more.put("muster.rounds.every", every.toSeconds() + "s");
        }
        try (var stop = new StopSignal();
                var server = MusterServer.start(options, clock, more, sources.sources(clock))) {
            FirstQuery.ask(server, streams.err());
            new RunningServer(server.httpUrl(), ProcessHandle.current().pid()).note(options.data());
            tellAddresses(server, streams.out());
            stop.await();
            RunningServer.forget(options.data());
            return ExitCode.FINE;
        } catch (RuntimeException fault) {
            throw explained(fault);
        }
    }

    static void checkEvery(Duration every) throws BadInput {
        if (every.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new BadInput("--every takes a time of a second or more, as PT15M, not " + every);
        }
    }

    static void refuseSecond(Path data) throws BadInput, IOException {
        var running = RunningServer.of(data);
        if (running.isPresent()) {
            throw new BadInput(
                    "a server runs on %s already, at %s".formatted(data, running.get().url()));
        }
    }

    static void tellAddresses(MusterServer server, PrintStream out) {
        out.println("Muster listens on " + server.httpUrl() + " (in a browser: the console)");
        server.httpsUrl().ifPresent(url -> out.println("                  " + url));
        server.tls()
                .ifPresent(tls ->
                        out.println(
                                "Certificate authority for clients: "
                                        + tls.authorityPem().toAbsolutePath()));
    }

    /// A setting that makes no sense, a port that is taken or not for us, and a database out of reach are the user's to mend, not faults of ours.
    static Exception explained(RuntimeException fault) {
        if (fault instanceof BadSetting wrong) {
            return new BadInput(wrong.why(), fault);
        }
        if (rootOf(fault) instanceof BindException refused) {
            return new BadInput("the server cannot listen there: " + refused.getMessage(), fault);
        }
        return databaseRefused(fault)
                .<Exception>map(why -> new BadInput("the database cannot be used: " + why, fault))
                .orElse(fault);
    }

    /// What the first refusal of a connection says, without its causes: connecting is all that happens before the server answers.
    private static Optional<String> databaseRefused(Throwable fault) {
        for (@Nullable Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof SQLException refused) {
                return Optional.of(DatabaseRefusal.told(refused));
            }
        }
        return Optional.empty();
    }

    private static Throwable rootOf(Throwable fault) {
        Throwable at = fault;
        for (@Nullable Throwable next = at; next != null; next = next.getCause()) {
            at = next;
        }
        return at;
    }
}
