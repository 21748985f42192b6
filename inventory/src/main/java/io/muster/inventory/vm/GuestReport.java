package io.muster.inventory.vm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A guest's message, looked up by application: made once for all machines that report the same. Immutable.
public final class GuestReport {
    private final ExtensionMessage message;

    /// In the message's order; null when it tells of no registry.
    private final @Nullable Map<String, GuestApplication> registry;

    private GuestReport(
            ExtensionMessage message, @Nullable Map<String, GuestApplication> registry) {
        this.message = message;
        this.registry = registry;
    }

    public static GuestReport of(ExtensionMessage message) {
        return new GuestReport(
                message,
                message.registry()
                        .map(guests -> {
                            var byName = new LinkedHashMap<String, GuestApplication>();
                            guests.forEach(guest -> byName.put(guest.name(), guest));
                            return byName;
                        })
                        .orElse(null));
    }

    public ExtensionMessage message() {
        return message;
    }

    /// Whether the guest's registry is known from it.
    public boolean isRegistryKnown() {
        return registry != null;
    }

    /// The registry's entry of that name, of two that differ in case the exact one; null when it has none.
    public @Nullable GuestApplication find(String name) {
        if (registry == null) {
            return null;
        }
        var exact = registry.get(name);
        if (exact != null) {
            return exact;
        }
        for (var guest : registry.values()) {
            if (guest.name().equalsIgnoreCase(name)) {
                return guest;
            }
        }
        return null;
    }

    /// What the last run did to an application last; null when it did nothing.
    public @Nullable GuestAction lastAction(String name) {
        GuestAction last = null;
        for (var action : message.lastActions()) {
            if (action.application().equalsIgnoreCase(name)) {
                last = action;
            }
        }
        return last;
    }

    /// What is in the registry and in no entry of the profile, in the registry's order.
    public List<GuestApplication> leftOver(List<ResolvedEntry> profile) {
        if (registry == null || registry.isEmpty()) {
            return List.of();
        }
        var left = new ArrayList<GuestApplication>();
        for (var guest : registry.values()) {
            boolean wanted = false;
            for (var entry : profile) {
                wanted |= entry.name().equalsIgnoreCase(guest.name());
            }
            if (!wanted) {
                left.add(guest);
            }
        }
        return left;
    }

    /// The applications of a profile of lower order than one of its entries that failed, by the registry or the last run's actions.
    public List<String> failedBefore(ResolvedEntry skipped, List<ResolvedEntry> profile) {
        var own = skipped.entry().order();
        if (own.isEmpty()) {
            return List.of();
        }
        return profile.stream()
                .filter(e ->
                        e.entry().order().isPresent()
                                && e.entry().order().getAsInt() < own.getAsInt())
                .flatMap(e -> e.reference().stream())
                .map(ApplicationReference::application)
                .filter(this::failed)
                .toList();
    }

    private boolean failed(String name) {
        var guest = find(name);
        var action = lastAction(name);
        return (guest != null && guest.result().isFailure())
                || (action != null && action.isFailure());
    }

    /// Whether the guest says of an application that it was not tried because another failed.
    public boolean isSkipped(String name) {
        return Optional.ofNullable(find(name))
                .map(GuestApplication::result)
                .filter(GuestResult.Skipped.class::isInstance)
                .isPresent();
    }
}
