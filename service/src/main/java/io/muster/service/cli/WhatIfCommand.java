package io.muster.service.cli;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.template.DeploymentExpansion;
import io.muster.policy.template.DeploymentScope;
import io.muster.policy.template.TemplateException;
import io.muster.service.compliance.SnapshotHierarchy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `muster what-if --resource FILE --policies DIR`: what policies would make of a request, before anybody sends it.
@Command(
        name = "what-if",
        description =
                "Says what policies would make of writing (or deleting) resources: denied, changed, or let through.",
        mixinStandardHelpOptions = true)
final class WhatIfCommand implements Callable<Integer> {
    private static final String TENANT = "00000000-0000-0000-0000-000000000000";
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

    /// A resource of the request.
    private record Asked(Dynamic resource, String apiVersion, Set<String> unresolved) {}

    @Override
    public Integer call() throws Exception {
        var snapshot =
                input.isGiven()
                        ? input.read(streams, clock)
                        : new SnapshotBuilder(ResourceGraphTables.STANDARD)
                                .build(clock.instant(), Dynamic.EMPTY_BAG);
        if (patch && delete) {
            throw new BadInput("a request is either --patch or --delete");
        }
        if (!policies.isGiven()) {
            throw new BadInput("say with --policies what is to be asked");
        }
        var engine =
                policies.engine(
                        new SnapshotHierarchy(snapshot), streams, input.isKeepGoing(), clock);
        boolean denied = false;
        for (var asked : asked(snapshot)) {
            denied |= !say(asked, engine, snapshot);
        }
        return denied ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private List<Asked> asked(Snapshot snapshot) throws IOException, JsonException, BadInput {
        if (Files.size(resource) > MAX_FILE_BYTES) {
            throw new BadInput(resource + "  is larger than " + MAX_FILE_BYTES + " bytes");
        }
        var json = Json.parse(Files.readString(resource));
        var resources = json.getIgnoreCase("resources");
        if (!resources.isNull() && json.getIgnoreCase("type").isNull()) {
            return expanded(json, snapshot);
        }
        List<Asked> all = new ArrayList<>();
        for (var one : json instanceof Dynamic.Array(var items) ? items : List.of(json)) {
            var id = ResourceId.tryParse(one.getIgnoreCase("id").textOr(""));
            if (id.isEmpty()) {
                throw new BadInput(resource + "  a resource needs its 'id'");
            }
            var whole = one;
            if (one.getIgnoreCase("type").isNull()) {
                whole = whole.with("type", Dynamic.of(id.get().type().text()));
            }
            if (one.getIgnoreCase("name").isNull()) {
                whole = whole.with("name", Dynamic.of(id.get().name()));
            }
            all.add(new Asked(whole, apiVersion, Set.of()));
        }
        return all;
    }

    private Dynamic given() throws IOException, JsonException {
        if (parameters == null) {
            return Dynamic.EMPTY_BAG;
        }
        var json = Json.parse(Files.readString(parameters));
        return json.getIgnoreCase("parameters") instanceof Dynamic.Bag inside ? inside : json;
    }

    private List<Asked> expanded(Dynamic template, Snapshot snapshot)
            throws IOException, JsonException, BadInput {
        var at = ResourceId.tryParse(scope);
        if (at.isEmpty()) {
            throw new BadInput("say with --scope where the deployment template goes");
        }
        try {
            return DeploymentExpansion.expand(
                            template,
                            given(),
                            new DeploymentScope(
                                    scope,
                                    at.flatMap(ResourceId::subscriptionId).orElse(null),
                                    at.flatMap(ResourceId::resourceGroup).orElse(null),
                                    TENANT,
                                    "what-if",
                                    snapshot.resource(scope)
                                            .map(group -> group.get("location").textOr(""))
                                            .orElse(""),
                                    clock.instant(),
                                    0,
                                    snapshot::resource))
                    .stream()
                    .map(r -> new Asked(r.body(), r.apiVersion(), r.unresolved()))
                    .toList();
        } catch (TemplateException fault) {
            throw new BadInput(resource + "  " + fault.reason());
        }
    }

    private boolean say(Asked asked, PolicyEngine engine, Snapshot snapshot) throws BadInput {
        String id = asked.resource().getIgnoreCase("id").textOr("");
        var existing = snapshot.resource(id).orElse(Dynamic.NULL);
        if (patch && existing.isNull()) {
            throw new BadInput(id + "  is not in the snapshot, so there is nothing to patch");
        }
        var request = request(asked, existing);
        var out = streams.out();
        for (var open : asked.unresolved()) {
            streams.err().printf("note: %s is not known until it is deployed: %s%n", open, id);
        }
        return switch (engine.admit(request, new SnapshotSurroundings(snapshot))) {
            case AdmissionResult.Denied(var findings, var body) -> {
                out.println("denied   " + id);
                findings.forEach(finding -> tell("by", finding));
                out.println(Json.write(body));
                yield false;
            }
            case AdmissionResult.Admitted(var after, var changedBy, var warnings) -> {
                out.println((changedBy.isEmpty() ? "allowed  " : "changed  ") + id);
                changedBy.forEach(p -> out.println("  by " + p.definition().displayName()));
                if (!changedBy.isEmpty()) {
                    out.println(Json.write(after));
                }
                warnings.forEach(finding -> tell("audited by", finding));
                yield true;
            }
        };
    }

    private AdmissionRequest request(Asked asked, Dynamic existing) {
        if (delete) {
            return AdmissionRequest.delete(
                    existing.isNull() ? asked.resource() : existing, asked.apiVersion());
        }
        return patch
                ? AdmissionRequest.patch(
                        MergePatch.apply(existing, asked.resource()), existing, asked.apiVersion())
                : AdmissionRequest.write(asked.resource(), existing, asked.apiVersion());
    }

    private void tell(String how, AdmissionResult.Finding finding) {
        var out = streams.out();
        out.println("  " + how + " " + finding.policy().definition().displayName());
        for (var e : finding.details().evaluatedExpressions()) {
            out.printf(
                    "    %s %s %s: %s%n",
                    e.expression(), e.operator(), Json.write(e.targetValue()), e.result());
        }
        if (finding.details().reason() != null) {
            out.println("    " + finding.details().reason());
        }
    }
}
