package io.muster.inventory.vm;

/// One operation of the extension's last run (`ActionsPerformed`).
///
/// @param version empty when an older release left it out
/// @param result `SUCCESS`, an error's text, or `Skipped, lower order operation failed`
/// @param timestamp filled for custom actions only, else empty
public record GuestAction(
        String application,
        String version,
        Operation operation,
        String result,
        boolean treatFailureAsDeploymentFailure,
        String timestamp) {

    public boolean isSuccess() {
        return result.strip().equalsIgnoreCase("SUCCESS");
    }

    public boolean isSkipped() {
        return result.strip().equalsIgnoreCase(GuestResult.SKIPPED_TEXT);
    }

    public boolean isFailure() {
        return !result.isBlank() && !isSuccess() && !isSkipped();
    }
}
