package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static io.muster.service.remediation.Rig.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Operation;
import io.muster.remediation.Campaigns;
import io.muster.remediation.FleetQuery;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.service.MusterServer;
import io.muster.service.fleet.FleetRounds;
import io.muster.simulator.guest.GuestFaults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An estate of which 30 in a hundred machines lack a required application, 20 are behind and 5 failed: one campaign in five rings brings it in line, save the
/// machines that cannot comply, and the ledger replayed gives the estate as it is. Exhaustively 20,000 machines, else 100 or as many as `muster.show` says.
class CampaignShowTest {
    private static final int MACHINES =
            Boolean.getBoolean("muster.exhaustive")
                    ? 20_000
                    : Integer.getInteger("muster.show", 100);

    /// What is to become of a machine, by its number.
    private enum Kind {
        LACKING,
        /// Lacks it, and never installs it.
        HOPELESS,
        /// Lacks it, and it is for another system.
        WINDOWS,
        BEHIND,
        FAILED,
        FINE;

        static Kind of(int number) {
            int hundredth = number % 100;
            if (hundredth < 30) {
                return hundredth == 0 ? HOPELESS : hundredth == 1 ? WINDOWS : LACKING;
            }
            return hundredth < 50 ? BEHIND : hundredth < 55 ? FAILED : FINE;
        }

        boolean canComply() {
            return this != HOPELESS && this != WINDOWS;
        }
    }

    private volatile boolean healed;

    private GuestFaults.Outcome outcome(
            String machine, String application, String version, Operation.Kind kind, int attempt) {
        if (!application.equals("agent") || kind != Operation.Kind.INSTALL) {
            return GuestFaults.success();
        }
        var what = Kind.of(number(machine));
        boolean fails = what == Kind.HOPELESS || what == Kind.FAILED && !healed;
        return fails
                ? new GuestFaults.Outcome.Failure(
                        "Error executing command: command terminated with exit status=7")
                : GuestFaults.success();
    }

    private static int number(String machine) {
        return Integer.parseInt(machine.substring(machine.lastIndexOf('-') + 1));
    }

    private static String entry(String application, String version) {
        return "{'packageReferenceId':'"
                + Rig.reference(application, version)
                + "','order':"
                + (application.equals("other") ? 2 : 5)
                + "}";
    }

    @Test
    void aCampaignBringsAnEstateInLineAndItsLedgerTellsHow(@TempDir Path data) throws Exception {
        try (var rig = new Rig(data, Duration.ZERO, this::outcome)) {
            rig.application("agent", "1.0.0", "2.0.0");
            rig.application("other", "1.0.0");
            for (int i = 1; i <= MACHINES; i++) {
                String other = entry("other", "1.0.0");
                switch (Kind.of(i)) {
                    case LACKING, HOPELESS -> rig.machine(i, i % 2 == 0 ? other : "");
                    case WINDOWS -> rig.machine(i, "Windows", "");
                    case BEHIND -> rig.machine(i, other + "," + entry("agent", "1.0.0"));
                    case FAILED, FINE -> rig.machine(i, entry("agent", "2.0.0") + "," + other);
                }
            }
            rig.settle();
            healed = true;
            Map<String, Dynamic> profiles = new HashMap<>();
            for (int i = 1; i <= MACHINES; i++) {
                profiles.put(Rig.machine(i).toLowerCase(Locale.ROOT), rig.profile(i));
            }
            try (var server = rig.serve(data, Duration.ofMillis(20))) {
                assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
                run(rig, server);
                replay(rig, server, profiles);
            }
        }
    }

    private static Dynamic body() {
        String ring = "'parallelDeployments':30,'failureThreshold':{'percentage':0.3}";
        var body =
                Rig.campaign(
                        "agent",
                        "{'name':'canary','select':{'count':10},"
                                + ring
                                + "},{'name':'early','select':{'percentage':5},"
                                + ring
                                + ",'gate':{'compliance':0.8}},{'name':'third','select':{'percentage':25},"
                                + ring
                                + "},{'name':'tagged','select':{'tag':{'name':'ring','value':'1'}},"
                                + ring
                                + "},{'name':'rest',"
                                + ring
                                + "}",
                        "");
        var properties = body.get("properties");
        var application =
                properties
                        .get("application")
                        .without("version")
                        .with("kind", Dynamic.of("ensure"))
                        .with("target", Dynamic.of("newest"));
        return body.with("properties", properties.with("application", application));
    }

    private static void run(Rig rig, MusterServer server) throws Exception {
        assertThat(
                        rig.call(
                                        "PUT",
                                        server.httpUrl() + Rig.campaignPath("show") + VERSION,
                                        body())
                                .status())
                .isEqualTo(201);
        var campaign =
                server.bean(Campaigns.class)
                        .await(Campaign.idOf(ResourceId.parse(SUBSCRIPTION), "show"));
        assertThat(campaign.state()).as(campaign.statusMessage()).isEqualTo(CampaignState.COMPLETE);
        assertThat(campaign.rings()).hasSize(5).allMatch(ring -> ring.members() > 0);
        assertThat(campaign.rings().stream().mapToInt(ring -> ring.members()).sum())
                .isEqualTo(MACHINES);
        int hopeless = 0;
        for (int i = 1; i <= MACHINES; i++) {
            if (!Kind.of(i).canComply()) {
                hopeless++;
            }
        }
        assertThat(campaign.failed()).isEqualTo(hopeless);
        // Each of those that cannot comply has its reason.
        for (int r = 0; r < 5; r++) {
            var items =
                    rig.call(
                                    "POST",
                                    server.httpUrl()
                                            + SUBSCRIPTION
                                            + "/providers/Microsoft.PolicyInsights/remediations/"
                                            + campaign.taskName(r)
                                            + "/listDeployments"
                                            + VERSION,
                                    Dynamic.NULL)
                            .body()
                            .get("value")
                            .items();
            for (var item : items) {
                var kind = Kind.of(number(item.get("remediatedResourceId").textOr("")));
                String message = item.path("error", "message").textOr("");
                switch (kind) {
                    case HOPELESS -> assertThat(message).contains("exit status=7");
                    case WINDOWS -> assertThat(message).containsIgnoringCase("windows");
                    case LACKING, BEHIND, FAILED, FINE ->
                            assertThat(item.get("status").textOr(""))
                                    .as(
                                            "%s %s: %s",
                                            kind, item.get("remediatedResourceId"), message)
                                    .isEqualTo("Succeeded");
                }
            }
        }
    }

    /// Every change of the ledger began where the one before ended, and the last one is the estate's own.
    private static void replay(Rig rig, MusterServer server, Map<String, Dynamic> profiles)
            throws Exception {
        var table =
                server.bean(FleetQuery.class)
                        .run(
                                "changes | where kind == 'patch' and outcome in"
                                        + " ('SUCCEEDED', 'UNKNOWN', 'FAILED') |"
                                        + " order by timestamp asc, remediationId asc | project"
                                        + " resourceId, changes",
                                ResourceId.parse(SUBSCRIPTION));
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                String machine =
                        segment.columns().get(0).dynamic(row).textOr("").toLowerCase(Locale.ROOT);
                var change = segment.columns().get(1).dynamic(row).get(0);
                assertThat(change.get("before")).as(machine).isEqualTo(profiles.get(machine));
                profiles.put(machine, change.get("after"));
            }
        }
        for (int i = 1; i <= MACHINES; i++) {
            assertThat(rig.profile(i))
                    .as(Rig.machine(i))
                    .isEqualTo(profiles.get(Rig.machine(i).toLowerCase(Locale.ROOT)));
        }
    }
}
