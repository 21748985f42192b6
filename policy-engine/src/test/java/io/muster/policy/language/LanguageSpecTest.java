package io.muster.policy.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSection;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.ParameterValues;
import io.muster.policy.compile.PolicyCompiler;
import io.muster.policy.condition.Constraint;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.evaluate.Decision;
import io.muster.policy.evaluate.PolicyEvaluator;
import io.muster.policy.evaluate.RelatedResources;
import io.muster.policy.evaluate.ResourceView;
import io.muster.policy.evaluate.RuleContext;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.fault.Faults;
import io.muster.policy.remedy.RemedySearch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Cases of the rule language. A case has a `resource` (a machine when absent) and one of
///
/// - `conditions`: a condition a line, ` => ` and `true`, `false`, `fails` or `refused` and the fault's code;
/// - `expressions`: an expression a line, ` => ` and its JSON value, `fails` or `refused` and the code;
/// - `definition` with `state` or `remedy` (and `related` resources), or with `faults`: a code and its place a line.
final class LanguageSpecTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final FieldResolver FIELDS = AliasCatalog.conventional();
    private static final String MACHINE =
            """
            {"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1","name":"vm1","type":"Microsoft.Compute/virtualMachines","location":"East US 2"}\
            """;

    @TestFactory
    Stream<DynamicTest> language() {
        return SpecSuite.of(getClass(), "spec/language")
                .tests(
                        this::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    private void check(SpecCase specCase) throws Exception {
        specCase.allowOnly(
                Set.of("docs"),
                Set.of(
                        "resource",
                        "parameters",
                        "conditions",
                        "expressions",
                        "definition",
                        "related",
                        "state",
                        "remedy",
                        "faults"));
        assertThat(specCase.header("docs")).as("the section it follows").isPresent();
        var resource = specCase.section("resource").map(LanguageSpecTest::json);
        var parameters =
                specCase.section("parameters")
                        .map(LanguageSpecTest::json)
                        .orElse(Dynamic.EMPTY_BAG);
        for (var name : List.of("conditions", "expressions")) {
            var section = specCase.section(name);
            if (section.isPresent()) {
                List<String> lines = new ArrayList<>();
                for (var line : section.get().items()) {
                    String asked = line.substring(0, line.lastIndexOf(" => "));
                    var document = resource.orElseGet(() -> parse(MACHINE));
                    lines.add(
                            asked
                                    + " => "
                                    + (name.equals("conditions")
                                            ? condition(asked, document, parameters)
                                            : expression(asked, document, parameters)));
                }
                specCase.expect(name, String.join("\n", lines));
            }
        }
        if (specCase.section("definition").isPresent()) {
            definition(specCase, resource.orElseGet(() -> parse(MACHINE)), parameters);
        }
    }

    private static Dynamic json(SpecSection section) {
        return parse(section.text());
    }

    private static Dynamic parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static PolicyDefinitionReader.Result read(String condition, Dynamic parameters) {
        var declared = Dynamic.bag();
        parameters
                .members()
                .forEach((name, value) ->
                        declared.put(
                                name,
                                Dynamic.bag()
                                        .put(
                                                "type",
                                                switch (value) {
                                                    case Dynamic.Array _ -> "Array";
                                                    case Dynamic.Bag _ -> "Object";
                                                    case Dynamic.Bool _ -> "Boolean";
                                                    case Dynamic.Whole _ -> "Integer";
                                                    default -> "String";
                                                })
                                        .build()));
        String text =
                """
                {"mode":"All","parameters":%s,"policyRule":{"if":%s,"then":{"effect":"audit"}}}\
                """
                        .formatted(Json.write(declared.build()), condition);
        return new PolicyDefinitionReader(FIELDS).read(new SourceText("case", text));
    }

    private static CompiledRule compiled(PolicyDefinitionReader.Result read, Dynamic parameters)
            throws Exception {
        var definition = read.orThrow();
        var faults = Faults.in("case", Dynamic.EMPTY_BAG);
        var values =
                ParameterValues.bind(
                        definition.parameters(), parameters.members(), "/parameters", faults);
        var rule = new PolicyCompiler(FIELDS).compile(definition, values, faults);
        assertThat(faults.all()).isEmpty();
        return Objects.requireNonNull(rule);
    }

    private static RuleContext context(CompiledRule rule) {
        return new RuleContext(
                rule.parameters(),
                () ->
                        parse(
                                "{\"name\":\"rg\",\"location\":\"westeurope\",\"tags\":{\"Env\":\"prod\"}}"),
                () -> parse("{\"subscriptionId\":\"s\",\"displayName\":\"Sub\"}"),
                parse("{\"apiVersion\":\"2024-03-01\",\"identity\":{}}"),
                () -> parse("{\"assignmentId\":\"/a\",\"definitionId\":\"/d\"}"),
                NOW);
    }

    private static String refused(PolicyDefinitionReader.Result read) {
        return "refused "
                + read.diagnostics().stream()
                        .filter(d -> d.severity() == Severity.ERROR)
                        .map(Diagnostic::code)
                        .findFirst()
                        .orElse("?");
    }

    private static String condition(String asked, Dynamic resource, Dynamic parameters)
            throws Exception {
        var read = read(asked, parameters);
        if (read.definition() == null) {
            return refused(read);
        }
        var rule = compiled(read, parameters);
        try {
            return Boolean.toString(
                    RuleEvaluator.of(context(rule), new ResourceView(resource, FIELDS, null))
                            .test(rule.condition()));
        } catch (EvaluationFailure expected) {
            return "fails";
        }
    }

    private static String expression(String asked, Dynamic resource, Dynamic parameters)
            throws Exception {
        var read =
                read(
                        Json.write(
                                Dynamic.bag()
                                        .put("value", Dynamic.of(asked))
                                        .put("exists", Dynamic.TRUE)
                                        .build()),
                        parameters);
        if (read.definition() == null) {
            return refused(read);
        }
        var rule = compiled(read, parameters);
        if (!(rule.condition()
                instanceof
                Constraint.Condition(Constraint.LeftSide.Value(var value), _, _, _, _))) {
            throw new AssertionError("no value: " + asked);
        }
        try {
            return Json.write(
                    RuleEvaluator.of(context(rule), new ResourceView(resource, FIELDS, null))
                            .value(value));
        } catch (EvaluationFailure expected) {
            return "fails";
        }
    }

    private static void definition(SpecCase specCase, Dynamic resource, Dynamic parameters)
            throws Exception {
        var read =
                new PolicyDefinitionReader(FIELDS)
                        .read(new SourceText("case", specCase.require("definition").text()));
        if (specCase.section("faults").isPresent()) {
            List<String> lines = new ArrayList<>();
            for (var fault : read.diagnostics()) {
                lines.add(
                        "%s %s %d:%d"
                                .formatted(
                                        fault.code(),
                                        fault.pointer() == null ? "-" : "#" + fault.pointer(),
                                        fault.line(),
                                        fault.column()));
            }
            specCase.expect("faults", lines.isEmpty() ? "none" : String.join("\n", lines));
            return;
        }
        var rule = compiled(read, parameters);
        var related =
                new Around(
                        specCase.sections("related").stream().map(LanguageSpecTest::json).toList());
        var decision =
                PolicyEvaluator.decide(
                        rule,
                        context(rule),
                        new ResourceView(resource, FIELDS, null),
                        related,
                        true);
        specCase.expect(
                "state",
                switch (decision) {
                    case Decision.NotApplicable _ -> "NotApplicable";
                    case Decision.Failed _ -> "Error";
                    case Decision.Decided(var state, _, _) -> state.wireName();
                });
        if (specCase.section("remedy").isPresent()) {
            var remedy = RemedySearch.find(rule, context(rule), resource, FIELDS, related);
            List<String> lines = new ArrayList<>();
            remedy.ifPresent(found -> {
                lines.add(
                        found.exactness().wireName()
                                + (found.create() ? " create " : " change ")
                                + found.resourceId()
                                        .substring(found.resourceId().lastIndexOf('/') + 1));
                found.changes()
                        .forEach(change ->
                                lines.add(
                                        change.path()
                                                + ": "
                                                + Json.write(change.before())
                                                + " -> "
                                                + Json.write(change.after())));
            });
            specCase.expect("remedy", lines.isEmpty() ? "none" : String.join("\n", lines));
        }
    }

    /// The related resources of a case, by type and own name.
    private record Around(List<Dynamic> all) implements RelatedResources {
        @Override
        public List<Dynamic> find(Search search) {
            return all.stream()
                    .filter(r -> r.get("type").textOr("").equalsIgnoreCase(search.type()))
                    .filter(r ->
                            search.name() == null
                                    || r.get("name")
                                            .textOr("")
                                            .toLowerCase(Locale.ROOT)
                                            .equals(search.name().toLowerCase(Locale.ROOT)))
                    .toList();
        }
    }
}
