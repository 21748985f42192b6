package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.ExtensionView;
import java.util.ArrayList;

/// The extensions in a machine's instance view, as JSON.
///
/// Source: vm-applications.md section 5; compute-virtualMachine-2024-07-01, VirtualMachineExtensionInstanceView.
final class InstanceViews {
    private InstanceViews() {}

    /// What an extension that somebody put on the machine says of itself.
    static Dynamic entry(String name, Dynamic properties) {
        return Dynamic.bag()
                .put("name", name)
                .put(
                        "type",
                        properties.get("publisher").textOr("")
                                + "."
                                + properties.get("type").textOr(""))
                .put("typeHandlerVersion", properties.get("typeHandlerVersion"))
                .put(
                        "statuses",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put("code", "ProvisioningState/succeeded")
                                        .put("level", "Info")
                                        .put("displayStatus", "Provisioning succeeded")
                                        .build()))
                .build();
    }

    /// The machine without what its instance view says of an extension.
    static Dynamic without(Dynamic json, String name) {
        var view = json.path("properties", "instanceView");
        var kept = new ArrayList<Dynamic>();
        for (var known : view.get("extensions").items()) {
            if (!known.get("name").textOr("").equalsIgnoreCase(name)) {
                kept.add(known);
            }
        }
        return kept.size() == view.get("extensions").items().size()
                ? json
                : json.with(
                        "properties",
                        json.get("properties")
                                .with(
                                        "instanceView",
                                        view.with("extensions", Dynamic.array(kept))));
    }

    /// What VMAppExtension says.
    static ExtensionMessage message(Dynamic machineJson) {
        return ExtensionView.read(applications(machineJson)).message();
    }

    /// The entry of VMAppExtension; null value when there is none.
    static Dynamic applications(Dynamic machineJson) {
        for (var extension : machineJson.path("properties", "instanceView", "extensions").items()) {
            if (extension.get("name").textOr("").equalsIgnoreCase(GoalStates.EXTENSION)) {
                return extension;
            }
        }
        return Dynamic.NULL;
    }

    /// VMAppExtension after a run.
    static Dynamic entry(boolean windows, boolean failed, String message) {
        return failed
                ? entry(windows, "failed/1", "Error", "Provisioning failed", message)
                : entry(windows, "succeeded", "Info", "Provisioning succeeded", message);
    }

    static Dynamic entry(
            boolean windows, String state, String level, String display, String message) {
        return Dynamic.bag()
                .put("name", GoalStates.EXTENSION)
                .put("type", "Microsoft.CPlat.Core." + handler(windows))
                .put("typeHandlerVersion", "1.0.16")
                .put(
                        "statuses",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put("code", "ProvisioningState/" + state)
                                        .put("level", level)
                                        .put("displayStatus", display)
                                        .put("message", message)
                                        .build()))
                .build();
    }

    /// The extension's type.
    static String handler(boolean windows) {
        return "VMApplicationManager" + (windows ? "Windows" : "Linux");
    }

    /// The machine with an entry in the place of that extension's one.
    static Dynamic with(Dynamic json, Dynamic extension) {
        var view = json.path("properties", "instanceView");
        var extensions = new ArrayList<Dynamic>();
        String name = extension.get("name").textOr("");
        for (var known : view.get("extensions").items()) {
            if (!known.get("name").textOr("").equalsIgnoreCase(name)) {
                extensions.add(known);
            }
        }
        extensions.add(extension);
        return json.with(
                "properties",
                json.get("properties")
                        .with("instanceView", view.with("extensions", Dynamic.array(extensions))));
    }
}
