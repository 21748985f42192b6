package io.muster.policy.evaluate.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The columnar engine agrees with the row-wise one on random rules over random resources.
final class AgreementTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final int ROUNDS = Boolean.getBoolean("muster.exhaustive") ? 2_000 : 30;
    private static final String SUB = "/subscriptions/00000000-0000-0000-0000-000000000001";
    private static final String VM = "Microsoft.Compute/virtualMachines";
    static final List<String> FIELDS =
            List.of(
                    "type",
                    "name",
                    "location",
                    "kind",
                    "id",
                    "tags",
                    "tags.env",
                    "tags['Cost Center']",
                    "identity.type",
                    VM + "/a",
                    VM + "/b",
                    VM + "/list",
                    VM + "/list[*]",
                    VM + "/items[*]",
                    VM + "/items[*].p",
                    VM + "/items[*].inner[*]",
                    VM + "/items[*].inner[*].q",
                    VM + "/deep.er.value",
                    "Microsoft.Network/networkInterfaces/a");
    private static final List<String> OPERATORS =
            List.of(
                    "equals",
                    "notEquals",
                    "in",
                    "notIn",
                    "contains",
                    "notContains",
                    "containsKey",
                    "notContainsKey",
                    "like",
                    "notLike",
                    "match",
                    "notMatchInsensitively",
                    "less",
                    "greaterOrEquals",
                    "exists");

    /// What is computed of a resource: some of it fails for some resources.
    private static final List<String> COMPUTED =
            List.of(
                    "[int(field('%s/a'))]",
                    "[length(field('%s/list[*]'))]",
                    "[length(field('%s/b'))]",
                    "[first(field('%s/list[*]'))]",
                    "[toLower(field('%s/b'))]",
                    "[contains(field('%s/b'), 'x')]",
                    "[empty(field('%s/items'))]",
                    "[if(equals(field('%s/a'), 1), field('tags.env'), int('x'))]",
                    "[field('%s/items[*].p')]",
                    "[resourceGroup().name]");

    /// Fields whose names are computed; one of them is none now and then.
    private static final List<String> COMPUTED_FIELDS =
            List.of(
                    "[concat('tags[', field('%s/b'), ']')]",
                    "[if(equals(field('%s/a'), 1), 'name', '%s/b')]",
                    "[concat('%s/', field('kind'), 'list[*]')]",
                    "[concat('no', field('%s/b'))]",
                    "[concat('no', 'field')]",
                    "[concat('%s', '/b')]");

    private static Dynamic one(Random random, List<String> patterns) {
        return Dynamic.of(patterns.get(random.nextInt(patterns.size())).replace("%s", VM));
    }

    private static Dynamic scalar(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> Dynamic.of(random.nextInt(4));
            case 1 -> Dynamic.of(random.nextBoolean());
            case 2 -> Dynamic.of(random.nextInt(3) + 0.5);
            case 3 -> Dynamic.NULL;
            case 4 -> Dynamic.of("");
            case 5 -> Dynamic.of("2026-01-0" + (1 + random.nextInt(3)));
            default ->
                    Dynamic.of(
                            List.of("x", "X", "ab", "a*", "1", "true", "Env")
                                    .get(random.nextInt(7)));
        };
    }

    private static Dynamic array(Random random, int depth) {
        List<Dynamic> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            items.add(random.nextInt(4) == 0 ? scalar(random) : item(random, depth));
        }
        return new Dynamic.Array(items);
    }

    private static Dynamic item(Random random, int depth) {
        var bag = Dynamic.bag();
        if (random.nextInt(4) > 0) {
            bag.put(random.nextInt(5) == 0 ? "P" : "p", scalar(random));
        }
        if (random.nextBoolean()) {
            bag.put("q", scalar(random));
        }
        if (depth > 0 && random.nextBoolean()) {
            bag.put("inner", array(random, depth - 1));
        }
        return bag.build();
    }

    static Dynamic resource(Random random, int number) {
        boolean other = random.nextInt(5) == 0;
        String type = other ? "Microsoft.Network/networkInterfaces" : VM;
        var properties = Dynamic.bag();
        if (random.nextInt(4) > 0) {
            properties.put("a", random.nextInt(8) == 0 ? item(random, 0) : scalar(random));
        }
        if (random.nextBoolean()) {
            properties.put(random.nextInt(6) == 0 ? "B" : "b", scalar(random));
        }
        if (random.nextInt(3) > 0) {
            properties.put("list", random.nextInt(6) == 0 ? scalar(random) : list(random));
        }
        if (random.nextInt(3) > 0) {
            properties.put("items", array(random, 1));
        }
        if (random.nextBoolean()) {
            properties.put(
                    "deep",
                    Dynamic.bag()
                            .put("er", Dynamic.bag().put("value", scalar(random)).build())
                            .build());
        }
        var resource =
                Dynamic.bag()
                        .put(
                                "id",
                                SUB
                                        + "/resourceGroups/g"
                                        + random.nextInt(3)
                                        + "/providers/"
                                        + type
                                        + "/r"
                                        + number)
                        .put("name", "r" + number)
                        .put("type", type)
                        .put("location", random.nextBoolean() ? "East US" : "westeurope");
        if (random.nextBoolean()) {
            resource.put(
                    "tags",
                    Dynamic.bag()
                            .put(random.nextBoolean() ? "env" : "Env", "x")
                            .put("Cost Center", random.nextBoolean() ? "1" : "ab")
                            .build());
        }
        if (random.nextInt(3) == 0) {
            resource.put("identity", Dynamic.bag().put("type", "SystemAssigned").build());
        }
        return resource.put("properties", properties.build()).build();
    }

    private static Dynamic list(Random random) {
        List<Dynamic> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            items.add(scalar(random));
        }
        return new Dynamic.Array(items);
    }

    private static Dynamic operand(Random random, String operator) {
        return switch (operator) {
            case "in", "notIn" -> list(random);
            case "exists" -> Dynamic.of(random.nextBoolean());
            case "like", "notLike" ->
                    Dynamic.of(List.of("*", "a*", "*b", "x", "", "*A*").get(random.nextInt(6)));
            case "less", "greaterOrEquals" ->
                    random.nextBoolean()
                            ? Dynamic.of(random.nextInt(4))
                            : Dynamic.of(random.nextBoolean() ? "2026-01-02" : "m");
            default ->
                    random.nextInt(10) == 0
                            ? Dynamic.of("[field('name')]")
                            : switch (random.nextInt(24)) {
                                case 0 -> Dynamic.of("[tryGet(createObject('a', 1), 'b')]");
                                case 1 -> one(random, COMPUTED);
                                default -> scalar(random);
                            };
        };
    }

    private static Dynamic leaf(Random random, List<String> fields) {
        String operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
        var bag = Dynamic.bag();
        int kind = random.nextInt(8);
        if (kind == 0) {
            bag.put(
                    "value",
                    random.nextBoolean() ? Dynamic.of("[field('tags.env')]") : scalar(random));
        } else if (kind == 1 && random.nextBoolean()) {
            bag.put("value", one(random, COMPUTED));
        } else if (kind == 2 && random.nextInt(4) == 0) {
            bag.put("field", one(random, COMPUTED_FIELDS));
        } else {
            bag.put("field", fields.get(random.nextInt(fields.size())));
        }
        return bag.put(operator, operand(random, operator)).build();
    }

    /// A count over values, around or within one over a field; the innermost of those that `current` may mean is meant.
    private static Dynamic valueCount(Random random) {
        var where =
                switch (random.nextInt(4)) {
                    case 0 ->
                            Dynamic.bag()
                                    .put("value", "[current('n')]")
                                    .put("equals", scalar(random))
                                    .build();
                    case 1 ->
                            Dynamic.bag()
                                    .put("field", VM + "/b")
                                    .put("equals", "[current('n')]")
                                    .build();
                    case 2 ->
                            Dynamic.bag()
                                    .put(
                                            "count",
                                            Dynamic.bag()
                                                    .put("field", VM + "/items[*]")
                                                    .put(
                                                            "where",
                                                            Dynamic.bag()
                                                                    .put(
                                                                            "value",
                                                                            "[current('"
                                                                                    + VM
                                                                                    + "/items[*].p')]")
                                                                    .put("equals", "[current('n')]")
                                                                    .build())
                                                    .build())
                                    .put("greater", Dynamic.of(0))
                                    .build();
                    default -> condition(random, 1, List.of("name", VM + "/a", VM + "/list[*]"));
                };
        var array =
                random.nextBoolean() ? Dynamic.of("[field('" + VM + "/list[*]')]") : list(random);
        return Dynamic.bag()
                .put(
                        "count",
                        Dynamic.bag()
                                .put("value", array)
                                .put("name", "n")
                                .put("where", where)
                                .build())
                .put(random.nextBoolean() ? "greater" : "equals", Dynamic.of(random.nextInt(3)))
                .build();
    }

    private static Dynamic count(Random random) {
        if (random.nextInt(3) == 0) {
            return valueCount(random);
        }
        String counted = random.nextBoolean() ? VM + "/items[*]" : VM + "/items[*].inner[*]";
        var count = Dynamic.bag().put("field", counted);
        if (random.nextInt(4) > 0) {
            var inner =
                    List.of(
                            counted,
                            counted + ".p",
                            counted + ".q",
                            VM + "/items[*].p",
                            "tags.env");
            count.put("where", condition(random, 1, inner));
        }
        return Dynamic.bag()
                .put("count", count.build())
                .put(random.nextBoolean() ? "greater" : "equals", Dynamic.of(random.nextInt(3)))
                .build();
    }

    static Dynamic condition(Random random, int depth, List<String> fields) {
        int kind = depth == 0 ? 9 : random.nextInt(8);
        return switch (kind) {
            case 0 -> Dynamic.bag().put("not", condition(random, depth - 1, fields)).build();
            case 1, 2 -> Dynamic.bag().put("allOf", conditions(random, depth, fields)).build();
            case 3, 4 -> Dynamic.bag().put("anyOf", conditions(random, depth, fields)).build();
            case 5 -> fields.equals(FIELDS) ? count(random) : leaf(random, fields);
            default -> leaf(random, fields);
        };
    }

    private static Dynamic conditions(Random random, int depth, List<String> fields) {
        List<Dynamic> all = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            all.add(condition(random, depth - 1, fields));
        }
        return new Dynamic.Array(all);
    }

    private static PolicyEngine engine(Random random, List<Dynamic> rules) throws Exception {
        var fields = AliasCatalog.conventional();
        var catalog = PolicyCatalog.empty();
        for (int i = 0; i < 20; i++) {
            var rule =
                    Dynamic.bag()
                            .put("if", condition(random, 3, FIELDS))
                            .put("then", Dynamic.bag().put("effect", "audit").build())
                            .build();
            rules.add(rule);
            var read = new PolicyDefinitionReader(fields).read("rule " + i, rule);
            if (read.definition() == null) {
                continue;
            }
            String id = "/providers/Microsoft.Authorization/policyDefinitions/p" + i;
            catalog = catalog.with(read.orThrow().withId(id, "p" + i));
            String scope = random.nextBoolean() ? SUB : SUB + "/resourceGroups/g1";
            var assignment =
                    Json.parse(
                            """
                            {"id":"%s/providers/Microsoft.Authorization/policyAssignments/a%d","properties":{"policyDefinitionId":"%s"}}
                            """
                                    .formatted(scope, i, id));
            catalog =
                    catalog.with(
                            PolicyObjectReader.assignment(
                                            assignment, Faults.in("assignment", assignment))
                                    .orElseThrow());
        }
        return PolicyEngine.of(catalog, fields, InstantSource.fixed(NOW));
    }

    @Test
    void bothEnginesGiveEveryResourceTheSameState() throws Exception {
        long seed = Long.getLong("muster.seed", 42L);
        for (int round = 0; round < ROUNDS; round++) {
            var random = new Random(seed + round);
            List<Dynamic> rules = new ArrayList<>();
            var engine = engine(random, rules);
            var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
            for (int i = 0; i < 80; i++) {
                builder.add(resource(random, i));
            }
            Snapshot snapshot = builder.build(NOW, Dynamic.EMPTY_BAG);

            var columns = engine.scan(snapshot);
            var rows = engine.scanRowByRow(snapshot);

            for (var key : rows.keys()) {
                for (var state : ComplianceState.values()) {
                    assertThat(columns.of(key, state))
                            .as(
                                    "seed %d, %s, %s: %s",
                                    seed + round,
                                    key.assignmentId(),
                                    state,
                                    Json.write(new Dynamic.Array(rules)))
                            .isEqualTo(rows.of(key, state));
                }
            }
        }
    }
}
