package io.muster.inventory.history;

/// Who changed something, by what, as the activity log or an event tells.
///
/// @param changedBy a user's or application's name; `Unspecified` when not known
/// @param changedByType `User`, `Application`, `System` or `Unspecified`
/// @param operation `Microsoft.Compute/virtualMachines/write`; empty when not known
public record Attribution(
        String changedBy,
        String changedByType,
        String clientType,
        String operation,
        String correlationId) {
    public static final Attribution UNKNOWN =
            new Attribution("Unspecified", "Unspecified", "Unspecified", "", "");

    /// Of a caller as the activity log and Event Grid name it: a user's address, or an application's id.
    public static Attribution of(String caller, String operation, String correlationId) {
        return new Attribution(
                caller.isEmpty() ? "Unspecified" : caller,
                caller.isEmpty() ? "Unspecified" : caller.contains("@") ? "User" : "Application",
                "Unspecified",
                operation,
                correlationId);
    }
}
