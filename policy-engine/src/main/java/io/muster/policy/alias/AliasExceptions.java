package io.muster.policy.alias;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Aliases that do not follow the convention and that policies about machines and their applications use. A full catalogue is imported, not kept here.
final class AliasExceptions {
    static final List<Alias> ALIASES = aliases();

    private static final String VM = "Microsoft.Compute/virtualMachines";
    private static final String VMSS = "Microsoft.Compute/virtualMachineScaleSets";

    private AliasExceptions() {}

    private static List<Alias> aliases() {
        List<Alias> all = new ArrayList<>();
        // The image of a machine: one name, several types, a path for each.
        for (var image : List.of("Publisher", "Offer", "Sku", "Version")) {
            String member = image.toLowerCase(Locale.ROOT);
            all.add(
                    new Alias(
                            "Microsoft.Compute/image" + image,
                            VM,
                            "properties.storageProfile.imageReference." + member));
            all.add(
                    new Alias(
                            "Microsoft.Compute/image" + image,
                            VMSS,
                            "properties.virtualMachineProfile.storageProfile.imageReference."
                                    + member));
        }
        all.add(
                new Alias(
                        "Microsoft.Compute/imageId",
                        VM,
                        "properties.storageProfile.imageReference.id"));
        all.add(
                new Alias(
                        "Microsoft.Compute/imageId",
                        VMSS,
                        "properties.virtualMachineProfile.storageProfile.imageReference.id"));
        all.add(
                new Alias(
                        "Microsoft.Compute/imageId",
                        "Microsoft.Compute/disks",
                        "properties.creationData.imageReference.id"));
        all.add(new Alias("Microsoft.Compute/licenseType", VM, "properties.licenseType"));
        all.add(
                new Alias(
                        "Microsoft.Compute/licenseType",
                        VMSS,
                        "properties.virtualMachineProfile.licenseType"));
        // The array takes single members by its plain name, too: Microsoft's own published policy
        // adds one so.
        String applications = "applicationProfile.galleryApplications";
        writableArray(VM, applications, all);
        writableArray(VMSS, "virtualMachineProfile." + applications, all);
        all.add(new Alias(VM + "/sku.name", VM, "properties.hardwareProfile.vmSize"));
        return List.copyOf(all);
    }

    private static void writableArray(String type, String path, List<Alias> into) {
        for (var end : List.of("", "[*]")) {
            into.add(
                    new Alias(
                            type + "/" + path + end,
                            type,
                            "properties." + path + end,
                            List.of(),
                            Alias.Modifiable.YES,
                            end.isEmpty() ? "Array" : "Object"));
        }
    }
}
