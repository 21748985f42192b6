package io.muster.service.cli;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.cli.report.ReportFormat;
import io.muster.service.cli.report.ScanReport;
import io.muster.service.compliance.ImpliedAssignments;
import io.muster.service.compliance.PolicyFolders;
import io.muster.service.compliance.SnapshotHierarchy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster scan --policies DIR --input FILE`: judges resources by the policies of a folder.
@Command(
        name = "scan",
        description = "Judges resources by policies and says what is non-compliant, and why.",
        mixinStandardHelpOptions = true)
final class ScanCommand implements Callable<Integer> {
    enum FailOn {
        NONCOMPLIANT,
        ERROR,
        NONE
    }

    private final Streams streams;
    private final InstantSource clock;

    @Option(
            names = "--policies",
            paramLabel = "DIR",
            required = true,
            description =
                    "Folders of definitions, initiatives, assignments and exemptions in Azure's JSON; without assignments everything is assigned to all resources")
    private List<Path> policies = new ArrayList<>();

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Further input files")
    private List<String> more = new ArrayList<>();

    @Mixin private InputOptions input = new InputOptions();

    @Option(names = "--format", description = "${COMPLETION-CANDIDATES}", defaultValue = "text")
    private ReportFormat format = ReportFormat.TEXT;

    @Option(
            names = "--fail-on",
            description =
                    "What makes the exit code 1: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
            defaultValue = "noncompliant")
    private FailOn failOn = FailOn.NONCOMPLIANT;

    ScanCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        input.add(more);
        if (!input.isGiven()) {
            throw new BadInput("say with --input which resources to judge");
        }
        for (var folder : policies) {
            if (!Files.exists(folder)) {
                throw new BadInput(folder + "  the folder does not exist");
            }
        }
        var snapshot = input.read(streams, clock);
        var engine = engine(new SnapshotHierarchy(snapshot));
        var verdicts = engine.scan(snapshot);
        var report =
                new ScanReport(
                        engine,
                        snapshot,
                        verdicts,
                        input.files().stream().map(Path::toString).toList());
        format.print(report, streams.out());
        boolean findings =
                switch (failOn) {
                    case NONCOMPLIANT ->
                            report.count(ComplianceState.NON_COMPLIANT)
                                            + report.count(ComplianceState.CONFLICT)
                                            + report.count(ComplianceState.ERROR)
                                    > 0;
                    case ERROR -> report.count(ComplianceState.ERROR) > 0;
                    case NONE -> false;
                };
        return findings ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private PolicyEngine engine(SnapshotHierarchy hierarchy) throws Exception {
        var fields = AliasCatalog.conventional();
        var loaded = PolicyFolders.load(policies, fields);
        tell(loaded.diagnostics());
        var catalog = loaded.catalog();
        if (catalog.assignments().isEmpty()) {
            var implied = ImpliedAssignments.in(catalog);
            catalog = implied.catalog();
            for (String name : implied.left()) {
                streams.err()
                        .println(
                                "note: %s is left out: it has parameters without defaults, so it needs an assignment"
                                        .formatted(name));
            }
            if (catalog.assignments().isEmpty()) {
                throw new BadInput("no policy in " + policies + " can be assigned");
            }
        }
        var engine = PolicyEngine.of(catalog.with(hierarchy), fields, clock);
        tell(engine.diagnostics());
        return engine;
    }

    /// Warnings are shown; errors end the command.
    private void tell(List<Diagnostic> diagnostics) throws DiagnosticException {
        if (PolicyFolders.hasErrors(diagnostics) && !input.isKeepGoing()) {
            throw new DiagnosticException(
                    diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).toList());
        }
        diagnostics.forEach(d -> streams.err().println(d.render()));
    }
}
