package io.muster.policy.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.SnapshotSurroundings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Requests over the estate of PolicyEstate, one a line: `put|patch|delete|deleteWithGroup RESOURCE {members} => OUTCOME`. Members replace those of the resource. The
/// outcome is `denied` and the assignments, or `admitted` with those that audit and, for a write, the members that are not what was asked.
final class AdmissionSpecTest {
    private static final String API_VERSION = "2024-07-01";

    @TestFactory
    Stream<DynamicTest> requests() {
        return SpecSuite.of(getClass(), "spec/admission")
                .tests(
                        this::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    private void check(SpecCase specCase) throws Exception {
        specCase.allowOnly(Set.of("docs"), Set.of("objects", "requests"));
        assertThat(specCase.header("docs")).as("the section it follows").isPresent();
        var estate = new PolicyEstate();
        for (var line : specCase.require("objects").items()) {
            estate.add(line);
        }
        var engine =
                PolicyEngine.of(
                        estate.catalog(), estate.fields(), InstantSource.fixed(PolicyEstate.NOW));
        assertThat(engine.diagnostics()).isEmpty();
        var around = new SnapshotSurroundings(estate.snapshot());
        List<String> lines = new ArrayList<>();
        for (var line : specCase.require("requests").items()) {
            String asked = line.substring(0, line.lastIndexOf(" => "));
            var request = request(asked, estate);
            lines.add(asked + " => " + shown(engine.admit(request, around), request));
        }
        specCase.expect("requests", String.join("\n", lines));
    }

    private static AdmissionRequest request(String line, PolicyEstate estate) {
        String[] words = line.split(" ", 3);
        var existing = estate.resource(words[1]);
        var wanted = existing;
        for (var member :
                PolicyEstate.json(words.length < 3 ? "{}" : words[2]).members().entrySet()) {
            wanted = wanted.with(member.getKey(), member.getValue());
        }
        return switch (words[0]) {
            case "put" -> AdmissionRequest.write(wanted, existing, API_VERSION);
            case "patch" -> AdmissionRequest.patch(wanted, existing, API_VERSION);
            case "delete" -> AdmissionRequest.delete(wanted, API_VERSION);
            case "deleteWithGroup" -> AdmissionRequest.deleteWithGroup(wanted, API_VERSION);
            default -> throw new AssertionError("no request: " + line);
        };
    }

    private static String shown(AdmissionResult result, AdmissionRequest request) {
        return switch (result) {
            case AdmissionResult.Denied denied ->
                    "denied "
                            + names(
                                    denied.findings().stream()
                                            .map(AdmissionResult.Finding::policy)
                                            .toList());
            case AdmissionResult.Admitted admitted -> {
                var text = new StringBuilder("admitted");
                if (!admitted.warnings().isEmpty()) {
                    text.append(" auditing ")
                            .append(
                                    names(
                                            admitted.warnings().stream()
                                                    .map(AdmissionResult.Finding::policy)
                                                    .toList()));
                }
                var changes = Dynamic.bag();
                admitted.resource()
                        .members()
                        .forEach((name, value) -> {
                            if (!value.equals(request.resource().get(name))) {
                                changes.put(name, value);
                            }
                        });
                var changed = changes.build();
                yield text + (changed.members().isEmpty() ? "" : " " + Json.write(changed));
            }
        };
    }

    private static String names(List<AssignedPolicy> policies) {
        return policies.stream()
                .map(policy -> policy.assignment().name())
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(" "));
    }
}
