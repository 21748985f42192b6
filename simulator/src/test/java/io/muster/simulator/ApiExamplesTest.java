package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Every example of Azure's descriptions of compute and galleries is taken, and what is answered has the form described.
class ApiExamplesTest {
    private static final Path ROOT = Path.of(System.getProperty("muster.root", ".."));
    private static final Path SPECS = ROOT.resolve("../shared/specs");
    private static final List<String> FILES =
            List.of(
                    "compute-virtualMachine-2024-07-01.json",
                    "compute-virtualMachineScaleSet-2024-07-01.json",
                    "compute-gallery-2023-07-03.json",
                    "compute-sharedGallery-2023-07-03.json",
                    "compute-communityGallery-2023-07-03.json");

    /// When the oldest end of life among the examples lay ahead.
    private static final Instant THEN = Instant.parse("2018-01-01T00:00:00Z");

    @Test
    void everyExampleIsTakenAndItsAnswerHasTheFormDescribed() {
        Assumptions.assumeTrue(
                Files.isDirectory(SPECS), () -> "there are no API descriptions at " + SPECS);
        var wrong = new ArrayList<String>();
        var unserved = new TreeSet<String>();
        int taken = 0;
        for (String specification : FILES) {
            var description = ApiDescription.read(SPECS, specification);
            for (var operation : description.operations()) {
                for (var example : operation.json().get("x-ms-examples").members().values()) {
                    String name = example.get("$ref").textOr("");
                    String file = name.substring(name.lastIndexOf('/') + 1);
                    var answer = send(operation, ApiDescription.parse(SPECS.resolve(name)));
                    if (isUnserved(answer)) {
                        unserved.add(operation.id());
                        continue;
                    }
                    if (REFUSED.containsKey(file)) {
                        assertThat(Bench.code(answer)).as(file).isEqualTo(REFUSED.get(file));
                        continue;
                    }
                    taken++;
                    var value = answer.body().length == 0 ? Dynamic.NULL : parse(answer.text());
                    var faults =
                            answer.status() >= 400
                                    ? List.of(answer.status() + " " + answer.text())
                                    : description.faults(operation, answer.status(), value);
                    for (String fault : faults) {
                        wrong.add(operation.id() + " " + file + ": " + fault);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(unserved).as("operations not served").isEqualTo(toldAsUnserved());
        assertThat(taken).isGreaterThanOrEqualTo(250);
    }

    /// The operations that the documentation names as not served.
    private static Set<String> toldAsUnserved() {
        String text;
        try {
            text = Files.readString(ROOT.resolve("docs/azure-parity.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var out = new TreeSet<String>();
        var named =
                Pattern.compile("`(\\w+_\\w+)`")
                        .matcher(
                                text.substring(
                                        text.indexOf("<!-- operations that are not served -->"),
                                        text.indexOf("<!-- end of the operations -->")));
        while (named.find()) {
            out.add(named.group(1));
        }
        return out;
    }

    /// Fillers of generated examples that Azure could not take either, and what the machines of ours are in no state for.
    private static final Map<String, String> REFUSED =
            Map.of(
                    "VirtualMachine_Deallocate_MaximumSet_Gen.json", "OperationNotAllowed",
                    "VirtualMachineScaleSet_Deallocate_MaximumSet_Gen.json", "OperationNotAllowed",
                    "VirtualMachine_Generalize.json", "OperationNotAllowed",
                    "VirtualMachine_List_MaximumSet_Gen.json", "InvalidFilterInQueryString",
                    "VirtualMachine_ListAll_MaximumSet_Gen.json", "InvalidFilterInQueryString",
                    "VirtualMachineScaleSet_Update_MaximumSet_Gen.json", "InvalidParameter");

    private static boolean isUnserved(ArmResponse answer) {
        return answer.status() == 405
                || answer.status() == 404 && answer.text().contains("There is no ")
                || answer.status() == 409 && answer.text().contains("in the simulated Azure ");
    }

    private static Dynamic parse(String text) {
        return Bench.parse(text);
    }

    private static ArmResponse send(ApiDescription.Operation operation, Dynamic example) {
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT,
                        VirtualClock.stepped(THEN),
                        (catalog, query) -> {
                            throw new IllegalStateException("no query is asked here");
                        });
        var parameters = example.get("parameters");
        String path = operation.path();
        Dynamic body = Dynamic.NULL;
        var query = new StringBuilder("?api-version=" + parameters.get("api-version").textOr(""));
        for (var described : operation.json().get("parameters").items()) {
            String name = described.get("name").textOr("");
            switch (described.get("in").textOr("")) {
                case "body" -> body = parameters.get(name);
                case "query" -> {
                    if (!name.equals("api-version") && !parameters.get(name).isNull()) {
                        query.append('&')
                                .append(name)
                                .append('=')
                                .append(encoded(written(parameters.get(name))));
                    }
                }
                default -> {}
            }
        }
        for (var parameter : parameters.members().entrySet()) {
            path = path.replace("{" + parameter.getKey() + "}", written(parameter.getValue()));
        }
        seed(azure, operation, path, example, body);
        return request(azure, operation.method(), path, query.toString(), body);
    }

    private static ArmResponse request(
            SimulatedAzure azure, String method, String path, String query, Dynamic body) {
        return azure.handle(
                new ArmRequest(
                        method,
                        URI.create("https://127.0.0.1:8443" + encoded(path) + query),
                        Map.of(),
                        body.isNull()
                                ? new byte[0]
                                : Json.write(body).getBytes(StandardCharsets.UTF_8)));
    }

    private static String written(Dynamic value) {
        return value.asText().orElseGet(() -> Json.write(value));
    }

    private static String encoded(String text) {
        return text.replace("%", "%25")
                .replace("{", "%7B")
                .replace("}", "%7D")
                .replace(" ", "%20")
                .replace("'", "%27");
    }

    /// The form of a resource that an example takes for granted.
    private static final Map<String, String> USUAL =
            Map.ofEntries(
                    Map.entry("virtualmachines", "compute/VirtualMachine_Get"),
                    Map.entry(
                            "virtualmachines/extensions",
                            "compute/VirtualMachineExtension_Get_MaximumSet_Gen"),
                    Map.entry("virtualmachinescalesets", "compute/VirtualMachineScaleSet_Get"),
                    Map.entry(
                            "virtualmachinescalesets/extensions",
                            "compute/VirtualMachineScaleSetExtension_Get_MaximumSet_Gen"),
                    Map.entry(
                            "virtualmachinescalesets/virtualmachines",
                            "compute/VirtualMachineScaleSetVM_Get_WithUserData"),
                    Map.entry(
                            "virtualmachinescalesets/virtualmachines/extensions",
                            "compute/VirtualMachineScaleSetVMExtension_Get"),
                    Map.entry("galleries", "gallery/Gallery_Get"),
                    Map.entry("galleries/applications", "gallery/GalleryApplication_Get"),
                    Map.entry(
                            "galleries/applications/versions",
                            "gallery/GalleryApplicationVersion_Get"),
                    Map.entry("galleries/images", "gallery/GalleryImage_Get"),
                    Map.entry("galleries/images/versions", "gallery/GalleryImageVersion_Get"));

    private static final String COMPUTE = "/providers/Microsoft.Compute/";
    private static final String GROUP = "/resourceGroups/";

    /// What must be there for the example to make sense: what it names, and what lies above that.
    private static void seed(
            SimulatedAzure azure,
            ApiDescription.Operation operation,
            String path,
            Dynamic example,
            Dynamic body) {
        int provider = path.indexOf(COMPUTE);
        String scope = path.substring(0, provider);
        if (!scope.contains(GROUP)) {
            scope += GROUP + "listed";
        }
        container(azure, scope);
        shared(azure, scope, path);
        var answered = example.path("responses", "200", "body");
        var steps = path.substring(provider + COMPUTE.length()).split("/");
        var types = new StringBuilder();
        var id = new StringBuilder(scope + COMPUTE.substring(0, COMPUTE.length() - 1));
        for (int i = 0; i + 1 < steps.length; i += 2) {
            types.append(types.isEmpty() ? "" : "/").append(steps[i].toLowerCase(Locale.ROOT));
            id.append('/').append(steps[i]).append('/').append(steps[i + 1]);
            boolean target = i + 2 >= steps.length;
            if (target
                            && operation.method().equals("PUT")
                            && !types.toString().endsWith("scalesets/virtualmachines")
                    || !USUAL.containsKey(types.toString())) {
                continue;
            }
            boolean own =
                    target
                            && !operation.method().equals("POST")
                            && answered.get("properties") instanceof Dynamic.Bag;
            put(azure, id.toString(), types.toString(), own ? answered : usual(types.toString()));
        }
        if (steps.length % 2 == 1) {
            String type = types + (types.isEmpty() ? "" : "/") + steps[steps.length - 1];
            var items =
                    USUAL.containsKey(type.toLowerCase(Locale.ROOT))
                            ? answered.get("value").items()
                            : List.<Dynamic>of();
            for (var item : items) {
                String name = item.get("name").asText().filter(n -> !n.isBlank()).orElse("listed");
                put(
                        azure,
                        id
                                + "/"
                                + steps[steps.length - 1]
                                + "/"
                                + name.substring(name.lastIndexOf('/') + 1),
                        type.toLowerCase(Locale.ROOT),
                        item);
            }
        }
        named(azure, body);
        if (path.endsWith("/attachDetachDataDisks")) {
            disks(azure, id.toString(), types.toString(), body);
        }
        for (var instance : body.get("instanceIds").items()) {
            put(
                    azure,
                    path.substring(0, path.lastIndexOf('/'))
                            + "/virtualMachines/"
                            + instance.textOr(""),
                    "virtualmachinescalesets/virtualmachines",
                    usual("virtualmachinescalesets/virtualmachines"));
        }
        if (path.contains("/rollingUpgrades/")) {
            String set = path.substring(0, path.indexOf("/rollingUpgrades/"));
            put(
                    azure,
                    set + "/virtualMachines/0",
                    "virtualmachinescalesets/virtualmachines",
                    usual("virtualmachinescalesets/virtualmachines"));
            request(
                    azure,
                    "POST",
                    set + "/osRollingUpgrade",
                    "?api-version=2024-07-01",
                    Dynamic.NULL);
        }
    }

    /// The gallery that a path names by what it is called where it is shared, with an image and a version in the path's region.
    private static void shared(SimulatedAzure azure, String scope, String path) {
        var steps = path.substring(path.indexOf(COMPUTE) + COMPUTE.length()).split("/");
        if (steps.length < 3 || !steps[2].endsWith("Galleries")) {
            return;
        }
        boolean community = steps[2].startsWith("community");
        String name = steps.length > 3 ? steps[3] : "listed";
        String gallery = scope + COMPUTE + "galleries/shared";
        String region =
                "{\"name\":\""
                        + steps[1]
                        + "\",\"region\":\""
                        + steps[1]
                        + "\",\"state\":\"Completed\"}";
        azure.seed(
                Bench.parse(
                        "{\"id\":\""
                                + gallery
                                + "\",\"name\":\"shared\",\"type\":\"Microsoft.Compute/galleries\",\"location\":\""
                                + steps[1]
                                + "\",\"properties\":{\"identifier\":{\"uniqueName\":\""
                                + name
                                + "\"},\"sharingProfile\":"
                                + (community
                                        ? "{\"permissions\":\"Community\",\"communityGalleryInfo\":{\"publisherContact\":\"me\",\"publicNames\":[\""
                                                + name
                                                + "\"]}}"
                                        : "{\"permissions\":\"Groups\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":[\""
                                                + scope.split("/")[2]
                                                + "\"]}]}")
                                + "}}"));
        String image = gallery + "/images/" + (steps.length > 5 ? steps[5] : "listed");
        put(azure, image, "galleries/images", usual("galleries/images"));
        String version = steps.length > 7 ? steps[7] : "1.0.0";
        put(
                azure,
                image + "/versions/" + version,
                "galleries/images/versions",
                Bench.parse(
                        "{\"location\":\"westus\",\"properties\":{\"storageProfile\":{\"osDiskImage\":{\"diskSizeGB\":29,\"source\":{\"id\":\"x\"}}},"
                                + "\"publishingProfile\":{\"targetRegions\":["
                                + region
                                + "]},\"replicationStatus\":{\"summary\":["
                                + region
                                + "]}}}"));
    }

    /// The disks that are to be attached, and a machine that has those which are to be detached.
    private static void disks(SimulatedAzure azure, String machine, String type, Dynamic body) {
        for (var disk : body.get("dataDisksToAttach").items()) {
            String id = disk.get("diskId").textOr("");
            container(azure, id.substring(0, id.indexOf("/providers/")));
            put(azure, id, "disks", Bench.parse("{\"properties\":{\"diskSizeGB\":30}}"));
        }
        var had = new ArrayList<Dynamic>();
        for (var disk : body.get("dataDisksToDetach").items()) {
            had.add(
                    Dynamic.bag()
                            .put("lun", 10L + had.size())
                            .put("createOption", "Attach")
                            .put("managedDisk", Dynamic.bag().put("id", disk.get("diskId")).build())
                            .build());
        }
        put(
                azure,
                machine,
                type,
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "storageProfile",
                                                Dynamic.bag()
                                                        .put("dataDisks", Dynamic.array(had))
                                                        .build())
                                        .build())
                        .build());
    }

    /// What a model names outside itself.
    private static void named(SimulatedAzure azure, Dynamic model) {
        String text = Json.write(model);
        boolean linux = text.contains("\"Linux\"") || text.contains("\"linuxConfiguration\"");
        applications(azure, model, linux ? "Linux" : "Windows");
    }

    private static Dynamic usual(String type) {
        return ApiDescription.parse(SPECS.resolve("examples/" + USUAL.get(type) + ".json"))
                .path("responses", "200", "body");
    }

    private static void container(SimulatedAzure azure, String group) {
        String subscription = group.substring(0, group.indexOf(GROUP));
        azure.seed(
                Dynamic.bag()
                        .put("id", subscription)
                        .put("name", "test")
                        .put("type", "Microsoft.Resources/subscriptions")
                        .put("subscriptionId", subscription.substring("/subscriptions/".length()))
                        .build());
        azure.seed(
                Dynamic.bag()
                        .put("id", group)
                        .put("name", group.substring(group.lastIndexOf('/') + 1))
                        .put("type", "Microsoft.Resources/subscriptions/resourceGroups")
                        .put("location", "westus")
                        .build());
    }

    private static void put(SimulatedAzure azure, String id, String type, Dynamic like) {
        var resource =
                like.with("id", Dynamic.of(id))
                        .with("name", Dynamic.of(id.substring(id.lastIndexOf('/') + 1)))
                        .with("type", Dynamic.of("Microsoft.Compute/" + type));
        azure.seed(
                resource.get("properties").get("safetyProfile").isNull()
                        ? resource
                        : resource.with(
                                "properties", resource.get("properties").without("safetyProfile")));
        named(azure, like);
    }

    /// What a machine can be put into, by the member that says so.
    private static final Map<String, String> SETS =
            Map.of(
                    "availabilitySet", "availabilitySets",
                    "virtualMachineScaleSet", "virtualMachineScaleSets");

    /// The applications that a profile names, published where the machine is, and the sets that it is to be in.
    private static void applications(SimulatedAzure azure, Dynamic value, String system) {
        for (var member : value.members().entrySet()) {
            String version = member.getValue().textOr("");
            if (member.getKey().equals("imageReference")) {
                image(azure, member.getValue().get("id").textOr(""));
                continue;
            }
            if (SETS.containsKey(member.getKey())
                    && member.getValue().get("id").textOr("").startsWith("/subscriptions/")) {
                put(
                        azure,
                        member.getValue().get("id").textOr(""),
                        Objects.requireNonNull(SETS.get(member.getKey())),
                        Bench.parse(
                                "{\"location\":\"westus\",\"properties\":{\"orchestrationMode\":\"Flexible\"}}"));
                continue;
            }
            if (!member.getKey().equals("packageReferenceId")) {
                applications(azure, member.getValue(), system);
                continue;
            }
            if (!version.contains("/versions/")) {
                // Filler of a generated example; what names nothing is refused below.
                continue;
            }
            String application = version.substring(0, version.lastIndexOf("/versions/"));
            String gallery = application.substring(0, application.lastIndexOf("/applications/"));
            container(azure, gallery.substring(0, gallery.indexOf("/providers/")));
            put(azure, gallery, "galleries", usual("galleries"));
            put(
                    azure,
                    application,
                    "galleries/applications",
                    Bench.parse(
                            "{\"location\":\"westus\",\"properties\":{\"supportedOSType\":\""
                                    + system
                                    + "\"}}"));
            put(
                    azure,
                    version,
                    "galleries/applications/versions",
                    Bench.parse(
                            "{\"location\":\"westus\",\"properties\":{\"provisioningState\":\"Succeeded\",\"publishingProfile\":{\"manageActions\":{\"install\":\"i\",\"remove\":\"r\"},\"targetRegions\":[{\"name\":\"westus\"}]},\"replicationStatus\":{\"aggregatedState\":\"Completed\",\"summary\":[{\"region\":\"West US\",\"state\":\"Completed\",\"progress\":100}]}}}"));
        }
        value.items().forEach(item -> applications(azure, item, system));
    }

    /// The gallery image that a machine begins with; it may be named without a version.
    private static void image(SimulatedAzure azure, String named) {
        int at = named.indexOf("/images/");
        if (!named.startsWith("/subscriptions/") || at < 0 || !named.contains("/galleries/")) {
            return;
        }
        var steps = named.substring(at + "/images/".length()).split("/");
        String definition = named.substring(0, at) + "/images/" + steps[0];
        container(azure, named.substring(0, named.indexOf("/providers/")));
        put(azure, named.substring(0, at), "galleries", usual("galleries"));
        put(azure, definition, "galleries/images", usual("galleries/images"));
        put(
                azure,
                definition + "/versions/" + (steps.length > 2 ? steps[2] : "1.0.0"),
                "galleries/images/versions",
                Bench.parse(
                        "{\"location\":\"westus\",\"properties\":{\"provisioningState\":\"Succeeded\",\"publishingProfile\":{\"targetRegions\":[{\"name\":\"westus\"}]},\"replicationStatus\":{\"aggregatedState\":\"Completed\",\"summary\":[{\"region\":\"West US\",\"state\":\"Completed\",\"progress\":100}]}}}"));
    }
}
