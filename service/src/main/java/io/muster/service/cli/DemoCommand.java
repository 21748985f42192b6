package io.muster.service.cli;

import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyLibrary;
import io.muster.service.demo.DemoEstate;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.tls.TlsMaterial;
import java.net.BindException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `muster demo`: a simulated Azure and the server in one process; collects, scans and says what was found.
@Command(
        name = "demo",
        description = "A simulated estate and the server on it: collect, query, scan, remediate.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final int ARM_PORT = 8688;

    private final Streams streams;
    private final InstantSource clock;

    @Mixin private ListenOptions listen = new ListenOptions();

    @Option(
            names = "--machines",
            paramLabel = "N",
            description = "Virtual machines of the estate (default: ${DEFAULT-VALUE})",
            defaultValue = "2000")
    private int machines = 2000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Another seed, another estate (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private long seed = 1;

    @Option(
            names = "--arm-port",
            paramLabel = "PORT",
            description =
                    "HTTPS port of the simulated Azure, 0 for a free one (default: ${DEFAULT-VALUE})",
            defaultValue = "" + ARM_PORT)
    private int armPort = ARM_PORT;

    @Option(
            names = "--arm-http-port",
            paramLabel = "PORT",
            description = "The simulated Azure over plain HTTP, too")
    private @Nullable Integer armHttpPort;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            description = "Collect and scan again this often (default: ${DEFAULT-VALUE})",
            defaultValue = "PT5M")
    private Duration every = Duration.ofMinutes(5);

    DemoCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        var options = listen.options();
        ServeCommand.refuseSecond(options.data());
        ListenOptions.checkPort("--arm-port", armPort);
        if (armHttpPort != null) {
            ListenOptions.checkPort("--arm-http-port", armHttpPort);
        }
        ServeCommand.checkEvery(every);
        if (machines < 10 || machines > 1_000_000) {
            throw new BadInput("--machines takes 10 to 1000000");
        }
        var out = streams.out();
        var tls = TlsMaterial.ensure(options.data().resolve("tls"), clock.instant());
        try (var stop = new StopSignal();
                var estate =
                        DemoEstate.start(
                                machines,
                                seed,
                                tls,
                                armPort,
                                Optional.ofNullable(armHttpPort),
                                clock)) {
            out.printf(
                    Locale.ROOT,
                    "Simulated Azure: %s, %,d resources%n",
                    estate.server().httpsUrl(),
                    estate.azure().size());
            new RunningServer(estate.server().httpsUrl().toString(), ProcessHandle.current().pid())
                    .noteSimulator(options.data());
            var settings =
                    AzureSettings.of(
                                    estate.server().httpsUrl(),
                                    new AzureCredential.StaticToken("demo"))
                            .withTrustStore(tls.authorityPem());
            var sources = new FleetSources(List.of(new AzureSource("azure", settings, clock)));
            Map<String, Object> more =
                    Map.of(
                            "muster.rounds.every",
                            every.toSeconds() + "s",
                            "muster.azure.endpoint",
                            estate.server().httpsUrl().toString(),
                            "muster.azure.token",
                            "demo",
                            "muster.azure.trust-store",
                            tls.authorityPem().toAbsolutePath().toString());
            try (var server = MusterServer.start(options, clock, more, sources)) {
                new RunningServer(server.httpUrl(), ProcessHandle.current().pid())
                        .note(options.data());
                tellLastState(server);
                putLibrary(server.bean(FleetCompliance.class));
                var report = server.bean(FleetRounds.class).run();
                tell(server, report.isComplete());
                FirstQuery.ask(server, streams.err());
                ServeCommand.tellAddresses(server, out);
                stop.await();
                RunningServer.forget(options.data());
                RunningServer.forgetSimulator(options.data());
            }
            return ExitCode.FINE;
        } catch (BindException taken) {
            throw new BadInput(
                    "the port %d of the simulated Azure is taken; choose another with --arm-port"
                            .formatted(armPort),
                    taken);
        } catch (RuntimeException fault) {
            throw ServeCommand.explained(fault);
        }
    }

    private void tellLastState(MusterServer server) {
        var fleet = server.bean(Fleet.class);
        if (fleet.isCollected()) {
            streams.out()
                    .printf(
                            Locale.ROOT,
                            "Kept from before: %,d resources of %s%n",
                            fleet.snapshot().count(),
                            fleet.snapshot().takenAt());
        }
    }

    /// What the user put in place of something of the library stays.
    private void putLibrary(FleetCompliance compliance) throws Exception {
        for (var item : PolicyLibrary.read()) {
            if (compliance.find(item.document().get("id").textOr("")).isPresent()) {
                continue;
            }
            var faults = compliance.put(item.kind(), item.document());
            faults.forEach(fault -> streams.err().println(fault.render()));
        }
    }

    private void tell(MusterServer server, boolean complete) {
        var out = streams.out();
        var snapshot = server.bean(Fleet.class).snapshot();
        out.printf(
                Locale.ROOT,
                "Collected: %,d resources, %,d of them virtual machines%s%n",
                snapshot.count(),
                snapshot.segmentsOf("microsoft.compute/virtualmachines").stream()
                        .mapToInt(s -> s.rows().liveSize())
                        .sum(),
                complete ? "" : " (incomplete: the overview of the console says what)");
        var current = server.bean(FleetCompliance.class).current();
        var verdicts = current.verdicts();
        var all = verdicts.compliance(verdicts.keys());
        out.printf(
                Locale.ROOT,
                "Scanned: %,d resources non-compliant, %,d compliant (%.1f %%)%n",
                all.count(ComplianceState.NON_COMPLIANT),
                all.count(ComplianceState.COMPLIANT),
                all.percentage());
        for (var policy : current.engine().policies()) {
            out.printf(
                    Locale.ROOT,
                    "  %,7d non-compliant  %s: %s%n",
                    verdicts.count(policy.key(), ComplianceState.NON_COMPLIANT),
                    policy.assignment().displayName(),
                    policy.definition().displayName());
        }
    }
}
