package io.muster.policy.remedy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.alias.AliasImport;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.PolicyCompiler;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.definition.Parameter;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.RelatedResources;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.fault.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Microsoft's built-in definitions over an estate with resources of many types: none breaks, and for most the search finds a resource that the rule matches and one
/// that it does not. A part of them normally, all with `-Dmuster.exhaustive=true`.
final class BuiltInsTest {
    private static final boolean WHOLE = Boolean.getBoolean("muster.exhaustive");
    private static final int EVERY = WHOLE ? 1 : 15;
    private static final int MACHINES = WHOLE ? 60 : 6;
    private static final int OTHER_TYPES = 30;
    private static final int MAX_TYPES = 6;
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String GROUP =
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";

    private static Path corpus(String name) {
        var file =
                Path.of(System.getProperty("muster.root", ".."))
                        .resolve("../shared/corpus/azure-policy")
                        .resolve(name)
                        .normalize();
        assumeTrue(Files.exists(file), "the corpus is not there: " + file);
        return file;
    }

    @Test
    void mostBuiltInsMatchSomeResourceAndNotAnotherAndNoneBreaks() throws Exception {
        var file = corpus("builtin-definitions.jsonl.gz");
        var fields = AliasCatalog.complete(AliasImport.read(corpus("aliases.jsonl.gz")));
        List<CompiledRule> rules = rules(file, fields);
        List<Dynamic> estate =
                new ArrayList<>(new EstateGenerator(EstateSize.ofMachines(MACHINES), 7).all());
        estate.addAll(otherTypes(rules));
        int both = 0;
        List<String> without = new ArrayList<>();
        for (var rule : rules) {
            boolean matches = false;
            boolean differs = false;
            for (var resource : estate) {
                var result = test(rule, fields, resource);
                matches |= Boolean.TRUE.equals(result);
                differs |= Boolean.FALSE.equals(result);
                PolicyEvaluator.decide(
                        rule,
                        context(rule),
                        new ResourceView(resource, fields, null),
                        RelatedResources.NONE,
                        true);
            }
            for (var type : types(rule)) {
                matches = matches || aimed(rule, fields, type, true);
                differs = differs || aimed(rule, fields, type, false);
            }
            if (matches && differs) {
                both++;
            } else {
                without.add(rule.definition().name());
            }
        }
        System.out.printf(
                "built-ins over the estate: %d rules, %d resources, %d (%d %%) with a resource that matches and one that does not%n",
                rules.size(), estate.size(), both, both * 100 / rules.size());
        assertThat(both * 100 / rules.size()).as("without: %s", without).isGreaterThanOrEqualTo(80);
    }

    /// Those that are not manual, with values for their parameters.
    private static List<CompiledRule> rules(Path file, FieldResolver fields) throws Exception {
        List<CompiledRule> rules = new ArrayList<>();
        var compiler = new PolicyCompiler(fields);
        try (var cursor = JsonCursor.of(AliasImport.open(file), JsonLimits.DEFAULT)) {
            for (int line = 0; cursor.next() != JsonCursor.Token.END; line++) {
                var document = cursor.readValue();
                if (line % EVERY != 0) {
                    continue;
                }
                var definition =
                        new PolicyDefinitionReader(fields).read("line " + line, document).orThrow();
                var rule =
                        compiler.compile(
                                definition,
                                values(definition),
                                Faults.in("case", Dynamic.EMPTY_BAG));
                assertThat(rule).as(definition.name()).isNotNull();
                if (rule != null && !isManual(rule, document)) {
                    rules.add(rule);
                }
            }
        }
        return rules;
    }

    private static boolean isManual(CompiledRule rule, Dynamic document) {
        return rule.effect().kind() == EffectKind.MANUAL
                || !document.path("properties", "policyRule", "then", "details", "defaultState")
                        .isNull();
    }

    private static Map<String, Dynamic> values(PolicyDefinition definition) {
        Map<String, Dynamic> values = new HashMap<>();
        definition.parameters().forEach((key, parameter) -> values.put(key, value(key, parameter)));
        return values;
    }

    private static Dynamic value(String key, Parameter parameter) {
        if (parameter.defaultValue() != null) {
            return parameter.defaultValue();
        }
        if (!parameter.allowedValues().isEmpty()) {
            return parameter.allowedValues().getFirst();
        }
        String text = key.contains("location") ? "eastus" : "value";
        return switch (parameter.type()) {
            case STRING -> Dynamic.of(text);
            case ARRAY -> Dynamic.array(Dynamic.of(text));
            case OBJECT -> Dynamic.bag().put(text, text).build();
            case BOOLEAN -> Dynamic.TRUE;
            case INTEGER -> Dynamic.of(1);
            case FLOAT -> Dynamic.of(1.5);
            case DATETIME -> Dynamic.of("2026-01-01T00:00:00.0000000Z");
        };
    }

    /// A plain resource of each of the types that rules ask for most.
    private static List<Dynamic> otherTypes(List<CompiledRule> rules) {
        Map<String, Integer> asked = new HashMap<>();
        rules.forEach(rule -> types(rule).forEach(type -> asked.merge(type, 1, Integer::sum)));
        return asked.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                .limit(OTHER_TYPES)
                .map(type -> resource(type.getKey()))
                .toList();
    }

    /// The types that a rule names, and those of its aliases.
    private static Set<String> types(CompiledRule rule) {
        Set<String> types = new LinkedHashSet<>(PolicyDefinitionReader.types(rule.condition()));
        for (var condition : rule.condition().conditions()) {
            if (condition.left()
                            instanceof
                            Constraint.LeftSide.Field(_, FieldReference.Alias(var name, _))
                    && name.lastIndexOf('/') > name.indexOf('/')) {
                types.add(name.substring(0, name.lastIndexOf('/')));
            }
        }
        if (types.isEmpty()) {
            types.add("Microsoft.Resources/subscriptions");
            types.add("Microsoft.Storage/storageAccounts");
        }
        List<String> few = types.stream().limit(MAX_TYPES).toList();
        return new LinkedHashSet<>(few);
    }

    private static Dynamic resource(String type) {
        return Dynamic.bag()
                .put("id", GROUP + "/providers/" + type + "/some")
                .put("name", "some")
                .put("type", type)
                .put("location", "eastus")
                .put("tags", Dynamic.EMPTY_BAG)
                .put("properties", Dynamic.EMPTY_BAG)
                .build();
    }

    private static RuleContext context(CompiledRule rule) {
        return new RuleContext(
                rule.parameters(),
                () ->
                        Dynamic.bag()
                                .put("id", GROUP)
                                .put("name", "rg")
                                .put("location", "eastus")
                                .put("tags", Dynamic.EMPTY_BAG)
                                .build(),
                () ->
                        Dynamic.bag()
                                .put("subscriptionId", "1")
                                .put("id", "/subscriptions/1")
                                .build(),
                Dynamic.bag()
                        .put("apiVersion", "2025-01-01")
                        .put("identity", Dynamic.EMPTY_BAG)
                        .build(),
                () -> Dynamic.EMPTY_BAG,
                NOW);
    }

    private static RuleEvaluator evaluator(
            CompiledRule rule, FieldResolver fields, Dynamic resource) {
        return RuleEvaluator.of(context(rule), new ResourceView(resource, fields, null));
    }

    private static @Nullable Boolean test(
            CompiledRule rule, FieldResolver fields, Dynamic resource) {
        try {
            return evaluator(rule, fields, resource).test(rule.condition());
        } catch (EvaluationFailure aState) {
            return null;
        }
    }

    /// Whether the search finds a resource of the type for which the rule comes out so.
    private static boolean aimed(
            CompiledRule rule, FieldResolver fields, String type, boolean wanted) {
        var goal =
                Goal.of(
                        rule.condition(),
                        wanted,
                        resource(type),
                        changed -> evaluator(rule, fields, changed));
        return new Solver(goal, fields).solve() != null;
    }
}
