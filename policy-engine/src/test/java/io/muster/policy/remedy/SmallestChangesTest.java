package io.muster.policy.remedy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.MergePatch;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.PolicyCompiler;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.evaluate.RelatedResources;
import io.muster.policy.evaluate.Remedy;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// On random rules over a few properties the changes that are called the smallest set are one: every smaller set is tried with every value that a rule can tell apart.
final class SmallestChangesTest {
    private static final int ROUNDS = Boolean.getBoolean("muster.exhaustive") ? 5_000 : 300;
    private static final String TYPE = "Microsoft.Compute/virtualMachines";
    private static final AliasCatalog FIELDS = AliasCatalog.conventional();
    private static final List<String> PROPERTIES = List.of("a", "b", "c");

    /// Every value that the rules name, two that none names (one like a pattern), and absence.
    private static final List<Dynamic> VALUES =
            List.of(
                    Dynamic.of("x"),
                    Dynamic.of("xy"),
                    Dynamic.of("y"),
                    Dynamic.of("xz"),
                    Dynamic.of("other"),
                    Dynamic.of(""),
                    Dynamic.NULL);

    private static String leaf(Random random) {
        String value = List.of("x", "xy", "y").get(random.nextInt(3));
        String test =
                switch (random.nextInt(6)) {
                    case 0 -> "\"equals\":\"" + value + "\"";
                    case 1 -> "\"notEquals\":\"" + value + "\"";
                    case 2 -> "\"in\":[\"x\",\"" + value + "\"]";
                    case 3 -> "\"notIn\":[\"y\",\"" + value + "\"]";
                    case 4 -> "\"like\":\"x*\"";
                    default -> "\"exists\":" + random.nextBoolean();
                };
        return "{\"field\":\"%s/%s\",%s}"
                .formatted(TYPE, PROPERTIES.get(random.nextInt(PROPERTIES.size())), test);
    }

    private static String rule(Random random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return leaf(random);
        }
        if (random.nextInt(4) == 0) {
            return "{\"not\":" + rule(random, depth - 1) + "}";
        }
        List<String> parts = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            parts.add(rule(random, depth - 1));
        }
        return "{\"%s\":[%s]}"
                .formatted(random.nextBoolean() ? "allOf" : "anyOf", String.join(",", parts));
    }

    private static Dynamic resource(List<Dynamic> values) {
        var properties = Dynamic.bag();
        for (int i = 0; i < values.size(); i++) {
            if (!values.get(i).isNull()) {
                properties.put(PROPERTIES.get(i), values.get(i));
            }
        }
        return Dynamic.bag()
                .put("id", "/subscriptions/s/resourceGroups/g/providers/" + TYPE + "/v")
                .put("name", "v")
                .put("type", TYPE)
                .put("location", "eastus")
                .put("properties", properties.build())
                .build();
    }

    private static RuleContext context() {
        return new RuleContext(
                Map.of(),
                () -> Dynamic.NULL,
                () -> Dynamic.NULL,
                Dynamic.EMPTY_BAG,
                () -> Dynamic.NULL,
                Instant.EPOCH);
    }

    private static boolean matches(CompiledRule rule, Dynamic resource) throws Exception {
        return RuleEvaluator.of(context(), new ResourceView(resource, FIELDS, null))
                .test(rule.condition());
    }

    /// The least number of properties whose change makes the rule met; more than there are when nothing does.
    private static int least(CompiledRule rule, List<Dynamic> values) throws Exception {
        int least = PROPERTIES.size() + 1;
        for (var a : VALUES) {
            for (var b : VALUES) {
                for (var c : VALUES) {
                    var tried = List.of(a, b, c);
                    int changed = 0;
                    for (int i = 0; i < tried.size(); i++) {
                        changed += tried.get(i).equals(values.get(i)) ? 0 : 1;
                    }
                    if (changed < least && !matches(rule, resource(tried))) {
                        least = changed;
                    }
                }
            }
        }
        return least;
    }

    @Test
    void whatIsCalledTheSmallestSetOfChangesIsOne() throws Exception {
        var random = new Random(11);
        int found = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String text = rule(random, 3);
            var document =
                    Json.parse(
                            "{\"mode\":\"All\",\"policyRule\":{\"if\":%s,\"then\":{\"effect\":\"audit\"}}}"
                                    .formatted(text));
            var rule =
                    Objects.requireNonNull(
                            new PolicyCompiler(FIELDS)
                                    .compile(
                                            new PolicyDefinitionReader(FIELDS)
                                                    .read("r", document)
                                                    .orThrow(),
                                            Map.of(),
                                            Faults.in("r", document)));
            List<Dynamic> values = new ArrayList<>();
            for (int i = 0; i < PROPERTIES.size(); i++) {
                values.add(VALUES.get(random.nextInt(VALUES.size())));
            }
            var resource = resource(values);
            if (!matches(rule, resource)) {
                continue;
            }
            int least = least(rule, values);
            var remedy =
                    RemedySearch.find(rule, context(), resource, FIELDS, RelatedResources.NONE);
            String shown = text + " over " + values + ": " + remedy;
            assertThat(remedy.isPresent()).as(shown).isEqualTo(least <= PROPERTIES.size());
            if (remedy.isEmpty()) {
                continue;
            }
            found++;
            var after = resource;
            for (var change : remedy.get().changes()) {
                after =
                        MergePatch.apply(
                                after,
                                Dynamic.bag()
                                        .put(
                                                "properties",
                                                Dynamic.bag()
                                                        .put(
                                                                change.path()
                                                                        .substring(
                                                                                "properties."
                                                                                        .length()),
                                                                change.after())
                                                        .build())
                                        .build());
            }
            assertThat(matches(rule, after)).as(shown).isFalse();
            if (remedy.get().exactness() == Remedy.Exactness.SMALLEST) {
                assertThat(remedy.get().changes().size()).as(shown).isEqualTo(least);
            }
        }
        assertThat(found).isGreaterThan(ROUNDS / 10);
    }
}
