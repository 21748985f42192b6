package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.Constraint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Searches the smallest set of changed properties that reaches a goal.
///
/// The conditions are split into groups that share no property. Of each group the ways it can come out are found by trying values on the document itself; the
/// smallest combination of such ways under which the whole comes out as wanted is then a search over truth values alone: at most 2^16 of them for 16
/// conditions. Every answer is proved by evaluating the changed document. Confined to one search.
final class Solver {
    static final int EXACT_LEAVES = 16;
    private static final int MAX_COMBINATIONS = 4_096;
    private static final int BUDGET = 200_000;
    private static final int RELUCTANCE = 1_000;

    private static final byte FALSE = 0;
    private static final byte TRUE = 1;
    private static final byte FAILED = 2;

    private final Goal goal;
    private final List<Constraint.Condition> leaves = new ArrayList<>();
    private final IdentityHashMap<Constraint.Condition, Integer> index = new IdentityHashMap<>();
    private final Leaves read;
    private final List<Group> groups = new ArrayList<>();
    private final byte[] truth;
    private boolean complete = true;
    private int budget = BUDGET;
    private @Nullable Solution best;

    /// What reaches the goal.
    ///
    /// @param document as changed
    record Solution(
            Map<Property, Dynamic> values, Dynamic document, int rank, boolean isSmallest) {}

    /// One way a group can come out.
    private record Option(Map<Property, Dynamic> values, byte[] truth, int rank) {
        int cost() {
            return values.size();
        }
    }

    private record Group(List<Property> properties, int[] leaves, List<Option> options) {}

    Solver(Goal goal, FieldResolver fields) {
        this.goal = goal;
        collect(goal.constraint());
        this.read = Leaves.of(goal, fields, leaves);
        this.truth = new byte[leaves.size()];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = of(leaves.get(i), goal.document());
        }
    }

    private void collect(Constraint constraint) {
        switch (constraint) {
            case Constraint.AllOf(var of, _) -> of.forEach(this::collect);
            case Constraint.AnyOf(var of, _) -> of.forEach(this::collect);
            case Constraint.Not(var of, _) -> collect(of);
            case Constraint.Condition condition -> {
                index.put(condition, leaves.size());
                leaves.add(condition);
            }
        }
    }

    private byte of(Constraint.Condition leaf, Dynamic document) {
        var result = goal.test(leaf, document);
        return result == null ? FAILED : result ? TRUE : FALSE;
    }

    /// The answer; null when none is found.
    @Nullable Solution solve() {
        if (goal.isReached(goal.document())) {
            return new Solution(Map.of(), goal.document(), 0, true);
        }
        group();
        groups.forEach(this::options);
        for (int cost = 1; cost <= read.properties().size() && budget > 0; cost++) {
            search(0, cost, new LinkedHashMap<>(), 0);
            if (best != null) {
                boolean exact =
                        cost == 1
                                || (leaves.size() <= EXACT_LEAVES
                                        && complete
                                        && budget > 0
                                        && !read.isOpaque());
                return new Solution(best.values(), best.document(), best.rank(), exact);
            }
        }
        return descend();
    }

    private void group() {
        var properties = read.properties();
        int[] root = new int[properties.size()];
        Arrays.setAll(root, i -> i);
        Map<Property, Integer> place = new HashMap<>();
        for (int i = 0; i < root.length; i++) {
            place.put(properties.get(i), i);
            for (int j = 0; j < i; j++) {
                if (properties.get(i).overlaps(properties.get(j))) {
                    join(root, i, j);
                }
            }
        }
        for (var together : read.reads()) {
            int first = -1;
            for (var property : together) {
                int at = place.getOrDefault(property, 0);
                if (first >= 0) {
                    join(root, first, at);
                }
                first = at;
            }
        }
        Map<Integer, List<Property>> members = new LinkedHashMap<>();
        for (int i = 0; i < root.length; i++) {
            members.computeIfAbsent(find(root, i), _ -> new ArrayList<>()).add(properties.get(i));
        }
        for (var of : members.values()) {
            Set<Property> all = new LinkedHashSet<>(of);
            int[] mine =
                    IntStream.range(0, leaves.size())
                            .filter(i -> read.reads().get(i).stream().anyMatch(all::contains))
                            .toArray();
            groups.add(new Group(of, mine, new ArrayList<>()));
        }
    }

    private static int find(int[] root, int i) {
        int at = i;
        while (root[at] != at) {
            at = root[at];
        }
        return at;
    }

    private static void join(int[] root, int a, int b) {
        root[find(root, a)] = find(root, b);
    }

    /// Tries values of a group's properties and keeps the cheapest for each way its conditions come out.
    private void options(Group group) {
        long combinations = 1;
        for (var property : group.properties()) {
            combinations =
                    Math.min(
                            combinations * (property.candidates().size() + 1L),
                            MAX_COMBINATIONS + 1L);
        }
        boolean all = combinations <= MAX_COMBINATIONS;
        complete &= all;
        Map<String, Option> byTruth = new LinkedHashMap<>();
        byTruth.put(key(group, truth), new Option(Map.of(), truth.clone(), 0));
        int[] tries = {MAX_COMBINATIONS};
        for (int cost = 1; cost <= (all ? group.properties().size() : 2); cost++) {
            combine(group, 0, cost, goal.document(), Map.of(), 0, byTruth, tries);
        }
        byTruth.values().stream().filter(o -> o.cost() > 0).forEach(group.options()::add);
    }

    private void combine(
            Group group,
            int from,
            int cost,
            Dynamic document,
            Map<Property, Dynamic> values,
            int rank,
            Map<String, Option> byTruth,
            int[] tries) {
        if (cost == 0) {
            if (tries[0]-- > 0) {
                byte[] out = truth.clone();
                for (int leaf : group.leaves()) {
                    out[leaf] = of(leaves.get(leaf), document);
                }
                byTruth.merge(
                        key(group, out),
                        new Option(values, out, rank),
                        (a, b) -> b.cost() == a.cost() && b.rank() < a.rank() ? b : a);
            }
            return;
        }
        for (int i = from; i <= group.properties().size() - cost; i++) {
            var property = group.properties().get(i);
            var current = Edits.get(goal.document(), property.steps());
            int at = property.isReluctant() ? RELUCTANCE : 0;
            for (var candidate : property.candidates()) {
                if (!candidate.equals(current)) {
                    Map<Property, Dynamic> more = new LinkedHashMap<>(values);
                    more.put(property, candidate);
                    combine(
                            group,
                            i + 1,
                            cost - 1,
                            Edits.put(document, property.steps(), candidate),
                            more,
                            rank + at,
                            byTruth,
                            tries);
                }
                at++;
            }
        }
    }

    private static String key(Group group, byte[] out) {
        var key = new StringBuilder(group.leaves().length);
        for (int leaf : group.leaves()) {
            key.append((char) ('0' + out[leaf]));
        }
        return key.toString();
    }

    /// Chooses options of the groups from one on that change exactly so many properties.
    private void search(int from, int cost, Map<Property, Dynamic> values, int rank) {
        if (--budget < 0) {
            return;
        }
        if (cost == 0) {
            if (holds(goal.constraint()) == (goal.wanted() ? TRUE : FALSE)
                    && (best == null || rank < best.rank())) {
                prove(values, rank);
            }
            return;
        }
        for (int i = from; i < groups.size(); i++) {
            var group = groups.get(i);
            for (var option : group.options()) {
                if (option.cost() > cost) {
                    continue;
                }
                byte[] before = take(group, option.truth());
                Map<Property, Dynamic> more = new LinkedHashMap<>(values);
                more.putAll(option.values());
                search(i + 1, cost - option.cost(), more, rank + option.rank());
                take(group, before);
            }
        }
    }

    private byte[] take(Group group, byte[] from) {
        byte[] before = truth.clone();
        for (int leaf : group.leaves()) {
            truth[leaf] = from[leaf];
        }
        return before;
    }

    private boolean prove(Map<Property, Dynamic> values, int rank) {
        var changed = apply(values);
        if (!goal.isReached(changed)) {
            return false;
        }
        best = new Solution(Map.copyOf(values), changed, rank, false);
        return true;
    }

    private Dynamic apply(Map<Property, Dynamic> values) {
        var changed = goal.document();
        for (var value : values.entrySet()) {
            changed = Edits.put(changed, value.getKey().steps(), value.getValue());
        }
        return changed;
    }

    /// The whole from its conditions' truth, decided as evaluation does: from left to right, a failure only where it is reached.
    private byte holds(Constraint constraint) {
        return switch (constraint) {
            case Constraint.AllOf(var of, _) -> {
                for (var each : of) {
                    byte out = holds(each);
                    if (out != TRUE) {
                        yield out;
                    }
                }
                yield TRUE;
            }
            case Constraint.AnyOf(var of, _) -> {
                for (var each : of) {
                    byte out = holds(each);
                    if (out != FALSE) {
                        yield out;
                    }
                }
                yield FALSE;
            }
            case Constraint.Not(var of, _) -> {
                byte out = holds(of);
                yield out == FAILED ? FAILED : (byte) (1 - out);
            }
            case Constraint.Condition condition -> truth[index.getOrDefault(condition, 0)];
        };
    }

    /// For rules too large to search: turns what the fewest conditions ask, then drops what is not needed.
    private @Nullable Solution descend() {
        var flips = flips(goal.constraint(), goal.wanted());
        if (flips == null) {
            return null;
        }
        Map<Property, Dynamic> values = new LinkedHashMap<>();
        int rank = 0;
        for (var group : groups) {
            Option chosen = null;
            for (var option : group.options()) {
                boolean does = true;
                boolean asked = false;
                for (int leaf : group.leaves()) {
                    if (flips.containsKey(leaf)) {
                        asked = true;
                        does &= option.truth()[leaf] == (flips.get(leaf) ? TRUE : FALSE);
                    }
                }
                if (asked
                        && does
                        && (chosen == null
                                || option.cost() < chosen.cost()
                                || (option.cost() == chosen.cost()
                                        && option.rank() < chosen.rank()))) {
                    chosen = option;
                }
            }
            if (chosen != null) {
                values.putAll(chosen.values());
                rank += chosen.rank();
            }
        }
        if (!goal.isReached(apply(values))) {
            return null;
        }
        boolean dropped = true;
        while (dropped) {
            dropped = false;
            for (var property : List.copyOf(values.keySet())) {
                var fewer = new LinkedHashMap<>(values);
                fewer.remove(property);
                if (goal.isReached(apply(fewer))) {
                    values = fewer;
                    dropped = true;
                }
            }
        }
        return new Solution(values, apply(values), rank, values.size() == 1);
    }

    /// The fewest conditions that must come out otherwise; null when that cannot be.
    private @Nullable Map<Integer, Boolean> flips(Constraint constraint, boolean want) {
        if (holds(constraint) == (want ? TRUE : FALSE)) {
            return Map.of();
        }
        return switch (constraint) {
            case Constraint.AllOf(var of, _) -> want ? every(of, true) : one(of, false);
            case Constraint.AnyOf(var of, _) -> want ? one(of, true) : every(of, false);
            case Constraint.Not(var of, _) -> flips(of, !want);
            case Constraint.Condition condition -> {
                int leaf = index.getOrDefault(condition, 0);
                boolean can =
                        groups.stream()
                                .flatMap(g -> g.options().stream())
                                .anyMatch(o -> o.truth()[leaf] == (want ? TRUE : FALSE));
                yield can ? Map.of(leaf, want) : null;
            }
        };
    }

    private @Nullable Map<Integer, Boolean> every(List<Constraint> of, boolean want) {
        Map<Integer, Boolean> all = new LinkedHashMap<>();
        for (var each : of) {
            var flips = flips(each, want);
            if (flips == null) {
                return null;
            }
            all.putAll(flips);
        }
        return all;
    }

    private @Nullable Map<Integer, Boolean> one(List<Constraint> of, boolean want) {
        Map<Integer, Boolean> fewest = null;
        for (var each : of) {
            var flips = flips(each, want);
            if (flips != null && (fewest == null || flips.size() < fewest.size())) {
                fewest = flips;
            }
        }
        return fewest;
    }
}
