package io.muster.remediation;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import java.util.ArrayList;
import java.util.List;

/// The things that the tests speak of: a gallery with two applications, and machines.
final class Estate {
    static final String SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
    static final ResourceId SCOPE = ResourceId.parse("/subscriptions/" + SUBSCRIPTION);
    static final ResourceId GROUP = ResourceId.parse(SCOPE.text() + "/resourceGroups/web");
    static final ResourceId GALLERY =
            ResourceId.parse(
                    SCOPE.text()
                            + "/resourceGroups/tools/providers/Microsoft.Compute/galleries/tools");
    static final ResourceId AGENT = GALLERY.child("applications", "agent");
    static final ResourceId OTHER = GALLERY.child("applications", "other");
    static final String REGION = "westeurope";

    private Estate() {}

    static LatestResolver resolver() {
        List<Dynamic> gallery = new ArrayList<>();
        gallery.add(
                Dynamic.bag()
                        .put("id", GALLERY.text())
                        .put("type", "Microsoft.Compute/galleries")
                        .build());
        gallery.add(application(AGENT));
        gallery.add(application(OTHER));
        for (var number : List.of("1.0.0", "1.9.0", "1.10.0", "2.0.0")) {
            gallery.add(version(AGENT, number, false, REGION));
        }
        gallery.add(version(AGENT, "3.0.0", true, REGION));
        gallery.add(version(AGENT, "2.1.0", false, "eastus"));
        gallery.add(version(OTHER, "1.0.0", false, REGION));
        return new LatestResolver(
                GalleryCatalog.of(gallery), ResolutionSettings.DEFAULT, FakePacer.START);
    }

    static DeploymentCheck check() {
        return new DeploymentCheck(resolver(), VmApplicationLimits.NOW);
    }

    private static Dynamic application(ResourceId id) {
        return Dynamic.bag()
                .put("id", id.text())
                .put("name", id.name())
                .put("type", "Microsoft.Compute/galleries/applications")
                .put("location", REGION)
                .put("properties", Dynamic.bag().put("supportedOSType", "Linux").build())
                .build();
    }

    private static Dynamic version(
            ResourceId application, String number, boolean excluded, String region) {
        return Dynamic.bag()
                .put("id", application.child("versions", number).text())
                .put("name", number)
                .put("type", "Microsoft.Compute/galleries/applications/versions")
                .put("location", region)
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("provisioningState", "Succeeded")
                                .put(
                                        "publishingProfile",
                                        Dynamic.bag()
                                                .put("excludeFromLatest", excluded)
                                                .put(
                                                        "targetRegions",
                                                        Dynamic.array(
                                                                Dynamic.bag()
                                                                        .put("name", region)
                                                                        .build()))
                                                .build())
                                .build())
                .build();
    }

    static ResourceId machine(int number) {
        return ResourceId.parse(
                GROUP.text() + "/providers/Microsoft.Compute/virtualMachines/web-" + number);
    }

    static ProfileEntry entry(ResourceId application, String version) {
        return ProfileEntry.of(application.text() + "/versions/" + version);
    }

    /// An entry with everything set, and something no Azure knows.
    static ProfileEntry rich(ResourceId application, String version) {
        return new ProfileEntry(
                entry(application, version)
                        .json()
                        .with("order", Dynamic.of(7))
                        .with("tags", Dynamic.of("kept"))
                        .with("unheardOf", Dynamic.of("kept, too")));
    }

    static Dynamic vm(int number, ProfileEntry... entries) {
        var properties =
                Dynamic.bag()
                        .put(
                                "storageProfile",
                                Dynamic.bag()
                                        .put("osDisk", Dynamic.bag().put("osType", "Linux").build())
                                        .build());
        if (entries.length > 0) {
            properties.put(
                    "applicationProfile", ApplicationProfile.of(List.of(entries)).toDynamic());
        }
        return Dynamic.bag()
                .put("id", machine(number).text())
                .put("name", machine(number).name())
                .put("type", "Microsoft.Compute/virtualMachines")
                .put("location", REGION)
                .put("properties", properties.build())
                .build();
    }
}
