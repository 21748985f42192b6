package io.muster.kql.binder;

import io.muster.core.column.Column;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.NetworkFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.MemoryMeter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// `evaluate ipv4_lookup`, `ipv6_lookup`: rows with the rows of a table of networks that hold their address.
final class IpLookupPlugin {
    /// About the bytes of a row of networks by its key, and of two rows that belong together until they are picked.
    private static final long ROW = 250;

    private static final long PAIR = 72;

    private final Binder binder;
    private final PluginReader reader;

    IpLookupPlugin(Binder binder, PluginReader reader) {
        this.binder = binder;
        this.reader = reader;
    }

    private record Key(int prefix, BigInteger network, List<Dynamic> extra) {}

    LogicalPlan lookup(Expression.Call call, LogicalPlan input, Environment environment) {
        var plain =
                call.arguments().stream()
                        .filter(a -> a.name() == null)
                        .map(Expression.Argument::value)
                        .toList();
        if (plain.size() < 3) {
            binder.fault(
                    "KS119",
                    call.span(),
                    "The function '" + call.name() + "' expects 3 arguments.");
            throw new BindFailure();
        }
        boolean four = call.name().equals("ipv4_lookup");
        var rightPlan = binder.table(plain.getFirst(), environment);
        int address = reader.column(plain.get(1), input.schema());
        int network = reader.column(plain.get(2), rightPlan.schema());
        var left = reader.run(input);
        var right = reader.run(rightPlan);
        // Further names are keys that must be equal on both sides; a last bool is return_unmatched.
        boolean keep =
                Dynamic.TRUE.equals(reader.constant(call, -1, "return_unmatched", environment));
        var leftKeys = new ArrayList<List<Dynamic>>();
        var rightKeys = new ArrayList<List<Dynamic>>();
        var shared = new HashSet<Integer>();
        for (var extra : plain.subList(3, plain.size())) {
            if (extra instanceof Expression.Literal(Dynamic.Bool(var b), var t, var s)) {
                keep = b;
                continue;
            }
            leftKeys.add(PluginReader.cells(left, reader.column(extra, left.schema())));
            int key = reader.column(extra, right.schema());
            rightKeys.add(PluginReader.cells(right, key));
            shared.add(key);
        }
        Map<Key, List<Integer>> networks = new HashMap<>();
        var prefixes = new TreeSet<Integer>();
        var rightNetworks = PluginReader.cells(right, network);
        var held = new MemoryMeter.Tally();
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < rightNetworks.size(); row++) {
            held.add(ROW);
            pace.did(1024);
            var parsed = NetworkFunctions.range(ScalarText.of(rightNetworks.get(row)), four);
            if (parsed.isPresent()) {
                int prefix = parsed.get().prefix();
                prefixes.add(prefix);
                networks.computeIfAbsent(
                                new Key(prefix, parsed.get().masked(prefix), at(rightKeys, row)),
                                k -> new ArrayList<>())
                        .add(row);
            }
        }
        long[] leftRefs = PluginReader.refs(left);
        long[] rightRefs = PluginReader.refs(right);
        var outLeft = new ArrayList<Long>();
        var outRight = new ArrayList<Long>();
        var addresses = PluginReader.cells(left, address);
        for (int row = 0; row < addresses.size(); row++) {
            pace.did(1024);
            var parsed = NetworkFunctions.range(ScalarText.of(addresses.get(row)), four);
            int before = outLeft.size();
            if (parsed.isPresent()) {
                for (int prefix : prefixes.descendingSet()) {
                    pace.did(256 + 16L * leftKeys.size());
                    var found =
                            networks.get(
                                    new Key(
                                            prefix,
                                            parsed.get().masked(prefix),
                                            at(leftKeys, row)));
                    if (found != null && prefix <= parsed.get().prefix()) {
                        for (int match : found) {
                            held.add(PAIR);
                            outLeft.add(leftRefs[row]);
                            outRight.add(rightRefs[match]);
                        }
                    }
                }
            }
            if (keep && outLeft.size() == before) {
                held.add(PAIR);
                outLeft.add(leftRefs[row]);
                outRight.add(-1L);
            }
        }
        held.settle();
        return beside(pick(left, outLeft), pick(right, outRight), shared, outLeft.size());
    }

    private Table pick(Table table, List<Long> refs) {
        return reader.pick(table, refs.stream().mapToLong(r -> r).toArray());
    }

    private static List<Dynamic> at(List<List<Dynamic>> keys, int row) {
        var out = new ArrayList<Dynamic>();
        for (var key : keys) {
            out.add(key.get(row));
        }
        return out;
    }

    /// Two tables of as many rows, columns side by side under unique names; those of the right one that both share are left out.
    private static LogicalPlan beside(Table left, Table right, Set<Integer> shared, int rows) {
        var names = new Projection(left.schema());
        var columns = new ArrayList<Column>();
        for (int c = 0; c < left.schema().size() && rows > 0; c++) {
            columns.add(left.segments().getFirst().column(c));
        }
        for (int c = 0; c < right.schema().size(); c++) {
            if (shared.contains(c)) {
                continue;
            }
            var field = right.schema().field(c);
            names.add(
                    field.name(),
                    new BoundExpr.Literal(
                            field.type() == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL,
                            field.type()));
            if (rows > 0) {
                columns.add(right.segments().getFirst().column(c));
            }
        }
        return new LogicalPlan.Values(
                new Table(
                        "lookup",
                        names.schema(),
                        rows == 0 ? List.of() : List.of(new Segment(rows, columns))));
    }
}
