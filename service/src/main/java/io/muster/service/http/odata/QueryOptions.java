package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The query options of a list of records, read. Immutable.
///
/// `$filter` comes first, then `$apply`, `$orderby`, `$skiptoken` and `$top`, and `$select` last. A `$filter` that names what only `$apply` makes comes behind it.
/// Source: the samples of policyinsights-policyStates-2024-10-01 (`PolicyStates_FilterAndAggregateOnly` and its kin filter by what is gone after the aggregation).
public final class QueryOptions {
    /// However many are asked for: more are read in pages.
    private static final int MAX_PAGE = 100_000;

    private final Filter before;
    private final List<ApplyStep> apply;
    private final Filter after;
    private final Optional<Comparator<Dynamic>> order;
    private final List<String> select;
    private final @Nullable Integer top;
    private final int pageSize;
    private final int skip;

    private QueryOptions(
            Filter before,
            List<ApplyStep> apply,
            Filter after,
            Optional<Comparator<Dynamic>> order,
            List<String> select,
            @Nullable Integer top,
            int pageSize,
            int skip) {
        this.before = before;
        this.apply = apply;
        this.after = after;
        this.order = order;
        this.select = select;
        this.top = top;
        this.pageSize = pageSize;
        this.skip = skip;
    }

    /// @param options by name, in any case
    /// @param names the properties of the records
    /// @param selectable those that answers have, the ones that are only made for a page too
    /// @param pageSize records a page when `$top` is absent; `$top` says how many there are in all, and they come on one page as far as that holds them
    public static QueryOptions parse(
            Map<String, String> options, Names names, Names selectable, int pageSize)
            throws ODataException {
        List<ApplyStep> apply = List.of();
        var behind = names;
        if (options.containsKey("$apply")) {
            var read = ApplyParser.parse(options.getOrDefault("$apply", ""), names);
            apply = read.steps();
            behind = read.names();
        }
        var before = Filter.all();
        var after = Filter.all();
        if (options.containsKey("$filter")) {
            String text = options.getOrDefault("$filter", "");
            try {
                before = Filter.parse(text, names);
            } catch (ODataException notOfTheRecords) {
                try {
                    after = Filter.parse(text, behind);
                } catch (ODataException notOfTheResultEither) {
                    throw notOfTheRecords;
                }
            }
        }
        return new QueryOptions(
                before,
                apply,
                after,
                order(options.getOrDefault("$orderby", ""), behind),
                select(options.getOrDefault("$select", ""), apply.isEmpty() ? selectable : behind),
                options.containsKey("$top") ? number(options, "$top") : null,
                pageSize,
                options.containsKey("$skiptoken") ? number(options, "$skiptoken") : 0);
    }

    public boolean isAggregating() {
        return !apply.isEmpty();
    }

    private static int number(Map<String, String> options, String option) throws ODataException {
        String text = options.getOrDefault(option, "");
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            throw notWhole(option, text);
        }
        throw notWhole(option, text);
    }

    private static ODataException notWhole(String option, String text) {
        return new ODataException(
                option,
                text,
                0,
                "a whole number from 0 to " + Integer.MAX_VALUE + " was expected.");
    }

    private static List<String> select(String text, Names names) throws ODataException {
        var out = new ArrayList<String>();
        if (!text.isBlank() && !text.strip().equals("*")) {
            var scanner = new Scanner("$select", text);
            do {
                out.add(names.read(scanner));
            } while (scanner.take(','));
            if (!scanner.atEnd()) {
                throw scanner.fault("',' or the end was expected.");
            }
        }
        return out;
    }

    /// Descending is the default direction.
    private static Optional<Comparator<Dynamic>> order(String text, Names names)
            throws ODataException {
        if (text.isBlank()) {
            return Optional.empty();
        }
        var scanner = new Scanner("$orderby", text);
        Comparator<Dynamic> order = null;
        do {
            String name = names.read(scanner);
            Comparator<Dynamic> by =
                    (a, b) -> Values.ORDER.compare(a.getIgnoreCase(name), b.getIgnoreCase(name));
            if (!scanner.takeWord("asc")) {
                scanner.takeWord("desc");
                by = by.reversed();
            }
            order = order == null ? by : order.thenComparing(by);
        } while (scanner.take(','));
        if (!scanner.atEnd()) {
            throw scanner.fault("',' or the end was expected.");
        }
        return Optional.ofNullable(order);
    }

    /// A page of records, whole: [#selected] makes of each what is answered.
    ///
    /// @param nextSkip where the next page begins; 0 when this is the last
    public record Page(List<Dynamic> records, int nextSkip) {
        public Page {
            records = List.copyOf(records);
        }
    }

    /// @throws ODataException when a value cannot be aggregated as it is asked
    public Page apply(List<Dynamic> all) throws ODataException {
        var rows = all.stream().filter(before::test).toList();
        for (var step : apply) {
            rows = step.apply(rows);
        }
        rows = rows.stream().filter(after::test).toList();
        if (order.isPresent()) {
            rows = rows.stream().sorted(order.get()).toList();
        }
        int end = top == null ? rows.size() : Math.min(top, rows.size());
        int from = Math.min(skip, end);
        int to = (int) Math.min(end, (long) from + (top == null ? pageSize : MAX_PAGE));
        return new Page(rows.subList(from, to), to < end ? to : 0);
    }

    /// The properties that `$select` names, in the record's order; all without one.
    public Dynamic selected(Dynamic row) {
        if (select.isEmpty()) {
            return row;
        }
        var out = new LinkedHashMap<String, Dynamic>();
        for (var member : row.members().entrySet()) {
            if (select.stream().anyMatch(member.getKey()::equalsIgnoreCase)) {
                out.put(member.getKey(), member.getValue());
            }
        }
        return new Dynamic.Bag(out);
    }
}
