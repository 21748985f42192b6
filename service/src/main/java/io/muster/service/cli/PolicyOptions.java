package io.muster.service.cli;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyFile;
import io.muster.service.compliance.PolicyFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Options that name folders of policies.
final class PolicyOptions {
    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description =
                    "Folders of definitions, initiatives, assignments and exemptions in Azure's JSON; without assignments everything is assigned to all resources")
    private List<Path> folders = new ArrayList<>();

    private boolean faulty;

    boolean isGiven() {
        return !folders.isEmpty();
    }

    /// Whether something was passed over that should have been judged by.
    boolean hadFaults() {
        return faulty;
    }

    /// What is in the folders.
    ///
    /// @throws BadInput when one does not exist
    List<PolicyFile> files() throws BadInput, IOException {
        for (var folder : folders) {
            if (!Files.exists(folder)) {
                throw new BadInput(folder + "  the folder does not exist");
            }
        }
        return PolicyFolders.files(folders);
    }

    /// The files as a server takes them.
    Dynamic sent() throws BadInput, IOException {
        var files = new ArrayList<Dynamic>();
        for (var file : files()) {
            if (file.text() != null) {
                files.add(
                        Dynamic.bag()
                                .put("path", file.path().toString())
                                .put("text", file.text())
                                .build());
            }
        }
        return Dynamic.array(files);
    }

    /// What the policies are about. Warnings are shown; errors end the command, unless it is to keep going.
    PolicyCatalog assigned(Streams streams, boolean keepGoing)
            throws BadInput, IOException, DiagnosticException {
        var assigned = PolicyFolders.assigned(files(), AliasCatalog.conventional());
        tell(assigned.diagnostics(), streams, keepGoing);
        for (String name : assigned.left()) {
            streams.err()
                    .println(
                            "note: %s is left out: it has parameters without defaults, so it needs an assignment"
                                    .formatted(name));
        }
        if (assigned.catalog().assignments().isEmpty()) {
            throw new BadInput("no policy in " + folders + " can be assigned");
        }
        return assigned.catalog();
    }

    /// The policies over a fleet's management groups.
    PolicyEngine engine(
            ManagementHierarchy hierarchy, Streams streams, boolean keepGoing, InstantSource clock)
            throws BadInput, IOException, DiagnosticException {
        var engine =
                PolicyEngine.of(
                        assigned(streams, keepGoing).with(hierarchy),
                        AliasCatalog.conventional(),
                        clock);
        tell(engine.diagnostics(), streams, keepGoing);
        return engine;
    }

    private void tell(List<Diagnostic> diagnostics, Streams streams, boolean keepGoing)
            throws DiagnosticException {
        faulty |= PolicyFolders.hasErrors(diagnostics);
        if (PolicyFolders.hasErrors(diagnostics) && !keepGoing) {
            throw new DiagnosticException(
                    diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).toList());
        }
        diagnostics.forEach(d -> streams.err().println(d.render()));
    }
}
