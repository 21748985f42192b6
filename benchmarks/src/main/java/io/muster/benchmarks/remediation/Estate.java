package io.muster.benchmarks.remediation;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.plan.policy.AssignmentFacts;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.Remedy;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The machines that are remediated here, in one resource group, the application that they lack, and how patient whoever remediates them is.
final class Estate {
    static final Duration LATENCY = Duration.ofMillis(10);
    static final String SUBSCRIPTION = "/subscriptions/a1000000-0000-4000-8000-000000000001";
    static final ResourceId SCOPE = ResourceId.parse(SUBSCRIPTION);
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    private static final String GALLERY = GROUP + "/providers/Microsoft.Compute/galleries/gal";
    static final String AGENT = GALLERY + "/applications/agent";

    private Estate() {}

    /// An empty Azure whose guests need no time.
    static SimulatedAzure azure() {
        return new SimulatedAzure(
                SimulatorSettings.DEFAULT.instantly(),
                VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z")),
                (_, _) -> {
                    throw new IllegalStateException("no query is asked here");
                });
    }

    static RunSettings patient() {
        var standard = RunSettings.DEFAULT;
        return new RunSettings(
                LATENCY,
                standard.longestPause(),
                standard.attempts(),
                standard.operationTimeout(),
                standard.guestTimeout(),
                standard.steps(),
                standard.leaseFor());
    }

    /// A task or campaign that requires the application.
    ///
    /// @param more properties, each after a comma
    static Dynamic body(String more) {
        return json(
                "{\"properties\":{\"application\":{\"kind\":\"require\",\"applicationId\":\""
                        + AGENT
                        + "\",\"version\":\"1.0.0\"},\"query\":\"machines\""
                        + more
                        + "}}");
    }

    static String machine(int number) {
        return GROUP + "/providers/Microsoft.Compute/virtualMachines/vm-" + number;
    }

    /// What the query for the machines of a range answers.
    static Table ids(int from, int to) {
        var ids = new String[to - from];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = machine(from + i);
        }
        return new Table(
                "machines",
                new Schema(List.of(new Field("id", KqlType.STRING))),
                List.of(new Segment(ids.length, List.of(StringColumn.of(ids)))));
    }

    static Dynamic json(String text) {
        try {
            return Json.parse(text);
        } catch (JsonException fault) {
            throw new IllegalArgumentException(text, fault);
        }
    }

    /// The estate; gives its gallery back as an inventory has it.
    static List<Dynamic> seed(SimulatedAzure azure, int machines) {
        azure.seed(
                json(
                        "{\"id\":\""
                                + SUBSCRIPTION
                                + "\",\"name\":\"Test\",\"type\":\"Microsoft.Resources/subscriptions\",\"subscriptionId\":\""
                                + SUBSCRIPTION.substring("/subscriptions/".length())
                                + "\"}"));
        azure.seed(
                json(
                        "{\"id\":\""
                                + GROUP
                                + "\",\"name\":\"rg\",\"type\":\"Microsoft.Resources/subscriptions/resourceGroups\",\"location\":\"westeurope\",\"properties\":{}}"));
        put(azure, GALLERY, "{\"location\":\"westeurope\",\"properties\":{}}");
        put(
                azure,
                AGENT,
                "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\"}}");
        put(
                azure,
                AGENT + "/versions/1.0.0",
                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://packages.example/p/app\"},"
                        + "\"manageActions\":{\"install\":\"i\",\"remove\":\"r\"}}}}");
        for (int i = 0; i < machines; i++) {
            put(
                    azure,
                    machine(i),
                    "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}");
        }
        azure.clock().step(Duration.ofHours(1));
        List<Dynamic> galleries = new ArrayList<>();
        azure.handle(request("GET", "/subscriptions", ""));
        azure.export(resource -> {
            if (resource.get("type")
                    .textOr("")
                    .toLowerCase(Locale.ROOT)
                    .startsWith("microsoft.compute/galleries")) {
                galleries.add(resource);
            }
        });
        return galleries;
    }

    private static void put(SimulatedAzure azure, String path, String body) {
        var answer = azure.handle(request("PUT", path, body));
        if (answer.status() >= 300) {
            throw new IllegalStateException(answer.status() + " " + answer.text());
        }
    }

    private static ArmRequest request(String method, String path, String body) {
        return new ArmRequest(
                method,
                URI.create("https://127.0.0.1:1" + path + "?api-version=2024-07-01"),
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    /// Nothing is assigned.
    static final class NoPolicies implements PolicyCompliance {
        @Override
        public Optional<AssignmentFacts> assignment(ResourceId assignmentId) {
            return Optional.empty();
        }

        @Override
        public List<NonCompliant> nonCompliant(
                ResourceId assignmentId,
                @Nullable String referenceId,
                ResourceId scope,
                boolean reEvaluate) {
            return List.of();
        }

        @Override
        public Remedy remedy(
                ResourceId assignmentId, @Nullable String referenceId, Dynamic resource) {
            return new Remedy.NotApplicable("nothing is assigned");
        }
    }
}
