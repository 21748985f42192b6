package io.muster.service.cli;

import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.ScopeReport;
import io.muster.service.config.HistorySettings;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.store.KeptFleet;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `muster collect`: reads the sources once and keeps what they have. A running server does it itself, on being asked.
@Command(
        name = "collect",
        description =
                "Collects the fleet from Azure or files into the store, or has the running server collect.",
        mixinStandardHelpOptions = true)
final class CollectCommand implements Callable<Integer> {
    private final Streams streams;
    private final InstantSource clock;

    @Mixin private StoreOptions store = new StoreOptions();
    @Mixin private SourceOptions sources = new SourceOptions();

    @Option(
            names = "--keep-going",
            description = "Name what cannot be read and go on with the rest")
    private boolean keepGoing;

    @Option(
            names = "--keep-history",
            paramLabel = "DURATION",
            description = "How long what was is kept (default: P14D)")
    private Duration keepHistory = Duration.ofDays(14);

    @Mixin private ServerOption server = new ServerOption();

    CollectCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        var url = server.url(store.folder());
        return url.isEmpty() ? intoStore() : byServer(url.get());
    }

    private int byServer(String url) throws BadInput, IOException, InterruptedException {
        if (sources.isGiven()) {
            throw new BadInput(
                    "a server runs at %s and collects from its own sources: leave --azure and --input out, or stop it"
                            .formatted(url));
        }
        try (var client = new ServerClient(url)) {
            var snapshot = client.postEmpty("/api/round").get("snapshot");
            boolean complete = snapshot.get("complete").boolOr(false);
            streams.out()
                    .printf(
                            "%d resources are kept, as of %s%s%n",
                            snapshot.get("resources").longOr(0),
                            snapshot.get("takenAt").textOr(""),
                            complete ? "" : "; not everything could be read whole");
            for (var scope : snapshot.get("scopes").items()) {
                if (!scope.get("complete").boolOr(false)) {
                    streams.err()
                            .println(
                                    "not whole: %s %s: %s"
                                            .formatted(
                                                    scope.get("scope").textOr(""),
                                                    scope.get("table").textOr(""),
                                                    scope.get("reason").textOr("")));
                }
            }
            return complete ? ExitCode.FINE : ExitCode.FINDINGS;
        }
    }

    private int intoStore() throws Exception {
        if (!sources.isGiven()) {
            throw new BadInput("say what to collect from, with --azure or --input");
        }
        if (keepHistory.isNegative() || keepHistory.isZero()) {
            throw new BadInput("--keep-history must be a time such as P14D, not " + keepHistory);
        }
        var from = sources.sources(clock, keepGoing);
        try (var kept = KeptFleet.forWriting(store.options())) {
            var snapshots = kept.snapshots();
            var fleet = new Fleet(snapshots, snapshots, clock);
            fleet.damaged()
                    .forEach(damage -> streams.err().println("note: " + damage.getMessage()));
            var rounds =
                    new FleetRounds(
                            fleet,
                            from,
                            List.of(),
                            new HistorySettings(keepHistory),
                            clock,
                            kept.collectionProgress());
            var report = rounds.run();
            rounds.compact();
            return tell(report, fleet.snapshot().count());
        } catch (KeptFleet.UnavailableException unavailable) {
            throw new BadInput(String.valueOf(unavailable.getMessage()), unavailable);
        }
    }

    private int tell(CollectionReport report, int kept) {
        report.faults()
                .forEach(fault ->
                        streams.err()
                                .println(
                                        (fault.isError() ? "error: " : "note: ")
                                                + fault.describe()));
        long whole = report.scopes().stream().filter(ScopeReport::isComplete).count();
        streams.out()
                .printf(
                        "%d resources read, %d are kept; %d of %d readings are whole%n",
                        report.rows(), kept, whole, report.scopes().size());
        for (var scope : report.scopes()) {
            if (!scope.isComplete()) {
                streams.err()
                        .println(
                                "%s: %s %s keeps its old data: %s"
                                        .formatted(
                                                scope.completeness()
                                                        .wireName()
                                                        .toLowerCase(java.util.Locale.ROOT),
                                                scope.scope(),
                                                scope.table(),
                                                scope.because()));
            }
        }
        if (report.isComplete() && !report.hasErrors()) {
            return ExitCode.FINE;
        }
        return keepGoing || report.rows() > 0 ? ExitCode.FINDINGS : ExitCode.BAD_INPUT;
    }
}
