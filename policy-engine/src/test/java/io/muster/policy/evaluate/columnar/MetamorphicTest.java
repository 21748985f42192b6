package io.muster.policy.evaluate.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// What must not change a rule's answer: its laws of logic, the order of what has no order, letter case, and what it does not ask about.
final class MetamorphicTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final int ROUNDS = Boolean.getBoolean("muster.exhaustive") ? 20_000 : 400;
    private static final long SEED = Long.getLong("muster.seed", 4242L);
    private static final Set<String> FOLDING =
            Set.of(
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
                    "notMatchInsensitively");

    private enum Answer {
        TRUE,
        FALSE,
        FAILS
    }

    private static Optional<CompiledRule> compiled(Dynamic condition) {
        var fields = AliasCatalog.conventional();
        var rule =
                Dynamic.bag()
                        .put("if", condition)
                        .put("then", Dynamic.bag().put("effect", "audit").build())
                        .build();
        var read = new PolicyDefinitionReader(fields).read("rule", rule);
        if (read.definition() == null) {
            return Optional.empty();
        }
        String id = "/providers/Microsoft.Authorization/policyDefinitions/p";
        var assignment =
                Dynamic.bag()
                        .put("id", "/providers/Microsoft.Authorization/policyAssignments/a")
                        .put("name", "a")
                        .put("properties", Dynamic.bag().put("policyDefinitionId", id).build())
                        .build();
        var catalog =
                PolicyCatalog.empty()
                        .with(read.definition().withId(id, "p"))
                        .with(
                                PolicyObjectReader.assignment(
                                                assignment, Faults.in("a", assignment))
                                        .orElseThrow());
        var policies = PolicyEngine.of(catalog, fields, InstantSource.fixed(NOW)).policies();
        return policies.stream().map(policy -> policy.rule()).findFirst();
    }

    private static Answer answer(CompiledRule rule, Dynamic resource) {
        var view = new ResourceView(resource, AliasCatalog.conventional(), null);
        try {
            return RuleEvaluator.of(RuleContext.of(Map.of(), NOW), view).test(rule.condition())
                    ? Answer.TRUE
                    : Answer.FALSE;
        } catch (EvaluationFailure failure) {
            return Answer.FAILS;
        }
    }

    /// Rewrites every condition of a rule, inner ones first.
    private static Dynamic rewritten(Dynamic condition, UnaryOperator<Dynamic> each) {
        if (!(condition instanceof Dynamic.Bag(var members))) {
            return condition;
        }
        Map<String, Dynamic> out = new LinkedHashMap<>();
        members.forEach((name, value) ->
                out.put(
                        name,
                        switch (name) {
                            case "allOf", "anyOf" ->
                                    new Dynamic.Array(
                                            value.items().stream()
                                                    .map(c -> rewritten(c, each))
                                                    .toList());
                            case "not", "where", "count" -> rewritten(value, each);
                            default -> value;
                        }));
        // A count is no condition by itself, what is in its `where` is.
        boolean isCount = members.containsKey("where") || onlyCounts(members);
        var bag = new Dynamic.Bag(out);
        return isCount ? bag : each.apply(bag);
    }

    private static boolean onlyCounts(Map<String, Dynamic> members) {
        return members.size() == 1 && members.containsKey("field");
    }

    private static Dynamic not(Dynamic condition) {
        return Dynamic.bag().put("not", condition).build();
    }

    private static Dynamic of(String combinator, List<Dynamic> conditions) {
        return Dynamic.bag().put(combinator, new Dynamic.Array(conditions)).build();
    }

    private static void holds(String law, UnaryOperator<Dynamic> change, boolean sameFailures) {
        int compared = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var random = new Random(SEED + round);
            var condition = AgreementTest.condition(random, 3, AgreementTest.FIELDS);
            var before = compiled(condition);
            if (before.isEmpty()) {
                continue;
            }
            var changed = rewritten(condition, change);
            var after = compiled(changed);
            assertThat(after).as("%s: %s", law, Json.write(changed)).isPresent();
            for (int i = 0; i < 4; i++) {
                var resource = AgreementTest.resource(random, i);
                compared++;
                var was = answer(before.get(), resource);
                var is = answer(after.orElseThrow(), resource);
                if (sameFailures || (was != Answer.FAILS && is != Answer.FAILS)) {
                    assertThat(is)
                            .as(
                                    "%s, seed %d: %s became %s for %s",
                                    law,
                                    SEED + round,
                                    Json.write(condition),
                                    Json.write(changed),
                                    Json.write(resource))
                            .isEqualTo(was);
                }
            }
        }
        assertThat(compared).as("rules that compile").isGreaterThan(ROUNDS);
    }

    @Test
    void deMorgansLawsHold() {
        holds(
                "De Morgan",
                c -> {
                    for (var pair : Map.of("allOf", "anyOf", "anyOf", "allOf").entrySet()) {
                        if (c.members().containsKey(pair.getKey())) {
                            return not(
                                    of(
                                            pair.getValue(),
                                            c.get(pair.getKey()).items().stream()
                                                    .map(MetamorphicTest::not)
                                                    .toList()));
                        }
                    }
                    return c;
                },
                true);
    }

    @Test
    void doubleNegationChangesNothing() {
        holds("double negation", c -> not(not(c)), true);
    }

    @Test
    void anyOfAndAllOfMayBeSplit() {
        holds(
                "splitting",
                c -> {
                    for (var name : List.of("anyOf", "allOf")) {
                        var items = c.get(name).items();
                        if (items.size() > 1) {
                            return of(
                                    name,
                                    List.of(
                                            items.getFirst(),
                                            of(name, items.subList(1, items.size()))));
                        }
                    }
                    return c;
                },
                true);
    }

    @Test
    void conditionsMayStandInAnyOrder() {
        var random = new Random(SEED);
        holds(
                "order of conditions",
                c -> {
                    for (var name : List.of("anyOf", "allOf")) {
                        if (c.members().containsKey(name)) {
                            return of(name, shuffled(c.get(name).items(), random));
                        }
                    }
                    return c;
                },
                false);
    }

    @Test
    void valuesOfInMayStandInAnyOrder() {
        var random = new Random(SEED);
        holds(
                "order of values",
                c -> {
                    var changed = c;
                    for (var name : List.of("in", "notIn")) {
                        if (c.get(name) instanceof Dynamic.Array(var items)) {
                            changed =
                                    changed.with(name, new Dynamic.Array(shuffled(items, random)));
                        }
                    }
                    return changed;
                },
                true);
    }

    @Test
    void letterCaseOfNamesChangesNothing() {
        var random = new Random(SEED);
        holds(
                "case of names",
                c -> {
                    Map<String, Dynamic> out = new LinkedHashMap<>();
                    c.members()
                            .forEach((name, value) ->
                                    out.put(
                                            random.nextBoolean()
                                                    ? name.toUpperCase(Locale.ROOT)
                                                    : name.toLowerCase(Locale.ROOT),
                                            name.equals("field")
                                                    ? Dynamic.of(
                                                            random.nextBoolean()
                                                                    ? value.textOr("")
                                                                            .toUpperCase(
                                                                                    Locale.ROOT)
                                                                    : value.textOr("")
                                                                            .toLowerCase(
                                                                                    Locale.ROOT))
                                                    : value));
                    return new Dynamic.Bag(out);
                },
                true);
    }

    @Test
    void letterCaseOfValuesChangesNothing() {
        holds(
                "case of values",
                c -> {
                    Map<String, Dynamic> out = new LinkedHashMap<>();
                    c.members()
                            .forEach((name, value) ->
                                    out.put(name, FOLDING.contains(name) ? upper(value) : value));
                    return new Dynamic.Bag(out);
                },
                true);
    }

    private static Dynamic upper(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) ->
                    text.startsWith("[") ? value : Dynamic.of(text.toUpperCase(Locale.ROOT));
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(MetamorphicTest::upper).toList());
            default -> value;
        };
    }

    private static List<Dynamic> shuffled(List<Dynamic> items, Random random) {
        var copy = new ArrayList<>(items);
        Collections.shuffle(copy, random);
        return copy;
    }

    @Test
    void propertiesThatNothingAsksAboutChangeNothing() {
        for (int round = 0; round < ROUNDS; round++) {
            var random = new Random(SEED + round);
            var rule = compiled(AgreementTest.condition(random, 3, AgreementTest.FIELDS));
            if (rule.isEmpty()) {
                continue;
            }
            var resource = AgreementTest.resource(random, round);
            var richer =
                    resource.with("zz", Dynamic.of("x"))
                            .with(
                                    "properties",
                                    resource.get("properties")
                                            .with("zz", Dynamic.array(Dynamic.of(1)))
                                            .with("aa", Dynamic.of("x")));
            assertThat(answer(rule.get(), richer))
                    .as("seed %d: %s", SEED + round, Json.write(resource))
                    .isEqualTo(answer(rule.get(), resource));
        }
    }

    @Test
    void mutatedDefinitionsGiveADiagnosticOrADefinitionNeverAnException() {
        var reader = new PolicyDefinitionReader(AliasCatalog.conventional());
        for (int round = 0; round < ROUNDS * 4; round++) {
            var random = new Random(SEED + round);
            var condition = AgreementTest.condition(random, 3, AgreementTest.FIELDS);
            Dynamic definition =
                    Dynamic.bag()
                            .put("mode", "All")
                            .put("displayName", "d")
                            .put(
                                    "parameters",
                                    Dynamic.bag()
                                            .put(
                                                    "p",
                                                    Dynamic.bag()
                                                            .put("type", "String")
                                                            .put("defaultValue", "x")
                                                            .build())
                                            .build())
                            .put(
                                    "policyRule",
                                    Dynamic.bag()
                                            .put("if", condition)
                                            .put("then", effect(random))
                                            .build())
                            .build();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                definition = mutated(definition, random);
            }
            String text = Json.write(definition);
            if (random.nextInt(4) == 0 && text.length() > 4) {
                int at = random.nextInt(text.length());
                text = text.substring(0, at) + text.substring(Math.min(text.length(), at + 2));
            }
            var read = reader.read(new SourceText("mutant", text));
            assertThat(read.definition() != null || !read.diagnostics().isEmpty())
                    .as(text)
                    .isTrue();
            if (read.definition() != null) {
                var rule = compiled(definition.path("policyRule", "if"));
                rule.ifPresent(r -> answer(r, AgreementTest.resource(random, 1)));
            }
        }
    }

    private static Dynamic effect(Random random) {
        var details =
                Dynamic.bag()
                        .put("type", "A.B/c")
                        .put("name", "n")
                        .put("roleDefinitionIds", Dynamic.array(Dynamic.of("/providers/x")))
                        .put(
                                "operations",
                                Dynamic.array(
                                        Dynamic.bag()
                                                .put("operation", "add")
                                                .put("field", "tags.a")
                                                .put("value", "v")
                                                .build()))
                        .build();
        String kind =
                List.of(
                                "audit",
                                "deny",
                                "modify",
                                "auditIfNotExists",
                                "deployIfNotExists",
                                "manual")
                        .get(random.nextInt(6));
        var then = Dynamic.bag().put("effect", kind);
        return (random.nextBoolean() ? then.put("details", details) : then).build();
    }

    /// Deletes, doubles or retypes one node somewhere below.
    private static Dynamic mutated(Dynamic value, Random random) {
        return switch (value) {
            case Dynamic.Bag(var members) -> {
                if (members.isEmpty()) {
                    yield strange(random);
                }
                var names = new ArrayList<>(members.keySet());
                String chosen = names.get(random.nextInt(names.size()));
                Map<String, Dynamic> out = new LinkedHashMap<>(members);
                switch (random.nextInt(6)) {
                    case 0 -> out.remove(chosen);
                    case 1 -> out.put(chosen, strange(random));
                    case 2 -> out.put(chosen + "2", value.get(chosen));
                    default -> out.put(chosen, mutated(value.get(chosen), random));
                }
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Array(var items) -> {
                if (items.isEmpty()) {
                    yield strange(random);
                }
                int at = random.nextInt(items.size());
                List<Dynamic> out = new ArrayList<>(items);
                switch (random.nextInt(5)) {
                    case 0 -> out.remove(at);
                    case 1 -> out.add(items.get(at));
                    default -> out.set(at, mutated(items.get(at), random));
                }
                yield new Dynamic.Array(out);
            }
            default -> strange(random);
        };
    }

    private static Dynamic strange(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> Dynamic.NULL;
            case 1 -> Dynamic.of(random.nextLong());
            case 2 -> Dynamic.EMPTY_BAG;
            case 3 -> Dynamic.EMPTY_ARRAY;
            case 4 -> Dynamic.of("[parameters('nope')]");
            case 5 -> Dynamic.of("[concat(");
            case 6 -> Dynamic.of("[if(true(), field('type'), div(1, 0))]");
            case 7 -> Dynamic.FALSE;
            default -> Dynamic.of("");
        };
    }
}
