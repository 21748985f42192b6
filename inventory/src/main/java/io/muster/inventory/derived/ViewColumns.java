package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.Elements;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.ExtensionView;
import io.muster.inventory.vm.GuestReport;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.OperatingSystem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads instance views from the columns below one path. Confined to one thread.
final class ViewColumns {
    private final Column statusList;
    private final Column extensionList;
    private final Column agent;
    private final PerText<String> agentVersions;
    private final PerText<Optional<OperatingSystem>> systems;
    private final Elements statuses;
    private final PerText<String> statusPower;
    private final PerText<String> ownPower;
    private final Elements extensions;
    private final PerText<Boolean> managerNames;
    private final PerText<Boolean> managerTypes;
    private final Elements extensionStatuses;
    private final PerText<Boolean> provisioning;
    private final Column messages;

    private @Nullable PerText<Integer> reports;
    private int absent;

    ViewColumns(Members members, Column view) {
        this.statusList = members.at(view, "statuses");
        this.extensionList = members.at(view, "extensions");
        this.agent = members.at(view, "vmAgent");
        this.agentVersions = new PerText<>(members.at(agent, "vmAgentVersion"), text -> text);
        this.systems = new PerText<>(members.at(view, "osName"), OperatingSystem::ofName);
        this.statuses = statusList.elements();
        this.statusPower =
                new PerText<>(members.at(statuses.values(), "code"), Machine::powerStateOfStatus);
        this.ownPower =
                new PerText<>(
                        members.at(members.at(view, "powerState"), "code"),
                        Machine::powerStateOfCode);
        this.extensions = extensionList.elements();
        this.managerNames =
                new PerText<>(
                        members.at(extensions.values(), "name"),
                        name -> ExtensionView.isVmApplicationManager(name, ""));
        this.managerTypes =
                new PerText<>(
                        members.at(extensions.values(), "type"),
                        type -> ExtensionView.isVmApplicationManager("", type));
        this.extensionStatuses = members.at(extensions.values(), "statuses").elements();
        this.provisioning =
                new PerText<>(
                        members.at(extensionStatuses.values(), "code"),
                        code -> !ExtensionView.provisioningState(code).isEmpty());
        this.messages = members.at(extensionStatuses.values(), "message");
    }

    /// Says who numbers the reports: each message is read once.
    void prepare(ApplicationRows rows) {
        reports =
                new PerText<>(
                        messages,
                        text ->
                                rows.report(
                                        text, () -> GuestReport.of(ExtensionMessage.parse(text))));
        absent = rows.report("", () -> GuestReport.of(new ExtensionMessage.Absent()));
    }

    boolean isKnown(int row) {
        return !statusList.isNull(row) || !extensionList.isNull(row) || !agent.isNull(row);
    }

    String agentVersion(int row) {
        return agentVersions.at(row);
    }

    Optional<OperatingSystem> system(int row) {
        return systems.at(row);
    }

    String powerState(int row) {
        for (int s = statuses.offsets()[row]; s < statuses.offsets()[row + 1]; s++) {
            String state = statusPower.at(s);
            if (!state.equals(Machine.NO_POWER_STATE)) {
                return state;
            }
        }
        return ownPower.at(row);
    }

    /// The number of what the extension that applies VM Applications reported.
    int report(int row) {
        var numbers = reports;
        if (numbers == null) {
            throw new IllegalStateException("not prepared");
        }
        int[] offsets = extensionStatuses.offsets();
        for (int e = extensions.offsets()[row]; e < extensions.offsets()[row + 1]; e++) {
            if (managerTypes.at(e) || managerNames.at(e)) {
                for (int s = offsets[e]; s < offsets[e + 1]; s++) {
                    if (provisioning.at(s)) {
                        return numbers.at(s);
                    }
                }
                return offsets[e] < offsets[e + 1] ? numbers.at(offsets[e]) : absent;
            }
        }
        return absent;
    }
}
