package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.demo.DemoEstate;
import io.muster.service.http.arm.SimulatorLimits;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.estate.StateException;
import io.muster.simulator.estate.StateLimits;
import io.muster.simulator.estate.StateText;
import io.muster.simulator.estate.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `muster simulate`: a simulated Azure by itself, and its clock, its state as a file, its forks.
@Command(
        name = "simulate",
        description =
                "A simulated Azure by itself (serve), and what can be done with a running one: its clock, its state as a file, its forks.",
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Runnable {
    private static final int ARM_PORT = 8688;
    private static final String ROOT = "/_simulator";

    private final Streams streams;
    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;

    SimulateCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public void run() {
        var known = spec;
        if (known != null) {
            throw new ParameterException(known.commandLine(), "Missing required subcommand");
        }
    }

    /// Which simulated Azure is asked.
    static final class Address {
        @Mixin private DataOptions data = new DataOptions();

        @Option(
                names = "--arm",
                paramLabel = "URL",
                description = "Its address (default: that of the one running on the data folder)")
        private @Nullable String url;

        @Option(
                names = "--fork",
                paramLabel = "NAME",
                description = "A fork of it, not the original")
        private @Nullable String fork;

        SimulatorClient client() throws BadInput, IOException, InterruptedException {
            String original = original();
            var wanted = fork;
            if (wanted == null) {
                return at(original);
            }
            try (var client = at(original)) {
                for (var each : client.get(ROOT + "/forks").get("value").items()) {
                    if (each.get("name").textOr("").equalsIgnoreCase(wanted)) {
                        return at(each.get("url").textOr(""));
                    }
                }
            }
            throw new BadInput("there is no fork '" + wanted + "'; forks shows which there are");
        }

        private SimulatorClient at(String url) throws IOException {
            var authority = data.folder().resolve("tls").resolve("ca.pem");
            return new SimulatorClient(
                    url,
                    url.startsWith("https:") && Files.exists(authority)
                            ? Optional.of(authority)
                            : Optional.empty());
        }

        private String original() throws BadInput, IOException {
            var given = url;
            if (given != null) {
                return given;
            }
            return RunningServer.simulatorOf(data.folder())
                    .map(RunningServer::url)
                    .orElseThrow(() ->
                            new BadInput(
                                    "no simulated Azure runs on %s; start one by 'muster demo' or 'muster simulate serve', or name one by --arm"
                                            .formatted(data.folder())));
        }
    }

    @Command(
            name = "serve",
            description = "Listens with a seeded estate, or one from a file, until it is stopped.",
            mixinStandardHelpOptions = true)
    int serve(
            @Mixin DataOptions data,
            @Option(
                            names = "--machines",
                            paramLabel = "N",
                            defaultValue = "2000",
                            description =
                                    "Virtual machines of the estate (default: ${DEFAULT-VALUE})")
                    int machines,
            @Option(
                            names = "--seed",
                            paramLabel = "N",
                            defaultValue = "1",
                            description =
                                    "Another seed, another estate (default: ${DEFAULT-VALUE})")
                    long seed,
            @Option(
                            names = "--state",
                            paramLabel = "FILE",
                            description = "Begins with an exported state, by the settings in it")
                    @Nullable Path state,
            @Option(names = "--stopped", description = "Time passes by 'simulate step' alone")
                    boolean stopped,
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "" + ARM_PORT,
                            description =
                                    "HTTPS port, 0 for a free one (default: ${DEFAULT-VALUE})")
                    int port,
            @Option(
                            names = "--http-port",
                            paramLabel = "PORT",
                            description = "Plain HTTP, too; 0 for a free one")
                    @Nullable Integer httpPort,
            @Option(
                            names = "--max-state-bytes",
                            paramLabel = "N",
                            description = "Of a state that is taken in, unpacked")
                    @Nullable Long maxStateBytes,
            @Option(
                            names = "--max-forks",
                            paramLabel = "N",
                            defaultValue = "8",
                            description = "Forks at once (default: ${DEFAULT-VALUE})")
                    int maxForks)
            throws BadInput, IOException, InterruptedException {
        ListenOptions.checkPort("--port", port);
        if (httpPort != null) {
            ListenOptions.checkPort("--http-port", httpPort);
        }
        if (machines < 10 || machines > 1_000_000) {
            throw new BadInput("--machines takes 10 to 1000000");
        }
        if (maxForks < 0 || maxStateBytes != null && maxStateBytes < 1) {
            throw new BadInput("--max-forks and --max-state-bytes take positive numbers");
        }
        var limits = limits(maxStateBytes, maxForks);
        var time =
                stopped
                        ? VirtualClock.stepped(clock.instant())
                        : new VirtualClock(clock.instant(), clock);
        var azure =
                state == null
                        ? DemoEstate.seeded(machines, seed, time)
                        : read(state, DemoEstate.empty(time), limits.state());
        var folder = data.folder();
        var tls = TlsMaterial.ensure(folder.resolve("tls"), clock.instant());
        try (var stop = new StopSignal();
                var estate =
                        DemoEstate.start(azure, tls, port, Optional.ofNullable(httpPort), limits)) {
            var url = estate.server().httpsUrl();
            new RunningServer(url.toString(), ProcessHandle.current().pid()).noteSimulator(folder);
            var out = streams.out();
            out.printf(
                    Locale.ROOT,
                    "Simulated Azure: %s%s, %,d resources, trust %s%n",
                    url,
                    estate.server().httpUrl().map(plain -> " and " + plain).orElse(""),
                    azure.size(),
                    tls.authorityPem());
            stop.await();
            RunningServer.forgetSimulator(folder);
            return ExitCode.FINE;
        } catch (BindException taken) {
            throw new BadInput(
                    "the port is taken; choose others with --port and --http-port", taken);
        }
    }

    private static SimulatorLimits limits(@Nullable Long stateBytes, int forks) {
        var otherwise = SimulatorLimits.DEFAULT;
        var state = otherwise.state();
        return new SimulatorLimits(
                stateBytes == null
                        ? state
                        : new StateLimits(stateBytes, state.entryBytes(), state.entries()),
                forks,
                otherwise.step());
    }

    private static SimulatedAzure read(Path file, SimulatedAzure empty, StateLimits limits)
            throws BadInput, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return empty.restored(StateText.read(in, limits));
        } catch (StateException bad) {
            throw new BadInput(
                    file + "  is no state of a simulated Azure: " + bad.getMessage(), bad);
        } catch (UncheckedIOException cut) {
            throw new BadInput(file + "  " + cut.getMessage(), cut);
        }
    }

    @Command(
            name = "status",
            description = "Its time, its resources, what is due, its forks.",
            mixinStandardHelpOptions = true)
    int status(@Mixin Address at) throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            tell(client.get(ROOT));
        }
        return ExitCode.FINE;
    }

    private void tell(Dynamic status) {
        var out = streams.out();
        out.println("time       " + status.get("time").textOr(""));
        out.println("seed       " + status.path("settings", "seed").longOr(0));
        out.println("resources  " + status.get("resources").longOr(0));
        out.println("due later  " + status.get("due").longOr(0));
        out.println("requests   " + status.get("requests").longOr(0));
        tellForks(out, status.get("forks"));
    }

    private static void tellForks(PrintStream out, Dynamic forks) {
        for (var fork : forks.items()) {
            out.println(
                    "fork       %s  %s%s  of %s"
                            .formatted(
                                    fork.get("name").textOr(""),
                                    fork.get("url").textOr(""),
                                    fork.get("httpUrl").asText().map(u -> " " + u).orElse(""),
                                    fork.get("forkedAt").textOr("")));
        }
    }

    @Command(
            name = "step",
            description = "Lets virtual time pass.",
            mixinStandardHelpOptions = true)
    int step(
            @Mixin Address at,
            @Parameters(paramLabel = "DURATION", description = "As PT5M or P1D") Duration by)
            throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            tell(client.post(ROOT + "/clock", Dynamic.bag().put("step", by.toString()).build()));
        }
        return ExitCode.FINE;
    }

    @Command(
            name = "export",
            description =
                    "Writes the whole state, what is under way included, as NDJSON; packed when the file's name ends in .gz.",
            mixinStandardHelpOptions = true)
    int export(
            @Mixin Address at,
            @Parameters(paramLabel = "FILE", description = "- for the standard output") Path file)
            throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            if (file.toString().equals("-")) {
                client.copy(ROOT + "/state", false, streams.out());
                return ExitCode.FINE;
            }
            // A file that is there is whole.
            var part = file.resolveSibling(file.getFileName() + ".part");
            try (OutputStream out = Files.newOutputStream(part)) {
                client.copy(ROOT + "/state", file.toString().endsWith(".gz"), out);
            } catch (BadInput | IOException cut) {
                Files.deleteIfExists(part);
                throw cut;
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            streams.out().printf(Locale.ROOT, "%s: %,d bytes%n", file, Files.size(file));
        }
        return ExitCode.FINE;
    }

    @Command(
            name = "import",
            description = "Puts an exported state in place of what there is, its time too.",
            mixinStandardHelpOptions = true)
    int take(
            @Mixin Address at,
            @Parameters(paramLabel = "FILE", description = "NDJSON, packed or not") Path file)
            throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            tell(client.put(ROOT + "/state", file));
        }
        return ExitCode.FINE;
    }

    @Command(
            name = "fork",
            description =
                    "Starts a twin that begins as it stands now, with an address of its own, and goes its own way.",
            mixinStandardHelpOptions = true)
    int fork(
            @Mixin Address at,
            @Parameters(paramLabel = "NAME", arity = "0..1", description = "A free one by default")
                    @Nullable String name,
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "0",
                            description = "HTTPS port, a free one by default")
                    int port,
            @Option(
                            names = "--http-port",
                            paramLabel = "PORT",
                            description = "Plain HTTP, too; 0 for a free one")
                    @Nullable Integer httpPort)
            throws BadInput, IOException, InterruptedException {
        ListenOptions.checkPort("--port", port);
        var body = Dynamic.bag().put("httpsPort", port);
        if (name != null) {
            body.put("name", name);
        }
        if (httpPort != null) {
            ListenOptions.checkPort("--http-port", httpPort);
            body.put("httpPort", httpPort);
        }
        try (var client = at.client()) {
            tellForks(streams.out(), Dynamic.array(client.post(ROOT + "/forks", body.build())));
        }
        return ExitCode.FINE;
    }

    @Command(name = "forks", description = "Its forks.", mixinStandardHelpOptions = true)
    int forks(@Mixin Address at) throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            tellForks(streams.out(), client.get(ROOT + "/forks").get("value"));
        }
        return ExitCode.FINE;
    }

    @Command(
            name = "faults",
            description =
                    "What goes wrong: throttled and failed requests, late, cut and lost answers, commands in guests. With a file: that, in place of what was; {} ends them all.",
            mixinStandardHelpOptions = true)
    int faults(
            @Mixin Address at,
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..1",
                            description = "JSON as 'faults' prints it; all members may be left out")
                    @Nullable Path file)
            throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            var faults =
                    file == null
                            ? client.get(ROOT + "/faults")
                            : client.putJson(ROOT + "/faults", file);
            streams.out().println(Json.writePretty(faults));
        }
        return ExitCode.FINE;
    }

    @Command(name = "drop", description = "Ends a fork.", mixinStandardHelpOptions = true)
    int drop(@Mixin Address at, @Parameters(paramLabel = "NAME") String name)
            throws BadInput, IOException, InterruptedException {
        try (var client = at.client()) {
            client.delete(ROOT + "/forks/" + URLEncoder.encode(name, StandardCharsets.UTF_8));
        }
        return ExitCode.FINE;
    }
}
