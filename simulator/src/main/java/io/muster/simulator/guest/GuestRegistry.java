package io.muster.simulator.guest;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GuestApplication;
import io.muster.inventory.vm.GuestResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the extension remembers inside one machine, by application name. Immutable.
public record GuestRegistry(Map<String, Entry> entries) {
    public static final GuestRegistry EMPTY = new GuestRegistry(Map.of());

    /// @param version as last tried
    /// @param reboots of the operation that is under way
    public record Entry(String version, GuestResult result, int reboots) {}

    public GuestRegistry {
        // Kept in order: what leaves is removed in it, and one seed gives one history.
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /// The registry that an instance view's message tells of.
    public static GuestRegistry of(ExtensionMessage message) {
        var entries = new LinkedHashMap<String, Entry>();
        for (GuestApplication application : message.registry().orElse(List.of())) {
            entries.put(
                    application.name(), new Entry(application.version(), application.result(), 0));
        }
        return new GuestRegistry(entries);
    }

    /// With the reboots of what is under way, which no message tells.
    public Dynamic toJson() {
        var applications = new ArrayList<Dynamic>();
        entries.forEach((name, entry) ->
                applications.add(
                        Dynamic.bag()
                                .put("name", name)
                                .put("version", entry.version())
                                .put("result", entry.result().text())
                                .put("reboots", entry.reboots())
                                .build()));
        return Dynamic.bag().put("applications", Dynamic.array(applications)).build();
    }

    /// The registry that [#toJson] gave.
    public static GuestRegistry ofJson(Dynamic json) {
        var entries = new LinkedHashMap<String, Entry>();
        for (var application : json.get("applications").items()) {
            entries.put(
                    application.get("name").textOr(""),
                    new Entry(
                            application.get("version").textOr(""),
                            GuestResult.parse(application.get("result").textOr("")),
                            Math.toIntExact(application.get("reboots").longOr(0))));
        }
        return new GuestRegistry(entries);
    }
}
