package io.muster.inventory.derived;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What the changes kept say of the extensions in machines' instance views. Virtual: costs a look at each change of a machine, once a segment.
final class ExtensionHistory {
    private static final Pattern PATH =
            Pattern.compile(
                    "properties\\.(?:extended\\.)?instanceView\\.extensions\\[(\\d{1,4})\\]\\.(.+)");

    /// Changes of one machine's extensions in one change row.
    ///
    /// @param changes by place of the extension in the view, and in it by path below the extension
    private record Step(int row, long at, Map<Integer, Map<String, Dynamic>> changes) {}

    private record Key() {}

    private record Moment(long at, Map<String, Dynamic> changes) {}

    private final List<ResourceSegment> segments;

    ExtensionHistory(Snapshot snapshot) {
        this.segments = snapshot.segmentsOf(ResourceHistory.TYPE);
    }

    /// The changes of an extension, newest first: `[{time, changes: {path: {previousValue, newValue, ...}}}]`. Where the view was put into another order,
    /// what came before is another extension's and left out.
    Dynamic of(String machineId, int place) {
        String machine = machineId.toLowerCase(Locale.ROOT);
        var moments = new ArrayList<Moment>();
        for (var segment : segments) {
            Map<String, List<Step>> steps = segment.rows().derived(new Key(), () -> steps(segment));
            for (var step : steps.getOrDefault(machine, List.of())) {
                var changes = step.changes().get(place);
                if (changes != null && segment.rows().isLive(step.row())) {
                    moments.add(new Moment(step.at(), changes));
                }
            }
        }
        if (moments.isEmpty()) {
            return Dynamic.EMPTY_ARRAY;
        }
        moments.sort(Comparator.comparingLong(Moment::at).reversed());
        var out = new ArrayList<Dynamic>();
        for (var moment : moments) {
            var named = moment.changes().get("name");
            String kind = named == null ? "" : named.get("propertyChangeType").textOr("");
            if (kind.equals("Update") || kind.equals("Remove")) {
                break;
            }
            out.add(
                    Dynamic.bag()
                            .put("time", Ticks.formatDateTime(moment.at()))
                            .put("changes", new Dynamic.Bag(moment.changes()))
                            .build());
            if (kind.equals("Insert")) {
                break;
            }
        }
        return Dynamic.array(out);
    }

    private static Map<String, List<Step>> steps(ResourceSegment segment) {
        var byMachine = new HashMap<String, List<Step>>();
        var properties = segment.root().at("properties");
        var types = properties.at("targetResourceType");
        var targets = properties.at("targetResourceId");
        var times = properties.at("changeAttributes").at("timestamp");
        var changes = properties.at("changes");
        for (int row = 0; row < segment.size(); row++) {
            if (!Machines.TYPES.contains(types.dynamic(row).textOr(""))
                    || !(changes.dynamic(row) instanceof Dynamic.Bag(var paths))) {
                continue;
            }
            var ofExtensions = new TreeMap<Integer, Map<String, Dynamic>>();
            paths.forEach((path, change) -> {
                var inView = PATH.matcher(path);
                if (inView.matches()) {
                    ofExtensions
                            .computeIfAbsent(
                                    Integer.parseInt(inView.group(1)), _ -> new TreeMap<>())
                            .put(inView.group(2), change);
                }
            });
            if (!ofExtensions.isEmpty()) {
                byMachine
                        .computeIfAbsent(
                                targets.dynamic(row).textOr("").toLowerCase(Locale.ROOT),
                                _ -> new ArrayList<>())
                        .add(
                                new Step(
                                        row,
                                        Ticks.parseIso(times.dynamic(row).textOr("")).orElse(0),
                                        ofExtensions));
            }
        }
        return byMachine;
    }
}
