package io.muster.remediation;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.Resolution;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Rights;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An ARM in memory: ETags, long-running operations, a guest that installs by the extension's rules, and
/// faults on demand. What it accepted is on record.
final class ArmTwin {
    /// A write that was carried out.
    record Accepted(ResourceId target, ResourceChange change, @Nullable String ifMatch) {}

    private static final class Stored {
        private Dynamic body;
        private int etag = 1;
        private int pollsLeft;

        /// Application name to version and result.
        private final Map<String, String[]> registry = new TreeMap<>();

        Stored(Dynamic body) {
            this.body = body;
        }
    }

    private final Map<ResourceId, Stored> resources = new LinkedHashMap<>();
    private final Map<ResourceId, OperationState> deployments = new HashMap<>();
    private final List<Accepted> accepted = new ArrayList<>();
    private final LatestResolver resolver;

    /// Installations of these applications fail.
    final Set<String> failing = new TreeSet<>();

    /// Every write is refused as a policy would refuse it.
    boolean refusing;

    /// Polls until an operation ends.
    int slowness = 2;

    /// The share of calls that meet a fault of each kind.
    double faults;

    private final RandomGenerator chance;

    /// A fault that a test wants; null for none.
    @FunctionalInterface
    interface Trouble {
        /// @param call `read`, `send` or `poll`
        /// @param done whether the request was carried out
        @Nullable ArmFailure of(String call, ResourceId target, boolean done);
    }

    /// What ARM tells of rights at a scope; nothing by itself.
    volatile Function<ResourceId, Optional<Rights>> rights = _ -> Optional.empty();

    volatile Trouble trouble = (_, _, _) -> null;

    private void trouble(String call, ResourceId target, boolean done) throws ArmException {
        var failure = trouble.of(call, target, done);
        if (failure != null) {
            throw new ArmException(failure);
        }
    }

    /// Runs before a write is looked at: somebody else's change, for one.
    Runnable beforeWrite = () -> {};

    ArmTwin(LatestResolver resolver, RandomGenerator chance) {
        this.resolver = resolver;
        this.chance = chance;
    }

    synchronized void put(Dynamic resource) {
        var id = ResourceId.parse(resource.get("id").textOr(""));
        var stored = resources.computeIfAbsent(id, _ -> new Stored(resource));
        stored.body = resource;
        stored.etag++;
    }

    /// What the guest has to say of an application.
    synchronized void report(ResourceId machine, String name, String version, String result) {
        stored(machine).registry.put(name, new String[] {version, result});
    }

    synchronized Dynamic resource(ResourceId id) {
        return stored(id).body;
    }

    private Stored stored(ResourceId id) {
        return Objects.requireNonNull(resources.get(id), id::text);
    }

    synchronized List<Dynamic> all() {
        return resources.values().stream().map(s -> s.body).toList();
    }

    synchronized List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    /// ARM as a process sees it that may die.
    ArmPort port(Crashes crashes) {
        return new ArmPort() {
            @Override
            public ArmResource read(ResourceId id) throws ArmException {
                crashes.step();
                fault(false);
                trouble("read", id, false);
                return ArmTwin.this.read(id);
            }

            @Override
            public Sent send(ResourceChange change, @Nullable String ifMatch, String correlationId)
                    throws ArmException {
                crashes.step();
                fault(false);
                trouble("send", change.target(), false);
                beforeWrite.run();
                var sent = ArmTwin.this.send(change, ifMatch);
                crashes.step();
                fault(true);
                trouble("send", change.target(), true);
                return sent;
            }

            @Override
            public Optional<Rights> rights(ResourceId scope) throws ArmException {
                trouble("rights", scope, false);
                return rights.apply(scope);
            }

            @Override
            public OperationState poll(String operation) throws ArmException {
                crashes.step();
                fault(false);
                trouble("poll", ResourceId.parse(operation.substring("op:".length())), false);
                return ArmTwin.this.poll(operation);
            }

            @Override
            public Optional<OperationState> deployment(ResourceId deploymentId)
                    throws ArmException {
                crashes.step();
                fault(false);
                synchronized (ArmTwin.this) {
                    return Optional.ofNullable(deployments.get(deploymentId));
                }
            }
        };
    }

    /// @param done whether the request was carried out: then only its answer can be lost
    private void fault(boolean done) throws ArmException {
        double roll;
        synchronized (this) {
            roll = chance.nextDouble();
        }
        if (roll >= faults) {
            return;
        }
        int kind = (int) (roll / faults * 4);
        throw new ArmException(
                switch (kind) {
                    case 0 -> new ArmFailure.Unreachable("connection reset");
                    case 1 ->
                            new ArmFailure.Unavailable(
                                    503, "ServiceUnavailable", "later", Duration.ZERO);
                    case 2 ->
                            done
                                    ? new ArmFailure.Unreachable("the answer was lost")
                                    : new ArmFailure.Throttled(
                                            Duration.ofSeconds(7), "too many requests");
                    default ->
                            done
                                    ? new ArmFailure.Unavailable(
                                            502, "BadGateway", "", Duration.ZERO)
                                    : new ArmFailure.Conflict("Conflict", "busy", Duration.ZERO);
                });
    }

    private synchronized ArmResource read(ResourceId id) throws ArmException {
        var stored = resources.get(id);
        if (stored == null) {
            throw new ArmException(new ArmFailure.NotFound("ResourceNotFound", id + " is gone"));
        }
        // Time passes for whoever looks, too.
        if (stored.pollsLeft > 0) {
            stored.pollsLeft--;
        }
        var properties = stored.body.get("properties");
        properties =
                properties.with(
                        "provisioningState",
                        Dynamic.of(stored.pollsLeft > 0 ? "Updating" : "Succeeded"));
        if (id.isOfType(Machine.VM_TYPE)) {
            properties = properties.with("instanceView", view(stored));
        }
        return new ArmResource(
                id, stored.body.with("properties", properties), "\"" + stored.etag + "\"");
    }

    private static Dynamic view(Stored stored) {
        List<Dynamic> state = new ArrayList<>();
        stored.registry.forEach((name, entry) ->
                state.add(
                        Dynamic.bag()
                                .put("applicationName", name)
                                .put("version", entry[0])
                                .put("result", entry[1])
                                .build()));
        var message =
                Dynamic.bag()
                        .put("CurrentState", Dynamic.array(state))
                        .put("ActionsPerformed", Dynamic.EMPTY_ARRAY)
                        .put("Errors", "")
                        .build();
        var status =
                Dynamic.bag()
                        .put("code", "ProvisioningState/succeeded")
                        .put("message", "Enable succeeded: " + Json.write(message))
                        .build();
        return Dynamic.bag()
                .put("vmAgent", Dynamic.bag().put("vmAgentVersion", "2.7").build())
                .put(
                        "statuses",
                        Dynamic.array(Dynamic.bag().put("code", "PowerState/running").build()))
                .put(
                        "extensions",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put("name", "VMAppExtension")
                                        .put(
                                                "type",
                                                "Microsoft.CPlat.Core.VMApplicationManagerLinux")
                                        .put("statuses", Dynamic.array(status))
                                        .build()))
                .build();
    }

    private synchronized Sent send(ResourceChange change, @Nullable String ifMatch)
            throws ArmException {
        var stored = resources.get(change.target());
        if (stored == null) {
            throw new ArmException(
                    new ArmFailure.NotFound("ResourceNotFound", change.target() + " is gone"));
        }
        if (refusing) {
            throw new ArmException(new ArmFailure.Refused(403, "RequestDisallowedByPolicy", "no"));
        }
        if (ifMatch != null && !ifMatch.equals("\"" + stored.etag + "\"")) {
            throw new ArmException(new ArmFailure.PreconditionFailed("it has changed"));
        }
        if (stored.pollsLeft > 0) {
            throw new ArmException(
                    new ArmFailure.Conflict(
                            "Conflict", "an operation is under way", Duration.ZERO));
        }
        switch (change) {
            case ResourceChange.Patch(var id, var body, _) -> {
                stored.body = merge(stored.body, body);
                apply(id, stored);
            }
            case ResourceChange.Reapply(var id) -> apply(id, stored);
            case ResourceChange.UpgradeInstances _ -> {}
            case ResourceChange.Deploy deploy -> {
                // The twin's template is the entry itself.
                var profile =
                        ApplicationProfile.ofResource(stored.body)
                                .with(new ProfileEntry(deploy.template()));
                stored.body =
                        merge(
                                stored.body,
                                Dynamic.bag()
                                        .put(
                                                "properties",
                                                Dynamic.bag()
                                                        .put(
                                                                "applicationProfile",
                                                                profile.toDynamic())
                                                        .build())
                                        .build());
                apply(deploy.target(), stored);
                deployments.put(deploy.deploymentId(), new OperationState.Succeeded());
            }
        }
        stored.etag++;
        stored.pollsLeft = slowness;
        accepted.add(new Accepted(change.target(), change, ifMatch));
        return slowness == 0
                ? new Sent.Done()
                : new Sent.Started("op:" + change.target().text(), Duration.ofSeconds(1));
    }

    /// The guest's rules: dropped ones are removed, changed versions installed, all else is left alone.
    private void apply(ResourceId id, Stored stored) {
        if (!id.isOfType(Machine.VM_TYPE)) {
            return;
        }
        var machine = Machine.read(stored.body).orElseThrow();
        Map<String, String> wanted = new TreeMap<>();
        for (var entry : machine.profile().entries()) {
            var reference = entry.reference().orElseThrow();
            wanted.put(reference.application(), version(reference, machine));
        }
        stored.registry.keySet().retainAll(wanted.keySet());
        wanted.forEach((name, version) -> {
            var has = stored.registry.get(name);
            if (has == null || !has[0].equals(version)) {
                stored.registry.put(
                        name,
                        new String[] {
                            version,
                            failing.contains(name)
                                    ? "Install FAILED exit status=1"
                                    : "Install SUCCESS"
                        });
            }
        });
    }

    private String version(ApplicationReference reference, Machine machine) {
        return resolver.resolve(reference, machine)
                        instanceof Resolution.Resolved(GalleryApplicationVersion version, var _)
                ? version.name()
                : reference.version();
    }

    private synchronized OperationState poll(String operation) {
        var stored = stored(ResourceId.parse(operation.substring("op:".length())));
        if (stored.pollsLeft > 0) {
            stored.pollsLeft--;
        }
        return stored.pollsLeft > 0
                ? new OperationState.Running(Duration.ofSeconds(1))
                : new OperationState.Succeeded();
    }

    private static Dynamic merge(Dynamic into, Dynamic patch) {
        var merged = into;
        for (var member : patch.members().entrySet()) {
            var old = merged.get(member.getKey());
            merged =
                    merged.with(
                            member.getKey(),
                            old instanceof Dynamic.Bag && member.getValue() instanceof Dynamic.Bag
                                    ? merge(old, member.getValue())
                                    : member.getValue());
        }
        return merged;
    }
}
