package io.muster.simulator.arm;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.fault.Faults;
import java.util.List;
import java.util.Locale;

/// The types of Azure Policy's own resources, and what is refused when one is put: a policy that cannot be read would silently never hold.
final class PolicyObjects {
    static final String DEFINITIONS = "microsoft.authorization/policydefinitions";
    static final String SETS = "microsoft.authorization/policysetdefinitions";
    static final String ASSIGNMENTS = "microsoft.authorization/policyassignments";
    static final String EXEMPTIONS = "microsoft.authorization/policyexemptions";

    private PolicyObjects() {}

    static void check(ResourceId id, Dynamic json) {
        List<Diagnostic> found =
                switch (id.type().text().toLowerCase(Locale.ROOT)) {
                    case DEFINITIONS ->
                            new PolicyDefinitionReader(AliasCatalog.conventional())
                                    .read(id.text(), json)
                                    .diagnostics();
                    case SETS -> PolicySetReader.read(id.text(), json).diagnostics();
                    case ASSIGNMENTS -> {
                        var faults = Faults.in(id.text(), json);
                        PolicyObjectReader.assignment(json, faults);
                        yield faults.all();
                    }
                    case EXEMPTIONS -> {
                        var faults = Faults.in(id.text(), json);
                        PolicyObjectReader.exemption(json, faults);
                        yield faults.all();
                    }
                    default -> List.of();
                };
        found.stream()
                .filter(d -> d.severity() == Severity.ERROR)
                .findFirst()
                .ifPresent(d -> {
                    throw ArmFault.badRequest(
                            id.isOfType(DEFINITIONS)
                                    ? "InvalidPolicyRule"
                                    : "InvalidPolicyParameters",
                            d.message());
                });
    }
}
