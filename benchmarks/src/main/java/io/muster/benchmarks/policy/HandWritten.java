package io.muster.benchmarks.policy;

import io.muster.core.column.StringColumn;
import io.muster.fixtures.policy.MachineRules;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The unseen rule of [MachineRules] as one would write it by hand for it alone: plain arrays of codes, a truth table for each condition, one loop over the rows. The floor for
/// an engine that is told the rule at run time.
final class HandWritten {
    private final List<Columns> segments = new ArrayList<>();

    /// Codes are widened beforehand: reading them is not part of the floor.
    private record Columns(
            int[] locations,
            String[] locationTexts,
            int @Nullable [] offsets,
            int[] packages,
            String[] packageTexts) {}

    HandWritten(Snapshot fleet) {
        fleet.segments().forEach(segment -> segments.add(columns(segment)));
    }

    private static Columns columns(ResourceSegment segment) {
        var applications =
                segment.root()
                        .at("properties")
                        .dense()
                        .at("applicationProfile")
                        .dense()
                        .at("galleryApplications")
                        .dense()
                        .elements();
        var locations = (StringColumn) segment.root().at("location").dense();
        boolean none = applications.values().size() == 0;
        if (!none
                && applications.values().dense().at("packageReferenceId").dense()
                        instanceof StringColumn packages) {
            return new Columns(
                    locations.codes().toInts(),
                    texts(locations),
                    applications.offsets(),
                    packages.codes().toInts(),
                    texts(packages));
        }
        return new Columns(
                locations.codes().toInts(), texts(locations), null, new int[0], new String[0]);
    }

    private static String[] texts(StringColumn column) {
        String[] texts = new String[column.dictionary().size()];
        for (int code = 0; code < texts.length; code++) {
            texts[code] = column.dictionary().get(code);
        }
        return texts;
    }

    /// How many machines the rule matches.
    int count(MachineRules.Unseen rule) {
        int count = 0;
        for (var columns : segments) {
            boolean[] there = new boolean[columns.locationTexts.length];
            for (int code = 0; code < there.length; code++) {
                there[code] =
                        rule.locations()
                                .contains(
                                        columns.locationTexts[code]
                                                .replace(" ", "")
                                                .toLowerCase(Locale.ROOT));
            }
            boolean[] wanted = new boolean[columns.packageTexts.length];
            for (int code = 0; code < wanted.length; code++) {
                wanted[code] =
                        columns.packageTexts[code]
                                .toLowerCase(Locale.ROOT)
                                .contains(rule.application());
            }
            long[] matched = new long[(columns.locations.length + 63) >>> 6];
            int[] offsets = columns.offsets;
            for (int row = 0; row < columns.locations.length; row++) {
                boolean match = columns.locations[row] >= 0 && there[columns.locations[row]];
                if (match && offsets != null) {
                    for (int e = offsets[row]; e < offsets[row + 1]; e++) {
                        match &= !wanted[columns.packages[e]];
                    }
                }
                matched[row >>> 6] |= (match ? 1L : 0L) << row;
            }
            for (long word : matched) {
                count += Long.bitCount(word);
            }
        }
        return count;
    }
}
