package io.muster.remediation;

import static io.muster.remediation.Estate.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.RingProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A rollback of more machines than one remediation may have is several remediations.
final class RollbackLotsTest {
    private static final int MOST = 50_000;

    /// A campaign whose rings were all begun.
    private static Campaign begun(int... members) throws Exception {
        String rings =
                IntStream.range(0, members.length)
                        .mapToObj(i -> "{'name':'r" + i + "'}")
                        .collect(Collectors.joining(","));
        var spec =
                CampaignSpec.read(
                        SCOPE, "c", Bench.policyBody("modify", "'rings':[" + rings + "]"));
        List<RingProgress> progress = new ArrayList<>();
        for (int count : members) {
            progress.add(RingProgress.pending(count));
        }
        var campaign =
                Campaign.accepted(Campaign.idOf(SCOPE, "c"), spec, "", 1, FakePacer.START)
                        .planned(progress, 0, FakePacer.START);
        for (int i = 0; i < members.length; i++) {
            campaign =
                    campaign.begun(i, Bench.taskId(campaign.taskName(i)), FakePacer.START)
                            .passed(i, FakePacer.START);
        }
        return campaign;
    }

    private static List<List<String>> lots(Campaign campaign) {
        return RollbackLots.of(campaign, _ -> true).stream()
                .map(lot -> lot.stream().map(ResourceId::name).toList())
                .toList();
    }

    @Test
    void ringsThatFitTogetherAreTakenBackByOneRemediation() throws Exception {
        assertThat(lots(begun(10, MOST - 20, 10)))
                .containsExactly(List.of("c-1-r0", "c-1-r1", "c-1-r2"));
    }

    @Test
    void noRemediationHasMoreMachinesThanItMayAndNoRingIsLeftOut() throws Exception {
        assertThat(lots(begun(30_000, 20_001, 29_999, MOST, 1)))
                .containsExactly(
                        List.of("c-1-r0"),
                        List.of("c-1-r1", "c-1-r2"),
                        List.of("c-1-r3"),
                        List.of("c-1-r4"));
    }

    @Test
    void aRingWhoseRemediationWasDeletedHasNothingToTakeBack() throws Exception {
        var campaign = begun(1, 2);
        assertThat(RollbackLots.of(campaign, id -> id.name().equals("c-1-r1")))
                .containsExactly(List.of(Bench.taskId("c-1-r1")));
        assertThat(RollbackLots.forgotten(campaign, id -> id.name().equals("c-1-r1")))
                .containsExactly("c-1-r0");
        assertThat(RollbackLots.of(campaign, _ -> false)).isEmpty();
        assertThat(RollbackLots.forgotten(campaign, _ -> true)).isEmpty();
    }
}
