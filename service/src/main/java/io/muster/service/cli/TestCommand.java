package io.muster.service.cli;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecException;
import io.muster.fixtures.spec.SpecFile;
import io.muster.fixtures.spec.SpecSection;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.EvaluatedExpression;
import io.muster.policy.evaluate.EvaluationDetails;
import io.muster.policy.evaluate.GivenSurroundings;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.fault.Faults;
import io.muster.service.compliance.PolicyFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster test [DIR]`: decides the cases that stand beside policies (`*.policy-spec`), and says which come out otherwise.
@Command(
        name = "test",
        description =
                "Runs the test cases of policies: files *.policy-spec beside a policy.json or in its folder 'cases'.",
        mixinStandardHelpOptions = true)
final class TestCommand implements Callable<Integer> {
    private static final String ASSIGNMENT =
            "/providers/Microsoft.Authorization/policyAssignments/case";
    private static final Set<String> SECTIONS =
            Set.of("parameters", "resource", "related", "state", "changes");

    private final Streams streams;
    private final InstantSource clock;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "The folder of policies (default: ${DEFAULT-VALUE})",
            defaultValue = "policies")
    private Path folder = Path.of("policies");

    @Option(names = "--verbose", description = "Name the cases that pass, too")
    private boolean verbose;

    TestCommand(Streams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public Integer call() throws Exception {
        if (!Files.isDirectory(folder)) {
            throw new BadInput(folder + "  the folder does not exist");
        }
        List<Path> specs;
        try (var walk = Files.walk(folder)) {
            specs = walk.filter(p -> p.toString().endsWith(".policy-spec")).sorted().toList();
        }
        if (specs.isEmpty()) {
            throw new BadInput("there is no file *.policy-spec in " + folder);
        }
        int passed = 0;
        int failed = 0;
        for (var spec : specs) {
            var definition = definitionOf(spec);
            try {
                for (var one : SpecFile.read(spec).cases()) {
                    if (decide(one, definition)) {
                        passed++;
                    } else {
                        failed++;
                    }
                }
            } catch (SpecException fault) {
                throw new BadInput(String.valueOf(fault.getMessage()));
            }
        }
        streams.out().printf("%d passed, %d failed%n", passed, failed);
        return failed == 0 ? ExitCode.FINE : ExitCode.FINDINGS;
    }

    private static PolicyDefinition definitionOf(Path spec)
            throws BadInput, IOException, DiagnosticException {
        for (var at = spec.toAbsolutePath().getParent(); at != null; at = at.getParent()) {
            var file = at.resolve("policy.json");
            if (Files.exists(file)) {
                var loaded = PolicyFolder.load(file, AliasCatalog.conventional());
                if (PolicyFolders.hasErrors(loaded.diagnostics())) {
                    throw new DiagnosticException(
                            loaded.diagnostics().stream()
                                    .filter(d -> d.severity() == Severity.ERROR)
                                    .toList());
                }
                if (loaded.catalog().definitions().size() == 1) {
                    return loaded.catalog().definitions().getFirst();
                }
            }
            if (at.resolve(".git").toFile().exists()) {
                break;
            }
        }
        throw new BadInput(spec + "  no policy.json stands beside it or above it");
    }

    private boolean decide(SpecCase one, PolicyDefinition definition) throws BadInput {
        one.allowOnly(Set.of("docs"), SECTIONS);
        String expected = one.require("state").text().strip();
        var state = state(one, definition);
        String actual = state.map(s -> s.state().wireName()).orElse("NotApplicable");
        boolean passes = expected.equals(actual);
        if (!passes || verbose) {
            streams.out().printf("%s  %s  %s%n", passes ? "pass" : "FAIL", one.place(), one.name());
        }
        if (!passes) {
            streams.out().printf("      expected %s, is %s%n", expected, actual);
            state.map(PolicyState::details).ifPresent(this::explain);
        }
        return passes;
    }

    private void explain(EvaluationDetails details) {
        for (EvaluatedExpression e : details.evaluatedExpressions()) {
            streams.out()
                    .printf(
                            "      %s %s %s: %s (is %s)%n",
                            e.expression(),
                            e.operator(),
                            Json.write(e.targetValue()),
                            e.result(),
                            Json.write(e.expressionValue()));
        }
        if (details.reason() != null) {
            streams.out().println("      " + details.reason());
        }
    }

    private Optional<PolicyState> state(SpecCase one, PolicyDefinition definition) throws BadInput {
        var given = one.section("parameters");
        var document =
                PolicyObjectReader.assignmentToAll(
                        "case",
                        definition.id(),
                        given.isPresent() ? json(given.get()) : Dynamic.EMPTY_BAG);
        var faults = Faults.in(one.place(), document);
        var assignment = PolicyObjectReader.assignment(document, faults);
        if (assignment.isEmpty()) {
            throw new BadInput(faults.all().getFirst().render());
        }
        var catalog = PolicyCatalog.empty().with(definition).with(assignment.get());
        var engine = PolicyEngine.of(catalog, AliasCatalog.conventional(), clock);
        var policy = engine.policy(new PolicyKey(ASSIGNMENT, ""));
        if (policy.isEmpty()) {
            throw new BadInput(one.place() + ": " + engine.diagnostics().getFirst().message());
        }
        var related = new ArrayList<Dynamic>();
        for (var section : one.sections("related")) {
            related.add(json(section));
        }
        return engine.judge(new GivenSurroundings(related))
                .judge(policy.get(), json(one.require("resource")), true);
    }

    private static Dynamic json(SpecSection section) throws BadInput {
        try {
            return Json.parse(section.text());
        } catch (JsonException fault) {
            throw new BadInput(section.place() + ": " + fault.getMessage());
        }
    }
}
