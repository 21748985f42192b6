package io.muster.policy.objects;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.function.ResourceIds;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The estate of the cases, and policy objects written one a line:
///
/// ```
/// definition NAME {policy rule or properties}
/// initiative NAME {properties}
/// assign NAME DEFINITION at SCOPE {further properties}
/// exempt NAME ASSIGNMENT at SCOPE {further properties}
/// attest NAME ASSIGNMENT at SCOPE {further properties}
/// resource SCOPE TYPE NAME {further members}
/// ```
///
/// A scope is `root` or `corp` (management groups; s1 is in corp, corp and s2 are in root), `s1`, `s1/apps`, `s1/apps/vm1`. In JSON a text `@x` stands for the id of the
/// scope or object x.
final class PolicyEstate implements ManagementHierarchy {
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String DEFINITIONS =
            "/providers/Microsoft.Authorization/policyDefinitions/";
    private static final String SETS = "/providers/Microsoft.Authorization/policySetDefinitions/";
    private static final String VM = "Microsoft.Compute/virtualMachines";
    private static final String ACCOUNT = "Microsoft.Storage/storageAccounts";

    private final Map<String, String> ids = new LinkedHashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final List<Dynamic> resources = new ArrayList<>();
    private final AliasCatalog fields = AliasCatalog.conventional();
    private PolicyCatalog catalog = PolicyCatalog.empty().with((ManagementHierarchy) this);

    PolicyEstate() {
        ids.put("root", "/providers/Microsoft.Management/managementGroups/root");
        ids.put("corp", "/providers/Microsoft.Management/managementGroups/corp");
        for (int s = 1; s <= 2; s++) {
            String id = "/subscriptions/00000000-0000-0000-0000-00000000000" + s;
            ids.put("s" + s, id);
            container("s" + s, id, "Microsoft.Resources/subscriptions");
        }
        for (var group : List.of("s1/apps", "s1/data", "s2/apps")) {
            String[] parts = group.split("/", -1);
            String id = ids.get(parts[0]) + "/resourceGroups/" + parts[1];
            ids.put(group, id);
            container(group, id, "Microsoft.Resources/subscriptions/resourceGroups");
        }
        resource("s1/apps", "vm1", VM, "East US", "{\"env\":\"prod\"}");
        resource("s1/apps", "vm2", VM, "westeurope", "{}");
        resource("s1/apps", "sa1", ACCOUNT, "eastus", "{}");
        resource("s1/data", "vm3", VM, "eastus", "{}");
        resource("s1/data", "sa2", ACCOUNT, "westeurope", "{\"env\":\"prod\"}");
        resource("s2/apps", "vm4", VM, "West Europe", "{\"env\":\"dev\"}");
        resource("s2/apps", "sa3", ACCOUNT, "eastus", "{}");
    }

    private void container(String name, String id, String type) {
        names.put(id.toLowerCase(Locale.ROOT), name);
        resources.add(
                Dynamic.bag()
                        .put("id", id)
                        .put("name", id.substring(id.lastIndexOf('/') + 1))
                        .put("type", type)
                        .put(
                                "location",
                                type.endsWith("s") && type.contains("roups") ? "eastus" : "")
                        .build());
    }

    private void resource(String group, String name, String type, String location, String tags) {
        resource(
                group,
                type,
                name,
                Dynamic.bag()
                        .put("location", location)
                        .put("tags", json(tags))
                        .put("properties", Dynamic.EMPTY_BAG)
                        .build());
    }

    /// A child has the names of all levels, with slashes between.
    private void resource(String scope, String type, String name, Dynamic more) {
        String id;
        try {
            id = ResourceIds.below(id(scope), type, List.of(name));
        } catch (EvaluationFailure fault) {
            throw new AssertionError(name + ": " + fault.reason(), fault);
        }
        ids.put(scope + "/" + name, id);
        names.put(id.toLowerCase(Locale.ROOT), name);
        var members =
                Dynamic.bag()
                        .put("id", id)
                        .put("name", name.substring(name.lastIndexOf('/') + 1))
                        .put("type", type);
        more.members().forEach(members::put);
        resources.add(members.build());
    }

    static Dynamic json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException fault) {
            throw new AssertionError(text + ": " + fault.describe(), fault);
        }
    }

    @Override
    public List<String> ancestors(Scope scope) {
        String id = scope.id();
        if (id.equalsIgnoreCase(ids.get("s1"))) {
            return List.of("corp", "root");
        }
        return id.equalsIgnoreCase(ids.get("root")) ? List.of() : List.of("root");
    }

    AliasCatalog fields() {
        return fields;
    }

    PolicyCatalog catalog() {
        return catalog;
    }

    /// A resource by what the cases call it; a new machine when there is none of that name.
    Dynamic resource(String name) {
        var id = ids.get(name);
        for (var resource : resources) {
            if (id != null && resource.get("id").textOr("").equals(id)) {
                return resource;
            }
        }
        int slash = name.lastIndexOf('/');
        return Dynamic.bag()
                .put(
                        "id",
                        id(name.substring(0, slash)) + "/providers/" + VM + name.substring(slash))
                .put("name", name.substring(slash + 1))
                .put("type", VM)
                .put("location", "eastus")
                .build();
    }

    /// What the cases call a resource.
    String nameOf(String id) {
        return names.getOrDefault(id.toLowerCase(Locale.ROOT), id);
    }

    Snapshot snapshot() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        resources.forEach(builder::add);
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    void add(String line) throws Exception {
        int brace = line.indexOf('{');
        String[] words = (brace < 0 ? line : line.substring(0, brace)).strip().split("\\s+");
        var body = resolved(brace < 0 ? Dynamic.EMPTY_BAG : json(line.substring(brace)));
        String name = words[1];
        switch (words[0]) {
            case "definition" -> {
                ids.put(name, DEFINITIONS + name);
                catalog =
                        catalog.with(
                                new PolicyDefinitionReader(fields)
                                        .read(name, body)
                                        .orThrow()
                                        .withId(DEFINITIONS + name, name));
            }
            case "initiative" -> {
                ids.put(name, SETS + name);
                var document =
                        Dynamic.bag()
                                .put("id", SETS + name)
                                .put("name", name)
                                .put("properties", body)
                                .build();
                catalog = catalog.with(PolicySetReader.read(name, document).orThrow());
            }
            case "assign" -> {
                var document = object(words, "policyAssignments", "policyDefinitionId", body);
                var faults = Faults.in(name, document);
                var read = PolicyObjectReader.assignment(document, faults);
                catalog = catalog.with(read.orElseThrow(() -> refused(faults)));
            }
            case "exempt" -> {
                var document =
                        object(
                                words,
                                "policyExemptions",
                                "policyAssignmentId",
                                withDefault(body, "exemptionCategory", "Waiver"));
                var faults = Faults.in(name, document);
                var read = PolicyObjectReader.exemption(document, faults);
                catalog = catalog.with(read.orElseThrow(() -> refused(faults)));
            }
            case "attest" -> {
                var document = object(words, "attestations", "policyAssignmentId", body);
                var faults = Faults.in(name, document);
                var read = PolicyObjectReader.attestation(document, faults);
                catalog = catalog.with(read.orElseThrow(() -> refused(faults)));
            }
            case "resource" -> resource(name, words[2], words[3], body);
            default -> throw new AssertionError("no object: " + line);
        }
    }

    private static AssertionError refused(Faults faults) {
        return new AssertionError(faults.all().toString());
    }

    private static Dynamic withDefault(Dynamic body, String name, String value) {
        return body.get(name).isNull() ? body.with(name, Dynamic.of(value)) : body;
    }

    private Dynamic object(String[] words, String collection, String member, Dynamic more) {
        String scope = id(words[4]);
        String provider =
                collection.equals("attestations")
                        ? "Microsoft.PolicyInsights"
                        : "Microsoft.Authorization";
        String id = scope + "/providers/" + provider + "/" + collection + "/" + words[1];
        ids.put(words[1], id);
        return Dynamic.bag()
                .put("id", id)
                .put("name", words[1])
                .put("location", "eastus")
                .put("identity", Dynamic.bag().put("type", "SystemAssigned").build())
                .put("properties", more.with(member, Dynamic.of(id(words[2]))))
                .build();
    }

    private String id(String name) {
        var id = ids.get(name);
        if (id == null) {
            throw new AssertionError("nothing is called " + name);
        }
        return id;
    }

    private Dynamic resolved(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) ->
                    text.startsWith("@") ? Dynamic.of(id(text.substring(1))) : value;
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(this::resolved).toList());
            case Dynamic.Bag(var members) -> {
                var out = new LinkedHashMap<String, Dynamic>();
                members.forEach((name, member) -> out.put(name, resolved(member)));
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    value;
        };
    }
}
