package io.muster.benchmarks.policy;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The virtual machines of the generator's estate, and a hundredth of them to compare by.
///
/// @param sample the resources themselves
public record AuditedFleet(Snapshot machines, List<Dynamic> sample) {
    /// When everything is, for these benchmarks.
    public static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    private static final String VM = "microsoft.compute/virtualmachines";
    private static final int SAMPLE_SHARE = 100;

    public AuditedFleet {
        sample = List.copyOf(sample);
    }

    public static AuditedFleet of(int machines) throws Exception {
        var sample = new ArrayList<Dynamic>();
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        int[] seen = {0};
        new EstateGenerator(EstateSize.ofMachines(machines), 1)
                .write(resource -> {
                    if (resource.get("type").textOr("").equalsIgnoreCase(VM)) {
                        builder.add(resource);
                        if (seen[0]++ % SAMPLE_SHARE == 0) {
                            sample.add(resource);
                        }
                    }
                });
        return new AuditedFleet(builder.build(NOW, Dynamic.EMPTY_BAG), sample);
    }

    /// The sample alone.
    public Snapshot sampled() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        sample.forEach(builder::add);
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    /// One of the sample with another tag, differently each time.
    public Dynamic changed(int time) {
        return sample.get(time % sample.size())
                .with("tags", Dynamic.bag().put("env", "v" + time % 20).build());
    }

    /// A definition that audits and an assignment of it for each condition.
    public static PolicyEngine engine(List<String> conditions) throws Exception {
        var fields = AliasCatalog.conventional();
        var catalog = PolicyCatalog.empty().changed();
        for (int i = 0; i < conditions.size(); i++) {
            String id = "/providers/Microsoft.Authorization/policyDefinitions/r%04d".formatted(i);
            var rule =
                    Json.parse(
                            "{\"mode\":\"Indexed\",\"policyRule\":{\"if\":%s,\"then\":{\"effect\":\"audit\"}}}"
                                    .formatted(conditions.get(i)));
            catalog.add(
                    new PolicyDefinitionReader(fields)
                            .read("r" + i, rule)
                            .orThrow()
                            .withId(id, "r" + i));
            var assignment =
                    Json.parse(
                            "{\"id\":\"/providers/Microsoft.Authorization/policyAssignments/a%04d\",\"name\":\"a%04d\",\"properties\":{\"policyDefinitionId\":\"%s\"}}"
                                    .formatted(i, i, id));
            catalog.add(
                    PolicyObjectReader.assignment(assignment, Faults.in("a", assignment))
                            .orElseThrow());
        }
        return PolicyEngine.of(catalog.build(), fields, InstantSource.fixed(NOW));
    }
}
