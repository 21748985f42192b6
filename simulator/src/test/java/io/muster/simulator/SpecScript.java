package io.muster.simulator;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GuestAction;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/// Runs the script of a spec case, a command a line, and keeps what was answered.
///
/// Set up (fail the case when refused): `gallery`, `application NAME OS`, `version APP VERSION [update] [members of the publishing profile]`, `machine NAME OS [region]`,
/// `set NAME OS MODE INSTANCES`, `storage ACCESS`, `blob KIND SIZE`, `role PRINCIPAL ROLE SCOPE`, `identity NAME [ROLE SCOPE]` (a
/// user-assigned one), `fails APP OPERATION TEXT` (`fails host Read TEXT`: the extension cannot
/// read what to do), `reboots APP OPERATION [TIMES]`, `heals`, `ill SET INSTANCE`,
/// `step SECONDS`, `settle`, `as PRINCIPAL`.
///
/// Asked (each gives a line): `profile VM [APP/VERSION[@ORDER][!][+] ...]` (`!` fails the deployment, `+` upgrades automatically), `GET|PUT|PATCH|POST|DELETE PATH [JSON]`,
/// `guest VM` (the registry), `actions VM` (the last run's), `status VM`, `show a.b.0.c` (of the last answer). In paths and JSON `~` is the group's compute provider,
/// `@rg` the group, `@sub` the subscription, `@gal` the gallery.
final class SpecScript {
    static final String BLOB = "https://packages.blob.core.windows.net/apps/agent.zip";

    private final Bench bench;
    private final StringJoiner out = new StringJoiner("\n");
    private Map<String, String> headers = Map.of();
    private Dynamic last = Dynamic.NULL;
    private int roles;

    /// @param endOfLifeBlocks whether versions past their end of life are refused
    SpecScript(String limits, boolean allLinks, boolean endOfLifeBlocks) {
        this.bench =
                new Bench(
                        switch (limits) {
                            case "" -> VmApplicationLimits.NOW;
                            case "2021" -> VmApplicationLimits.PREVIEW_2021;
                            case "2023" -> VmApplicationLimits.YEAR_2023;
                            default -> throw new IllegalArgumentException("limits: " + limits);
                        },
                        allLinks,
                        new ResolutionSettings(endOfLifeBlocks, true));
        bench.group();
    }

    String run(String script) {
        script.lines().map(String::strip).filter(l -> !l.isEmpty()).forEach(this::line);
        return out.toString();
    }

    private static String expanded(String text) {
        return text.replace("@gal", Bench.galleryId())
                .replace("~", Bench.GROUP + "/providers/Microsoft.Compute")
                .replace("@rg", Bench.GROUP)
                .replace("@sub", Bench.SUBSCRIPTION)
                .replace("@blob", BLOB);
    }

    private static String shortened(String text) {
        return text.replace(Bench.galleryId(), "@gal")
                .replace(Bench.GROUP + "/providers/Microsoft.Compute", "~")
                .replace(Bench.GROUP, "@rg")
                .replace(Bench.SUBSCRIPTION, "@sub")
                .replace(BLOB, "@blob");
    }

    private void line(String line) {
        String[] words = line.split(" +");
        String rest = line.substring(words[0].length()).strip();
        switch (words[0]) {
            case "gallery" -> bench.gallery();
            case "application" -> bench.application(words[1], words[2]);
            case "version" -> version(words, rest);
            case "machine" -> machine(words);
            case "set" -> set(words);
            case "storage" -> storage(words[1]);
            case "blob" -> blob(words[1], words[2]);
            case "role" -> role(words[1], words[2], expanded(words[3]));
            case "identity" -> {
                String principal = bench.identity(words[1]);
                if (words.length > 2) {
                    role(principal, words[2], expanded(words[3]));
                }
            }
            case "fails" ->
                    bench.outcomes.put(
                            words[1] + " " + words[2],
                            new GuestFaults.Outcome.Failure(
                                    rest.split(" +", 3).length < 3
                                            ? "exit status=1"
                                            : rest.split(" +", 3)[2]));
            case "reboots" -> {
                if (words.length > 3) {
                    bench.reboots.put(words[1] + " " + words[2], Integer.valueOf(words[3]));
                } else {
                    bench.outcomes.put(words[1] + " " + words[2], new GuestFaults.Outcome.Reboot());
                }
            }
            case "heals" -> bench.outcomes.clear();
            case "ill" -> ill(words[1], words[2]);
            case "step" -> bench.clock.step(Duration.ofSeconds(Long.parseLong(words[1])));
            case "settle" -> bench.settle();
            case "as" -> headers = as(words[1]);
            case "profile" -> profile(words);
            case "guest" -> guest(words[1]);
            case "actions" -> actions(words[1]);
            case "status" -> status(words[1]);
            case "show" -> show(rest);
            case "GET", "PUT", "PATCH", "POST", "DELETE" -> request(words[0], rest);
            default -> throw new IllegalArgumentException("unknown command: " + line);
        }
    }

    private static Map<String, String> as(String principal) {
        return principal.equals("owner")
                ? Map.of()
                : Map.of("Authorization", "Bearer " + Bench.token(principal));
    }

    private void version(String[] words, String rest) {
        String more = rest.split(" +", 3).length < 3 ? "" : rest.split(" +", 3)[2];
        boolean update = more.startsWith("update");
        more = update ? more.substring("update".length()).strip() : more;
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.versionId(words[1], words[2]),
                        Bench.versionBody(
                                update ? "u" : "", more.isEmpty() ? "" : "," + expanded(more))));
        bench.settle();
    }

    private void machine(String[] words) {
        String region = words.length > 3 ? words[3] : Bench.REGION;
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.machineId(words[1]),
                        Bench.parse(
                                "{\"location\":\"%s\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"%s\"}}}}"
                                        .formatted(region, words[2]))));
        bench.settle();
    }

    private void set(String[] words) {
        String id = expanded("~/virtualMachineScaleSets/" + words[1]);
        Bench.must(
                bench.send(
                        "PUT",
                        id,
                        Bench.parse(
                                """
                                {"location":"westeurope","sku":{"name":"Standard_D2s_v5","capacity":%s},
                                 "properties":{"orchestrationMode":"Uniform","upgradePolicy":{"mode":"%s"},
                                  "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"%s"}}}}}
                                """
                                        .formatted(words[4], words[3], words[2]))));
        bench.settle();
        for (int i = 0; i < Integer.parseInt(words[4]); i++) {
            bench.azure.seed(
                    Bench.parse(
                            """
                            {"id":"%s/virtualMachines/%d","name":"%d","type":"Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
                             "location":"westeurope","instanceId":"%d","properties":{"latestModelApplied":true,
                              "instanceView":{"vmAgent":{"vmAgentVersion":"2.13.1.1","statuses":[{"code":"ProvisioningState/succeeded","displayStatus":"Ready"}]}}}}
                            """
                                    .formatted(id, i, i, i)));
        }
    }

    /// The health probe of an instance fails.
    private void ill(String set, String instance) {
        var known =
                bench.json(
                        "GET",
                        expanded("~/virtualMachineScaleSets/" + set)
                                + "/virtualMachines/"
                                + instance
                                + "?$expand=instanceView");
        var properties = known.get("properties");
        bench.azure.seed(
                known.without("etag")
                        .without("resources")
                        .with(
                                "properties",
                                properties.with(
                                        "instanceView",
                                        properties
                                                .get("instanceView")
                                                .with(
                                                        "vmHealth",
                                                        Bench.parse(
                                                                "{\"status\":{\"code\":\"HealthState/unhealthy\"}}")))));
    }

    private void storage(String access) {
        String account = Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/packages";
        Bench.must(
                bench.send(
                        "PUT",
                        account,
                        Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}")));
        Bench.must(
                bench.send(
                        "PUT",
                        account + "/blobServices/default/containers/apps",
                        Bench.parse("{\"properties\":{\"publicAccess\":\"" + access + "\"}}")));
    }

    private void blob(String kind, String size) {
        Bench.must(
                bench.send(
                        "PUT",
                        "/_storage/packages/apps/agent.zip",
                        Dynamic.NULL,
                        Map.of("x-ms-blob-type", kind, "x-ms-blob-content-length", size)));
    }

    private void role(String principal, String role, String scope) {
        String definition =
                switch (role) {
                    case "reader" -> "acdd72a7-3385-48ef-bd42-f606fba81ae7";
                    case "contributor" -> "b24988ac-6180-42a0-ab88-20f7382dd24c";
                    case "blobs" -> "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
                    case "machines" -> "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";
                    default -> throw new IllegalArgumentException("role " + role);
                };
        String name = "r" + ++roles;
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s/providers/Microsoft.Authorization/roleAssignments/%s","name":"%s","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(scope, name, name, principal, definition)));
    }

    private void profile(String[] words) {
        var entries = new ArrayList<Dynamic>();
        for (int i = 2; i < words.length; i++) {
            entries.add(entry(words[i]));
        }
        var body =
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "applicationProfile",
                                                Dynamic.bag()
                                                        .put(
                                                                "galleryApplications",
                                                                Dynamic.array(entries))
                                                        .build())
                                        .build())
                        .build();
        var answer = bench.send("PATCH", Bench.machineId(words[1]), body, headers);
        told(answer);
        bench.settle();
    }

    private static Dynamic entry(String word) {
        boolean fails = word.contains("!");
        boolean automatic = word.contains("+");
        String plain = word.replace("!", "").replace("+", "");
        int at = plain.indexOf('@');
        int order = at < 0 ? 0 : Integer.parseInt(plain.substring(at + 1));
        String[] parts = (at < 0 ? plain : plain.substring(0, at)).split("/");
        var entry = Bench.entry(parts[0], parts[1], order, fails);
        return automatic ? entry.with("enableAutomaticUpgrade", Dynamic.of(true)) : entry;
    }

    private void request(String method, String rest) {
        int space = rest.indexOf(' ');
        String path = expanded(space < 0 ? rest : rest.substring(0, space));
        Dynamic body =
                space < 0 ? Dynamic.NULL : Bench.parse(expanded(rest.substring(space).strip()));
        told(bench.send(method, path, body, headers));
    }

    private void told(ArmResponse answer) {
        last = answer.text().isEmpty() ? Dynamic.NULL : Bench.parse(answer.text());
        String line = Integer.toString(answer.status());
        if (answer.status() >= 400) {
            line += " " + Bench.code(answer) + ": " + shortened(Bench.message(answer));
        }
        out.add(line);
    }

    private void show(String path) {
        Dynamic at = last;
        for (String step : path.split("\\.")) {
            at =
                    step.chars().allMatch(Character::isDigit)
                            ? at.get(Integer.parseInt(step))
                            : at.get(step);
        }
        String text = at instanceof Dynamic.Text(var plain) ? plain : Json.write(at);
        out.add(path + " = " + shortened(text));
    }

    private void guest(String machine) {
        if (bench.extension(machine).isNull()) {
            out.add("no extension");
            return;
        }
        var registry = new TreeMap<String, String>();
        message(machine)
                .registry()
                .orElse(List.of())
                .forEach(a -> registry.put(a.name(), a.version() + " " + a.result().text()));
        if (registry.isEmpty()) {
            out.add("nothing installed");
        }
        registry.forEach((name, state) -> out.add(name + " " + state));
    }

    private void actions(String machine) {
        List<GuestAction> actions =
                message(machine) instanceof ExtensionMessage.Report report
                        ? report.actions()
                        : List.of();
        if (actions.isEmpty()) {
            out.add("no actions");
        }
        for (GuestAction action : actions) {
            out.add(
                    action.operation()
                            + " "
                            + action.application()
                            + " "
                            + action.version()
                            + ": "
                            + action.result());
        }
    }

    private void status(String machine) {
        var status = bench.extension(machine).get("statuses").get(0);
        var vm = bench.json("GET", Bench.machineId(machine));
        out.add(
                "extension "
                        + status.get("code").textOr("absent")
                        + ", machine "
                        + vm.path("properties", "provisioningState").textOr(""));
    }

    private ExtensionMessage message(String machine) {
        return ExtensionMessage.parse(
                bench.extension(machine).get("statuses").get(0).get("message").textOr(""));
    }
}
