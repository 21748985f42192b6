package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.service.compliance.KeptCompliance;
import io.muster.service.compliance.SnapshotHierarchy;
import io.muster.service.fleet.Fleet;
import io.muster.service.report.WhatIf;
import io.muster.service.store.KeptFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `muster what-if --resource FILE`: what policies would make of a request, before anybody sends it: over files, a running server's fleet, or what one kept.
@Command(
        name = "what-if",
        description =
                "Says what policies would make of writing (or deleting) resources: denied, changed, or let through. Without --input: over the running server's fleet, or what is kept of it; without --policies: by those in force there.",
        mixinStandardHelpOptions = true)
final class WhatIfCommand implements Callable<Integer> {
    private static final long MAX_FILE_BYTES = 4L << 20;

    private final Streams streams;
    private final InstantSource clock;

    @Option(
            names = "--resource",
            paramLabel = "FILE",
            required = true,
            description =
                    "A resource as it would be sent (with id, name and type), an array of such, or a deployment template")
    private Path resource = Path.of("resource.json");

    @Mixin private PolicyOptions policies = new PolicyOptions();
    @Mixin private InputOptions input = new InputOptions();
    @Mixin private StoreOptions store = new StoreOptions();

    @Mixin private ServerOption server = new ServerOption();

    @Option(
            names = "--scope",
            paramLabel = "ID",
            description = "Resource group or subscription that a deployment template goes to")
    private String scope = "";

    @Option(
            names = "--parameters",
            paramLabel = "FILE",
            description =
                    "Values of a deployment template's parameters, as a parameter file has them")
    private @Nullable Path parameters;

    @Option(
            names = "--api-version",
            paramLabel = "VERSION",
            description =
                    "Of the request; a template's resources have their own (default: the latest)",
            defaultValue = AdmissionRequest.LATEST)
    private String apiVersion = AdmissionRequest.LATEST;

    @Option(names = "--delete", description = "The resources would be deleted, not written")
    private boolean delete;

    @Option(
            names = "--patch",
            description =
                    "The resources have only what a PATCH would name: it is merged into what the snapshot has")
    private boolean patch;

    WhatIfCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        if (patch && delete) {
            throw new BadInput("a request is either --patch or --delete");
        }
        var asked =
                new WhatIf.Asked(
                        json(resource),
                        delete ? WhatIf.How.DELETE : patch ? WhatIf.How.PATCH : WhatIf.How.WRITE,
                        apiVersion,
                        scope,
                        parameters == null ? Dynamic.EMPTY_BAG : json(parameters));
        boolean denied;
        try {
            denied = isDenied(asked);
        } catch (WhatIf.UnclearException unclear) {
            throw new BadInput(resource + "  " + unclear.getMessage(), unclear);
        }
        return denied ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private static Dynamic json(Path file) throws IOException, JsonException, BadInput {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new BadInput(file + "  is larger than " + MAX_FILE_BYTES + " bytes");
        }
        return Json.parse(Files.readString(file));
    }

    private boolean isDenied(WhatIf.Asked asked) throws Exception {
        if (input.isGiven()) {
            return overSnapshot(asked, input.read(streams, clock));
        }
        var url = server.url(store.folder());
        return url.isEmpty() ? overStore(asked) : overServer(asked, url.get());
    }

    /// Judged by the folder's policies.
    private boolean overSnapshot(WhatIf.Asked asked, Snapshot snapshot) throws Exception {
        if (!policies.isGiven()) {
            throw new BadInput("say with --policies what is to be asked");
        }
        return tell(
                asked,
                snapshot,
                policies.engine(
                        new SnapshotHierarchy(snapshot), streams, input.isKeepGoing(), clock));
    }

    private boolean tell(WhatIf.Asked asked, Snapshot snapshot, PolicyEngine engine)
            throws WhatIf.UnclearException {
        return new WhatIf(engine, snapshot, asked, clock.instant(), streams.out(), streams.err())
                .tell();
    }

    private boolean overStore(WhatIf.Asked asked) throws Exception {
        try (var kept = KeptFleet.forReading(store.options())) {
            var snapshots = kept.snapshots();
            var fleet = new Fleet(snapshots, snapshots, clock);
            fleet.damaged()
                    .forEach(damage -> streams.err().println("note: " + damage.getMessage()));
            return policies.isGiven()
                    ? overSnapshot(asked, fleet.snapshot())
                    : tell(
                            asked,
                            fleet.snapshot(),
                            KeptCompliance.engine(fleet.snapshot(), kept.policyObjects(), clock));
        } catch (KeptFleet.UnavailableException unavailable) {
            if (!unavailable.isNothingKept() || !policies.isGiven()) {
                throw store.unasked(unavailable);
            }
            streams.err().println("note: no fleet is known: judged as if nothing existed");
            return overSnapshot(
                    asked,
                    new SnapshotBuilder(ResourceGraphTables.STANDARD)
                            .build(clock.instant(), Dynamic.EMPTY_BAG));
        }
    }

    private boolean overServer(WhatIf.Asked asked, String url) throws Exception {
        var body =
                Dynamic.bag()
                        .put("content", asked.content())
                        .put("how", asked.how().name().toLowerCase(Locale.ROOT))
                        .put("apiVersion", asked.apiVersion())
                        .put("scope", asked.scope())
                        .put("parameters", asked.parameters());
        if (policies.isGiven()) {
            // Faults are told here, where the files and their lines are.
            policies.engine(ManagementHierarchy.NONE, streams, input.isKeepGoing(), clock);
            body.put("policies", policies.sent()).put("keepGoing", input.isKeepGoing());
        }
        try (var client = new ServerClient(url)) {
            var answer = client.post("/api/what-if", body.build());
            client.notWhole().forEach(torn -> streams.err().println("note: " + torn));
            streams.err().print(answer.get("notes").textOr(""));
            streams.out().print(answer.get("text").textOr(""));
            return answer.get("denied").boolOr(false);
        }
    }
}
