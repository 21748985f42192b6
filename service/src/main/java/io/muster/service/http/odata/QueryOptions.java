package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The query options of a list of records, read. Immutable.
///
/// `$apply` comes first, then `$filter`, `$orderby`, the count, `$skiptoken` and `$top`, and `$select` last.
public final class QueryOptions {
    private static final int MAX_TOP = 1_000_000;

    private final Filter filter;
    private final List<ApplyStep> apply;
    private final Optional<Comparator<Dynamic>> order;
    private final List<String> select;
    private final int top;
    private final int skip;

    private QueryOptions(
            Filter filter,
            List<ApplyStep> apply,
            Optional<Comparator<Dynamic>> order,
            List<String> select,
            int top,
            int skip) {
        this.filter = filter;
        this.apply = apply;
        this.order = order;
        this.select = select;
        this.top = top;
        this.skip = skip;
    }

    /// @param options by name, in any case
    /// @param defaultTop records a page when `$top` is absent
    public static QueryOptions parse(Map<String, String> options, int defaultTop)
            throws ODataException {
        var filter = Filter.all();
        if (options.containsKey("$filter")) {
            filter = FilterParser.parse(options.getOrDefault("$filter", ""));
        }
        List<ApplyStep> apply = List.of();
        if (options.containsKey("$apply")) {
            apply = ApplyParser.parse(options.getOrDefault("$apply", ""));
        }
        return new QueryOptions(
                filter,
                apply,
                order(options.getOrDefault("$orderby", "")),
                names(options.getOrDefault("$select", "")),
                number(options, "$top", defaultTop),
                number(options, "$skiptoken", 0));
    }

    public boolean isAggregating() {
        return !apply.isEmpty();
    }

    private static int number(Map<String, String> options, String option, int otherwise)
            throws ODataException {
        String text = options.get(option);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,7}") || Integer.parseInt(text) > MAX_TOP) {
            throw new ODataException(
                    option, text, 0, "a whole number from 0 to " + MAX_TOP + " was expected.");
        }
        return Integer.parseInt(text);
    }

    private static List<String> names(String text) throws ODataException {
        var out = new ArrayList<String>();
        if (!text.isBlank()) {
            var scanner = new Scanner("$select", text);
            do {
                out.add(scanner.name());
            } while (scanner.take(','));
            if (!scanner.atEnd()) {
                throw scanner.fault("',' or the end was expected.");
            }
        }
        return out;
    }

    /// Descending is the default direction.
    private static Optional<Comparator<Dynamic>> order(String text) throws ODataException {
        if (text.isBlank()) {
            return Optional.empty();
        }
        var scanner = new Scanner("$orderby", text);
        Comparator<Dynamic> order = null;
        do {
            String name = scanner.name();
            Comparator<Dynamic> by =
                    (a, b) -> Values.compare(a.getIgnoreCase(name), b.getIgnoreCase(name));
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

    /// A page of records.
    ///
    /// @param total records before paging
    /// @param nextSkip where the next page begins; 0 when this is the last
    public record Page(List<Dynamic> records, int total, int nextSkip) {
        public Page {
            records = List.copyOf(records);
        }
    }

    public Page apply(List<Dynamic> all) {
        var rows = all;
        for (var step : apply) {
            rows = step.apply(rows);
        }
        rows = rows.stream().filter(filter::test).toList();
        if (order.isPresent()) {
            rows = rows.stream().sorted(order.get()).toList();
        }
        int from = Math.min(skip, rows.size());
        int to = (int) Math.min(rows.size(), (long) from + top);
        var page = rows.subList(from, to).stream().map(this::selected).toList();
        return new Page(page, rows.size(), to < rows.size() && to > from ? to : 0);
    }

    private Dynamic selected(Dynamic row) {
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
