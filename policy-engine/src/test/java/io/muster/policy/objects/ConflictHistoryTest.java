package io.muster.policy.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.incremental.Cause;
import io.muster.policy.incremental.FleetState;
import io.muster.policy.incremental.Reevaluation;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/// A conflict comes and goes with either of its two definitions.
final class ConflictHistoryTest {
    private static final String MODIFY =
            """
            definition %1$s {"mode":"Indexed","policyRule":{"if":{"field":"tags.env","notEquals":"%1$s"},"then":{"effect":"modify","details":{"roleDefinitionIds":["/r"],"operations":[{"operation":"addOrReplace","field":"tags.env","value":"%1$s"}]}}}}\
            """;

    private static PolicyEstate estate() throws Exception {
        var estate = new PolicyEstate();
        estate.add(MODIFY.formatted("one"));
        estate.add(MODIFY.formatted("two"));
        estate.add("assign a one at s1/data");
        return estate;
    }

    private static PolicyEngine engine(PolicyEstate estate) {
        return PolicyEngine.of(
                estate.catalog(), estate.fields(), InstantSource.fixed(PolicyEstate.NOW));
    }

    @Test
    void theOtherDefinitionTurnsVerdictsToConflictAndBack() throws Exception {
        var estate = estate();
        var snapshot = estate.snapshot();
        var alone = engine(estate);
        estate.add("assign b two at s1/data");
        var both = engine(estate);
        var key = alone.policies().getFirst().key();

        var before = FleetState.scanned(alone, snapshot);
        var during = Reevaluation.of(before, both, snapshot);
        var after = Reevaluation.of(during.state(), alone, snapshot);

        assertThat(before.verdicts().count(key, ComplianceState.NON_COMPLIANT)).isEqualTo(2);
        assertThat(during.state().verdicts().count(key, ComplianceState.CONFLICT)).isEqualTo(2);
        assertThat(during.changes())
                .filteredOn(change -> change.key().equals(key))
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.from()).isEqualTo(ComplianceState.NON_COMPLIANT);
                    assertThat(change.to()).isEqualTo(ComplianceState.CONFLICT);
                    assertThat(change.cause()).isEqualTo(Cause.POLICY);
                });
        assertThat(after.state().verdicts().count(key, ComplianceState.NON_COMPLIANT)).isEqualTo(2);
        assertThat(after.state().verdicts().count(key, ComplianceState.CONFLICT)).isZero();
        var id = snapshot.idOf(during.state().verdicts().of(key, ComplianceState.CONFLICT).first());
        assertThat(both.explain(key, id.orElseThrow(), snapshot).orElseThrow().state())
                .isEqualTo(ComplianceState.CONFLICT);
    }
}
