package io.muster.inventory.vm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Builds galleries and machines for tests, as JSON.
final class Gallerist {
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    static final String GALLERY =
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/galleries/g1";
    static final String VM =
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1";

    private final List<Dynamic> resources = new ArrayList<>();

    static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new IllegalArgumentException(fault.describe(), fault);
        }
    }

    static String app(String name) {
        return GALLERY + "/applications/" + name;
    }

    static String version(String app, String version) {
        return app(app) + "/versions/" + version;
    }

    Gallerist application(String name, String os) {
        resources.add(
                json(
                        "{'id':'%s','type':'Microsoft.Compute/galleries/applications','location':'East US','properties':{'supportedOSType':'%s'}}"
                                .formatted(app(name), os)));
        return this;
    }

    /// A version in eastus and westeurope, both replicated.
    Gallerist published(String app, String version) {
        return published(app, version, "");
    }

    /// @param more members of the publishing profile, each followed by a comma
    Gallerist published(String app, String version, String more) {
        return raw(
                app,
                version,
                "{'provisioningState':'Succeeded','publishingProfile':{"
                        + more
                        + "'targetRegions':[{'name':'East US'},{'name':'westeurope'}]},"
                        + "'replicationStatus':{'aggregatedState':'Completed','summary':["
                        + "{'region':'East US','state':'Completed','progress':100},"
                        + "{'region':'westeurope','state':'Completed','progress':100}]}}");
    }

    Gallerist raw(String app, String version, String properties) {
        resources.add(
                json(
                        "{'id':'%s','type':'Microsoft.Compute/galleries/applications/versions','location':'eastus','properties':%s}"
                                .formatted(version(app, version), properties)));
        return this;
    }

    GalleryCatalog catalog() {
        return GalleryCatalog.of(resources);
    }

    LatestResolver resolver() {
        return resolver(ResolutionSettings.DEFAULT);
    }

    LatestResolver resolver(ResolutionSettings settings) {
        return new LatestResolver(catalog(), settings, NOW);
    }

    GalleryApplicationVersion theVersion(String app, String version) {
        return catalog()
                .version(io.muster.inventory.resource.ResourceId.parse(version(app, version)))
                .orElseThrow();
    }

    /// A running Linux VM in eastus whose profile has those entries.
    ///
    /// @param message what VMAppExtension says; null for none
    static Machine machine(String entries, @org.jspecify.annotations.Nullable String message) {
        return Machine.read(vm(entries, message)).orElseThrow();
    }

    static Dynamic vm(String entries, @org.jspecify.annotations.Nullable String message) {
        var view =
                Dynamic.bag()
                        .put(
                                "vmAgent",
                                Dynamic.bag().put("vmAgentVersion", "2.7.41491.1083").build());
        if (message != null) {
            view.put(
                    "extensions",
                    Dynamic.array(
                            Dynamic.bag()
                                    .put("name", "VMAppExtension")
                                    .put("type", "Microsoft.CPlat.Core.VMApplicationManagerLinux")
                                    .put("typeHandlerVersion", "1.0.9")
                                    .put(
                                            "statuses",
                                            Dynamic.array(
                                                    Dynamic.bag()
                                                            .put(
                                                                    "code",
                                                                    "ProvisioningState/succeeded")
                                                            .put("level", "Info")
                                                            .put(
                                                                    "displayStatus",
                                                                    "Provisioning succeeded")
                                                            .put("message", message)
                                                            .build()))
                                    .build()));
        }
        return json(("{'id':'%s','type':'Microsoft.Compute/virtualMachines','location':'EastUS',"
                                + "'properties':{'storageProfile':{'osDisk':{'osType':'Linux'}},"
                                + "'applicationProfile':{'galleryApplications':[%s]}}}")
                        .formatted(VM, entries))
                .with(
                        "properties",
                        json(("{'storageProfile':{'osDisk':{'osType':'Linux'}},"
                                                + "'applicationProfile':{'galleryApplications':[%s]}}")
                                        .formatted(entries))
                                .with("instanceView", view.build()));
    }

    static String entry(String app, String version) {
        return "{'packageReferenceId':'" + version(app, version) + "'}";
    }

    static String entry(String app, String version, int order) {
        return "{'packageReferenceId':'" + version(app, version) + "','order':" + order + "}";
    }

    /// A form A message; each state is `app version result`.
    static String report(String... states) {
        var current = new ArrayList<Dynamic>();
        for (var state : states) {
            var parts = state.split(" ", 3);
            current.add(
                    Dynamic.bag()
                            .put("applicationName", parts[0])
                            .put("version", parts[1])
                            .put("result", parts.length > 2 ? parts[2] : "")
                            .build());
        }
        return "Enable succeeded: "
                + Json.writePretty(
                        Dynamic.bag()
                                .put("CurrentState", Dynamic.array(current))
                                .put("ActionsPerformed", Dynamic.EMPTY_ARRAY)
                                .put("Errors", "")
                                .build());
    }
}
