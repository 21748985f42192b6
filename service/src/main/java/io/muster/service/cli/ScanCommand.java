package io.muster.service.cli;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.compliance.KeptCompliance;
import io.muster.service.compliance.SnapshotHierarchy;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.report.ReportFormat;
import io.muster.service.report.ScanReport;
import io.muster.service.store.KeptFleet;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster scan`: judges files of resources, a running server's fleet, or what one kept, by the policies of a folder or those in force.
@Command(
        name = "scan",
        description =
                "Judges resources by policies and says what is non-compliant, and why. Without --input: the running server's fleet, or what is kept of it; without --policies: by those in force there.",
        mixinStandardHelpOptions = true)
final class ScanCommand implements Callable<Integer> {
    private static final Pattern COUNT = Pattern.compile("(\\w+)=(\\d+)");

    enum FailOn {
        NONCOMPLIANT,
        ERROR,
        NONE;

        /// As it is written on a command line and in a request.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Streams streams;
    private final InstantSource clock;

    @Mixin private PolicyOptions policies = new PolicyOptions();

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Further input files")
    private List<String> more = new ArrayList<>();

    @Mixin private InputOptions input = new InputOptions();
    @Mixin private StoreOptions store = new StoreOptions();

    @Mixin private ServerOption server = new ServerOption();

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Judge the fleet of this instant, as 2026-11-21T08:00:00Z, not of now")
    private @Nullable Instant asOf;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "text")
    private ReportFormat format = ReportFormat.TEXT;

    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            description =
                    "What makes the exit code 1: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); what --keep-going passed over counts as an error",
            defaultValue = "noncompliant")
    private FailOn failOn = FailOn.NONCOMPLIANT;

    ScanCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        input.add(more);
        if (input.isGiven()) {
            return print(overFiles());
        }
        var url = server.url(store.folder());
        return url.isEmpty() ? overStore() : overServer(url.get());
    }

    private int print(ScanReport report) {
        format.print(report, streams.out());
        return exitCode(
                report.count(ComplianceState.NON_COMPLIANT)
                        + report.count(ComplianceState.CONFLICT),
                report.count(ComplianceState.ERROR));
    }

    /// What could not be read, or not be judged by, counts as an error: nobody knows what it would have come to.
    private int exitCode(long nonCompliant, long errors) {
        boolean passedOver = input.hadFaults() || policies.hadFaults();
        boolean findings =
                switch (failOn) {
                    case NONCOMPLIANT -> nonCompliant + errors > 0 || passedOver;
                    case ERROR -> errors > 0 || passedOver;
                    case NONE -> false;
                };
        return findings ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private ScanReport overFiles() throws Exception {
        if (!policies.isGiven()) {
            throw new BadInput("say with --policies by what the files are to be judged");
        }
        if (asOf != null) {
            throw new BadInput("files have no history: --as-of needs a server or the store");
        }
        var snapshot = input.read(streams, clock);
        return report(
                engine(snapshot, clock),
                snapshot,
                clock.instant(),
                input.files().stream().map(Path::toString).toList());
    }

    private PolicyEngine engine(Snapshot snapshot, InstantSource time) throws Exception {
        return policies.engine(new SnapshotHierarchy(snapshot), streams, input.isKeepGoing(), time);
    }

    private static ScanReport report(
            PolicyEngine engine, Snapshot snapshot, Instant at, List<String> inputs) {
        return new ScanReport(
                engine, snapshot, engine.scan(snapshot), at, inputs, Integer.MAX_VALUE);
    }

    /// What is kept, without a server, judged anew: what was collected last may not have been judged yet. Nothing is written.
    private int overStore() throws Exception {
        try (var kept = KeptFleet.forReading(store.options())) {
            var snapshots = kept.snapshots();
            var fleet = new Fleet(snapshots, snapshots, clock);
            fleet.damaged()
                    .forEach(damage -> streams.err().println("note: " + damage.getMessage()));
            var at = asOf == null ? clock.instant() : asOf;
            var snapshot =
                    asOf == null ? fleet.snapshot() : new FleetHistory(fleet, snapshots).asOf(asOf);
            var time = InstantSource.fixed(at);
            var engine =
                    policies.isGiven()
                            ? engine(snapshot, time)
                            : KeptCompliance.engine(
                                    snapshot,
                                    asOf == null
                                            ? kept.policyObjects()
                                            : kept.policyObjectHistory().asOf(asOf),
                                    time);
            if (engine.policies().isEmpty()) {
                throw new BadInput(
                        "no policy is in force in what is kept in %s: name some with --policies"
                                .formatted(store.folder()));
            }
            var report = report(engine, snapshot, at, List.of());
            report.notWhole().forEach(torn -> streams.err().println("note: " + torn));
            return print(report);
        } catch (KeptFleet.UnavailableException unavailable) {
            throw store.unasked(unavailable);
        } catch (FleetHistory.UnknownInstantException unknown) {
            throw new BadInput(String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private int overServer(String url) throws Exception {
        var body = Dynamic.bag().put("format", format.toString());
        if (asOf != null) {
            body.put("asOf", asOf.toString());
        }
        if (policies.isGiven()) {
            // Faults are told here, where the files and their lines are.
            policies.engine(ManagementHierarchy.NONE, streams, input.isKeepGoing(), clock);
            body.put("policies", policies.sent()).put("keepGoing", input.isKeepGoing());
        }
        try (var client = new ServerClient(url)) {
            var answer = client.postForBytes("/api/scan", body.build());
            if (answer.headers().firstValue("x-muster-policies").orElse("").equals("0")) {
                throw new BadInput(
                        policies.isGiven()
                                ? "nothing can be judged by the policies given"
                                : "no policy is in force at %s: name some with --policies"
                                        .formatted(url));
            }
            client.notWhole().forEach(torn -> streams.err().println("note: " + torn));
            streams.out().write(answer.body());
            streams.out().flush();
            long nonCompliant = 0;
            long errors = 0;
            var counts =
                    COUNT.matcher(
                            answer.headers()
                                    .firstValue("x-muster-findings")
                                    .orElseThrow(() ->
                                            new BadInput(
                                                    "what answers at "
                                                            + url
                                                            + " is no Muster server")));
            while (counts.find()) {
                long count = Long.parseLong(counts.group(2));
                if (counts.group(1).equals("Error")) {
                    errors += count;
                } else {
                    nonCompliant += count;
                }
            }
            return exitCode(nonCompliant, errors);
        }
    }
}
