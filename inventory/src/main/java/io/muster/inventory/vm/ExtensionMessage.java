package io.muster.inventory.vm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The status message of VMAppExtension, read. Text of no known form is kept, never guessed at.
public sealed interface ExtensionMessage {
    /// The extension resource's name.
    String EXTENSION_NAME = "VMAppExtension";

    String PUBLISHER = "Microsoft.CPlat.Core";
    String TYPE_LINUX = "VMApplicationManagerLinux";
    String TYPE_WINDOWS = "VMApplicationManagerWindows";

    /// What stands before the JSON.
    enum Prefix {
        /// `Enable succeeded: `.
        SUCCEEDED,
        /// `Enable failed: `.
        FAILED,
        /// `Enable in progress` or `Enabling Handler`.
        IN_PROGRESS,
        /// None of those.
        NONE
    }

    /// No application was ever applied: no message at all.
    record Absent() implements ExtensionMessage {}

    /// A run is under way; nothing is known of its outcome.
    record InProgress(String text) implements ExtensionMessage {}

    /// A run that started (form A).
    ///
    /// @param currentState the whole guest registry after the run, in no order
    /// @param actions what this run did; empty when nothing changed
    /// @param errors empty unless the deployment is to fail
    record Report(
            Prefix prefix,
            List<GuestApplication> currentState,
            List<GuestAction> actions,
            String errors,
            String text)
            implements ExtensionMessage {
        public Report {
            currentState = List.copyOf(currentState);
            actions = List.copyOf(actions);
        }

        /// The applications that the `Errors` text names as failing the deployment.
        public List<String> deploymentFailures() {
            var names = new ArrayList<String>();
            boolean listing = false;
            for (var line : errors.lines().map(String::strip).toList()) {
                if (line.startsWith(FAILED_DEPLOYMENT)) {
                    listing = true;
                    String rest = line.substring(FAILED_DEPLOYMENT.length()).strip();
                    if (!rest.isEmpty()) {
                        names.add(rest);
                    }
                } else if (line.startsWith("Additional errors:")) {
                    listing = false;
                } else if (listing && !line.isEmpty()) {
                    names.add(line);
                }
            }
            return names;
        }
    }

    /// A run that could not start (form B).
    record Critical(
            Prefix prefix, List<GuestApplication> currentState, String criticalError, String text)
            implements ExtensionMessage {
        public Critical {
            currentState = List.copyOf(currentState);
        }
    }

    /// The extension could not read what it should do from the host. The next good run restores the
    /// last stable status: no application has failed.
    record Transient(String text) implements ExtensionMessage {}

    /// A text of no known form.
    record Unreadable(String text) implements ExtensionMessage {}

    /// How `Errors` begins when the deployment is to fail.
    String FAILED_DEPLOYMENT =
            "Install/Update failed for VMApps with 'TreatFailureAsDeploymentFailure' set to true:";

    /// Braces at which the JSON is looked for.
    int MOST_BEGINNINGS = 20;

    /// Reads a message.
    static ExtensionMessage parse(String text) {
        String message = text.strip();
        if (message.isEmpty()) {
            return new Absent();
        }
        var prefix = Prefix.NONE;
        if (startsWith(message, "Enable succeeded")) {
            prefix = Prefix.SUCCEEDED;
        } else if (startsWith(message, "Enable failed")) {
            prefix = Prefix.FAILED;
        } else if (startsWith(message, "Enable in progress")
                || startsWith(message, "Enabling Handler")) {
            prefix = Prefix.IN_PROGRESS;
        }
        var json = json(message);
        if (json.isEmpty()) {
            return withoutJson(prefix, message);
        }
        var state = json.get().getIgnoreCase("CurrentState");
        var critical = json.get().getIgnoreCase("CriticalError");
        var actions = json.get().getIgnoreCase("ActionsPerformed");
        // An empty one beside the run's actions tells of a run that could start.
        if (critical instanceof Dynamic.Text(var error)
                && !(error.isBlank() && actions instanceof Dynamic.Array)) {
            return new Critical(prefix, applications(state), error, message);
        }
        return new Report(
                prefix,
                applications(state),
                actions(actions),
                written(json.get().getIgnoreCase("Errors")),
                message);
    }

    /// The object of one of the two forms that a message holds. It may have braces before it, in an error's text, and words behind it.
    private static Optional<Dynamic> json(String message) {
        int end = message.lastIndexOf('}') + 1;
        int brace = message.indexOf('{');
        for (int tried = 0; brace >= 0 && brace < end && tried < MOST_BEGINNINGS; tried++) {
            try {
                var json = Json.parse(message.substring(brace, end));
                if (json.getIgnoreCase("CriticalError") instanceof Dynamic.Text
                        || json.getIgnoreCase("CurrentState") instanceof Dynamic.Array
                        || json.getIgnoreCase("ActionsPerformed") instanceof Dynamic.Array) {
                    return Optional.of(json);
                }
            } catch (JsonException notHere) {
                // It may begin with a later brace; a message without it is told as such.
            }
            brace = message.indexOf('{', brace + 1);
        }
        return Optional.empty();
    }

    private static ExtensionMessage withoutJson(Prefix prefix, String message) {
        return switch (prefix) {
            case IN_PROGRESS -> new InProgress(message);
            case FAILED ->
                    // Of a report that was cut off nothing is known, whatever it quotes.
                    !message.contains("\"CurrentState\"")
                                    && (message.contains("HostGaCommunicator")
                                            || message.contains("GetVMAppInfo"))
                            ? new Transient(message)
                            : new Unreadable(message);
            case SUCCEEDED, NONE -> new Unreadable(message);
        };
    }

    private static boolean startsWith(String message, String prefix) {
        return message.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    /// An entry without a name is of no application.
    private static List<GuestApplication> applications(Dynamic state) {
        return state.items().stream()
                .map(entry ->
                        new GuestApplication(
                                text(entry, "applicationName"),
                                text(entry, "version"),
                                GuestResult.parse(text(entry, "result"))))
                .filter(application -> !application.name().isBlank())
                .toList();
    }

    private static List<GuestAction> actions(Dynamic actions) {
        return actions.items().stream()
                .map(action ->
                        new GuestAction(
                                text(action, "package"),
                                text(action, "version"),
                                Operation.parse(text(action, "operation")),
                                text(action, "result"),
                                action.getIgnoreCase("treatFailureAsDeploymentFailure")
                                        .boolOr(false),
                                text(action, "timestamp")))
                .filter(action -> !action.application().isBlank())
                .toList();
    }

    /// A member as text, whatever it was written as.
    private static String text(Dynamic entry, String name) {
        return written(entry.getIgnoreCase(name));
    }

    private static String written(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) -> text;
            case Dynamic.Null() -> "";
            default -> Json.write(value);
        };
    }

    /// The guest registry that the message tells of; empty when it tells of none.
    default Optional<List<GuestApplication>> registry() {
        return switch (this) {
            case Absent() -> Optional.of(List.of());
            case Report report -> Optional.of(report.currentState());
            case Critical critical -> Optional.of(critical.currentState());
            case InProgress _, Transient _, Unreadable _ -> Optional.empty();
        };
    }

    /// This run's operations.
    default List<GuestAction> lastActions() {
        return this instanceof Report report ? report.actions() : List.of();
    }
}
