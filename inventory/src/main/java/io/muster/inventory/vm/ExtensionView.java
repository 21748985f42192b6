package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One extension as an instance view shows it.
///
/// @param type `Publisher.Type`, as the instance view writes it
/// @param json the entry itself
public record ExtensionView(
        String name,
        String type,
        String typeHandlerVersion,
        List<ExtensionStatus> statuses,
        List<ExtensionStatus> substatuses,
        Dynamic json) {
    public ExtensionView {
        statuses = List.copyOf(statuses);
        substatuses = List.copyOf(substatuses);
    }

    /// @param code `ProvisioningState/succeeded`, `.../failed/<n>`, `.../transitioning`, ...
    /// @param level `Info`, `Warning` or `Error`
    /// @param time null value when absent
    public record ExtensionStatus(
            String code, String level, String displayStatus, String message, Dynamic time) {
        static ExtensionStatus read(Dynamic status) {
            return new ExtensionStatus(
                    status.getIgnoreCase("code").textOr(""),
                    status.getIgnoreCase("level").textOr(""),
                    status.getIgnoreCase("displayStatus").textOr(""),
                    status.getIgnoreCase("message").textOr(""),
                    status.getIgnoreCase("time"));
        }

        /// `succeeded` of `ProvisioningState/succeeded`, lower case; empty when the code is of
        /// another kind.
        public String provisioningState() {
            return ExtensionView.provisioningState(code);
        }
    }

    /// The provisioning state that a status' code tells; empty when it is of another kind.
    public static String provisioningState(String code) {
        var parts = code.split("/");
        return parts.length >= 2 && parts[0].equalsIgnoreCase("ProvisioningState")
                ? parts[1].toLowerCase(Locale.ROOT)
                : "";
    }

    /// Reads an entry of `instanceView.extensions[]` (or an extension's own `instanceView`).
    public static ExtensionView read(Dynamic json) {
        return new ExtensionView(
                json.getIgnoreCase("name").textOr(""),
                json.getIgnoreCase("type").textOr(""),
                json.getIgnoreCase("typeHandlerVersion").textOr(""),
                statuses(json.getIgnoreCase("statuses")),
                statuses(json.getIgnoreCase("substatuses")),
                json);
    }

    private static List<ExtensionStatus> statuses(Dynamic statuses) {
        var read = new ArrayList<ExtensionStatus>();
        statuses.items().forEach(status -> read.add(ExtensionStatus.read(status)));
        return read;
    }

    /// Whether this is the extension that applies VM Applications, by its type or its name.
    public boolean isVmApplicationManager() {
        return isVmApplicationManager(name, type);
    }

    /// Whether an extension of that name and type applies VM Applications.
    public static boolean isVmApplicationManager(String name, String type) {
        return type.regionMatches(
                        true,
                        0,
                        ExtensionMessage.PUBLISHER + ".VMApplicationManager",
                        0,
                        ExtensionMessage.PUBLISHER.length() + ".VMApplicationManager".length())
                || name.equalsIgnoreCase(ExtensionMessage.EXTENSION_NAME);
    }

    /// The message of the provisioning status, read.
    public ExtensionMessage message() {
        return provisioningStatus()
                .<ExtensionMessage>map(status -> ExtensionMessage.parse(status.message()))
                .orElseGet(ExtensionMessage.Absent::new);
    }

    /// The status that tells the provisioning state, wherever it stands; the first where none does; empty when there is none at all.
    public Optional<ExtensionStatus> provisioningStatus() {
        return statuses.stream()
                .filter(status -> !status.provisioningState().isEmpty())
                .findFirst()
                .or(() -> statuses.stream().findFirst());
    }

    /// Whether the last run counts as failed.
    public boolean isFailed() {
        return statuses.stream().anyMatch(s -> s.provisioningState().equals("failed"));
    }
}
