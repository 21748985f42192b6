package io.muster.simulator.estate;

import java.util.Locale;
import java.util.Optional;

/// What turns machines on and off, with the power states that the instance view shows meanwhile and afterwards.
///
/// Source: compute-virtualMachine-2024-07-01, the actions of virtualMachines.
public enum PowerAction {
    START("start", "starting", "running"),
    POWER_OFF("powerOff", "stopping", "stopped"),
    /// Gives the hardware back; disks stay.
    DEALLOCATE("deallocate", "deallocating", "deallocated"),
    /// Deallocates with the memory kept: `deallocate?hibernate=true`, no action of its own.
    HIBERNATE("hibernate", "deallocating", "deallocated"),
    RESTART("restart", "starting", "running"),
    /// Off, onto another host, and on.
    REDEPLOY("redeploy", "starting", "running"),
    /// The same onto a host that needs no maintenance.
    PERFORM_MAINTENANCE("performMaintenance", "starting", "running");

    private final String wireName;
    private final String meanwhile;
    private final String afterwards;

    PowerAction(String wireName, String meanwhile, String afterwards) {
        this.wireName = wireName;
        this.meanwhile = meanwhile;
        this.afterwards = afterwards;
    }

    /// The action of that name, whatever its case.
    public static Optional<PowerAction> named(String word) {
        for (var action : values()) {
            if (action.wireName.equalsIgnoreCase(word)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }

    /// The action that a request asks for by its last word and its query.
    ///
    /// @param hibernate what the parameter of that name says
    public static Optional<PowerAction> asked(String word, boolean hibernate) {
        return named(word)
                .filter(action -> action != HIBERNATE)
                .map(action -> action == DEALLOCATE && hibernate ? HIBERNATE : action);
    }

    public String wireName() {
        return wireName;
    }

    /// The power state while it is under way.
    public String meanwhile() {
        return meanwhile;
    }

    /// The power state that it ends in.
    public String afterwards() {
        return afterwards;
    }

    public boolean turnsOn() {
        return afterwards.equals("running");
    }

    /// In words, for messages.
    @Override
    public String toString() {
        return wireName.toLowerCase(Locale.ROOT);
    }
}
