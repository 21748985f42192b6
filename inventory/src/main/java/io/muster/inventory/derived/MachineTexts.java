package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The columns of `vmapplications` that are the machine's, one value a machine. Confined to one thread.
final class MachineTexts {
    private final TextRows groups = new TextRows();
    private final TextRows subscriptions = new TextRows();
    private final TextRows names = new TextRows();
    private final TextRows scaleSets = new TextRows();
    private final TextRows powerStates = new TextRows();
    private final TextRows agents = new TextRows();
    private final IntList facts = new IntList();
    private final IntList sources = new IntList();
    private final List<String> ids = new ArrayList<>();
    private boolean asCollected = true;

    /// The number of the machine.
    int add(int source, ApplicationRows.Heading heading, int factsNumber) {
        var id = heading.id();
        groups.add(id.head().resourceGroup());
        subscriptions.add(id.head().subscriptionId());
        names.add(id.fullName());
        scaleSets.add(heading.scaleSet());
        powerStates.add(heading.powerState());
        agents.add(heading.agentVersion());
        facts.add(factsNumber);
        sources.add(source);
        ids.add(id.text());
        asCollected &= id.asCollected();
        return ids.size() - 1;
    }

    Map<String, Column> build(Numbers<MachineFacts> known) {
        var columns = new HashMap<String, Column>();
        columns.put("resourceGroup", groups.build());
        columns.put("subscriptionId", subscriptions.build());
        columns.put("machineName", names.build());
        columns.put("scaleSetId", scaleSets.build());
        columns.put("powerState", powerStates.build());
        columns.put("agentVersion", agents.build());
        int[] ofMachine = facts.toArray();
        ofFacts(known).forEach((name, column) -> columns.put(name, column.gather(ofMachine)));
        return columns;
    }

    private static Map<String, Column> ofFacts(Numbers<MachineFacts> known) {
        var types = new TextRows();
        var locations = new TextRows();
        var kinds = new TextRows();
        var systems = new TextRows();
        var latestModel = new Bits.Builder(known.size());
        for (int i = 0; i < known.size(); i++) {
            var facts = known.get(i);
            var system = facts.system();
            types.add(typeOf(facts.kind()) + "/vmapplications");
            locations.add(facts.location());
            kinds.add(facts.kind().wireName());
            systems.add(system == null ? "" : system.wireName());
            if (facts.latestModelApplied()) {
                latestModel.set(i);
            }
        }
        return Map.of(
                "type", types.build(),
                "location", locations.build(),
                "machineKind", kinds.build(),
                "osType", systems.build(),
                "latestModelApplied",
                        new BoolColumn(latestModel.build(known.size()), Bits.all(known.size())));
    }

    private static String typeOf(Machine.Kind kind) {
        return switch (kind) {
            case VIRTUAL_MACHINE, FLEXIBLE_INSTANCE -> Machine.VM_TYPE;
            case UNIFORM_INSTANCE -> Machine.INSTANCE_TYPE;
            case SCALE_SET -> Machine.SCALE_SET_TYPE;
        };
    }

    /// The machines' ids: the texts of the resources' own column where they were collected as ids are written.
    StringColumn ids(Column collected) {
        if (asCollected && collected.dense() instanceof StringColumn texts) {
            return (StringColumn) texts.gather(sources.toArray());
        }
        var own = new TextRows();
        ids.forEach(own::add);
        return own.build();
    }
}
