package io.muster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSection;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.GivenSurroundings;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.fault.Faults;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every policy decides as its cases say.
final class CasesTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    private static final String ASSIGNMENT =
            "/providers/Microsoft.Authorization/policyAssignments/case";

    @TestFactory
    Stream<DynamicTest> cases() {
        return SpecSuite.below(Library.root().resolve("vm-applications"))
                .tests(
                        this::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    private void check(SpecCase specCase) throws Exception {
        var folder = Objects.requireNonNull(specCase.file().path().getParent()).getParent();
        var definition = Library.read(Objects.requireNonNull(folder).resolve("policy.json"));
        var engine = engine(definition, json(specCase.require("parameters")));
        var resource = json(specCase.require("resource"));
        var related = specCase.sections("related").stream().map(CasesTest::json).toList();

        String state =
                engine.judge(new GivenSurroundings(related))
                        .judge(
                                engine.policy(new PolicyKey(ASSIGNMENT, "")).orElseThrow(),
                                resource,
                                true)
                        .map(PolicyState::state)
                        .map(known -> known.wireName())
                        .orElse("NotApplicable");

        specCase.expect("state", state);
    }

    private static PolicyEngine engine(Dynamic definition, Dynamic parameters) throws IOException {
        var fields = AliasCatalog.conventional();
        var assignment =
                PolicyObjectReader.assignmentToAll(
                        "case", definition.get("id").textOr(""), parameters);
        var catalog =
                all().with(
                                PolicyObjectReader.assignment(
                                                assignment, Faults.in("case", assignment))
                                        .orElseThrow());
        var engine = PolicyEngine.of(catalog, fields, CLOCK);
        assertThat(
                        engine.diagnostics().stream()
                                .filter(d -> d.source().name().equals("case"))
                                .toList())
                .isEmpty();
        return engine;
    }

    private static PolicyCatalog all() throws IOException {
        return PolicyFolder.load(
                        Library.root().resolve("vm-applications"), AliasCatalog.conventional())
                .catalog();
    }

    private static Dynamic json(SpecSection section) {
        try {
            return Json.parse(section.text());
        } catch (JsonException fault) {
            throw new AssertionError(section.place() + ": " + fault.getMessage(), fault);
        }
    }

    @Test
    void theWholeLibraryLoadsAndCompilesWithItsDemoAssignments() throws IOException {
        var fields = AliasCatalog.conventional();
        for (Path root :
                List.of(
                        Library.root().resolve("vm-applications"),
                        Library.root().resolve("initiatives"),
                        Library.root().resolve("assignments"))) {
            assertThat(PolicyFolder.load(root, fields).diagnostics()).isEmpty();
        }
        var catalog =
                PolicyFolder.load(Library.root().resolve("vm-applications"), fields).catalog();
        catalog =
                PolicyFolder.load(Library.root().resolve("initiatives"), fields, catalog).catalog();
        catalog =
                PolicyFolder.load(Library.root().resolve("assignments"), fields, catalog).catalog();
        var engine = PolicyEngine.of(catalog, fields, CLOCK);

        assertThat(engine.diagnostics()).isEmpty();
        assertThat(catalog.definitions()).hasSize(9);
        assertThat(catalog.assignments()).hasSize(5);
        // Two baselines of four members, health with two, one deployment, one denial.
        assertThat(engine.policies()).hasSize(12);
    }

    @Test
    void theFolderAsAWholeLoads() throws IOException {
        var loaded = PolicyFolder.load(Library.root(), AliasCatalog.conventional());
        assertThat(loaded.diagnostics()).isEmpty();
        assertThat(loaded.catalog().definitions()).hasSize(9);
    }
}
