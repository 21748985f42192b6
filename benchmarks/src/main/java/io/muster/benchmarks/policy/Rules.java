package io.muster.benchmarks.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Rules about machines that share fields, from a seed.
final class Rules {
    private static final String VM = "Microsoft.Compute/virtualMachines";
    private static final List<String> LOCATIONS =
            List.of("eastus", "westus", "westeurope", "northeurope", "eastus2", "uksouth");
    private static final List<String> SIZES =
            List.of(
                    "Standard_D",
                    "Standard_E",
                    "Standard_B",
                    "Standard_F",
                    "Standard_D2",
                    "Standard_D4");
    private static final List<String> TAGS = List.of("env", "owner", "costCenter", "app", "tier");

    private Rules() {}

    /// The `if` of each rule as JSON.
    static List<String> conditions(int count, long seed) {
        var chance = new Random(seed);
        List<String> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(
                    "{\"allOf\":[{\"field\":\"type\",\"equals\":\"%s\"},%s,{\"anyOf\":[%s,{\"not\":%s}]}]}"
                            .formatted(VM, leaf(chance), leaf(chance), leaf(chance)));
        }
        return all;
    }

    /// Machines of some places that lack an application. No two rounds share a condition but that on the type, nor does any with the others.
    record Unseen(List<String> locations, String application) {
        static Unseen of(int round) {
            var locations = new ArrayList<>(LOCATIONS);
            Collections.rotate(locations, round);
            return new Unseen(List.copyOf(locations), "app-%d".formatted(round));
        }

        String condition() {
            return """
            {"allOf":[{"field":"type","equals":"%1$s"},{"field":"location","in":["%2$s"]},
            {"count":{"field":"%1$s/applicationProfile.galleryApplications[*]",
            "where":{"field":"%1$s/applicationProfile.galleryApplications[*].packageReferenceId","contains":"%3$s"}},"equals":0}]}\
            """
                    .formatted(VM, String.join("\",\"", locations), application);
        }
    }

    private static String leaf(Random chance) {
        return switch (chance.nextInt(6)) {
            case 0 ->
                    "{\"field\":\"location\",\"in\":[\"%s\",\"%s\"]}"
                            .formatted(any(LOCATIONS, chance), any(LOCATIONS, chance));
            case 1 ->
                    "{\"field\":\"%s/hardwareProfile.vmSize\",\"like\":\"%s*\"}"
                            .formatted(VM, any(SIZES, chance));
            case 2 ->
                    "{\"field\":\"tags.%s\",\"exists\":%s}"
                            .formatted(any(TAGS, chance), chance.nextBoolean());
            case 3 ->
                    "{\"field\":\"tags.%s\",\"equals\":\"v%d\"}"
                            .formatted(any(TAGS, chance), chance.nextInt(20));
            case 4 ->
                    "{\"field\":\"%s/storageProfile.osDisk.osType\",\"equals\":\"%s\"}"
                            .formatted(VM, chance.nextBoolean() ? "Linux" : "Windows");
            default ->
                    "{\"field\":\"%s/provisioningState\",\"notEquals\":\"%s\"}"
                            .formatted(VM, chance.nextBoolean() ? "Succeeded" : "Failed");
        };
    }

    private static String any(List<String> of, Random chance) {
        return of.get(chance.nextInt(of.size()));
    }
}
