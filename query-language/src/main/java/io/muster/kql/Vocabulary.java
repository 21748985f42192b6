package io.muster.kql;

import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import java.util.List;
import java.util.TreeSet;

/// The words that a query may use, for who helps to write one.
///
/// @param functions scalar functions, and calls that look like them
/// @param operators tabular operators as they are written
public record Vocabulary(List<String> functions, List<String> aggregates, List<String> operators) {
    /// What is bound by its place and has no entry in the registry.
    private static final List<String> SPECIAL =
            List.of(
                    "bag_pack_columns",
                    "bin_auto",
                    "column_ifexists",
                    "column_names_of",
                    "materialize",
                    "pack_all",
                    "series_decompose",
                    "series_decompose_anomalies",
                    "series_fft",
                    "series_fit_2lines",
                    "series_fit_line",
                    "series_fit_poly",
                    "series_ifft",
                    "series_periods_detect",
                    "series_periods_validate",
                    "series_stats",
                    "toscalar");

    private static final List<String> OPERATORS =
            List.of(
                    "as",
                    "consume",
                    "count",
                    "datatable",
                    "distinct",
                    "evaluate",
                    "extend",
                    "facet",
                    "find",
                    "fork",
                    "getschema",
                    "invoke",
                    "join",
                    "limit",
                    "lookup",
                    "make-series",
                    "mv-apply",
                    "mv-expand",
                    "order",
                    "parse",
                    "parse-kv",
                    "parse-where",
                    "partition",
                    "print",
                    "project",
                    "project-away",
                    "project-by-names",
                    "project-keep",
                    "project-rename",
                    "project-reorder",
                    "range",
                    "reduce",
                    "render",
                    "sample",
                    "sample-distinct",
                    "scan",
                    "search",
                    "serialize",
                    "sort",
                    "summarize",
                    "take",
                    "top",
                    "top-hitters",
                    "top-nested",
                    "union",
                    "where");

    public Vocabulary {
        functions = List.copyOf(functions);
        aggregates = List.copyOf(aggregates);
        operators = List.copyOf(operators);
    }

    static Vocabulary ofRegistries() {
        var functions = new TreeSet<>(ScalarFunctions.names());
        functions.addAll(SPECIAL);
        var aggregates = new TreeSet<String>();
        AggregateFunctions.all().stream().map(AggregateFunction::name).forEach(aggregates::add);
        return new Vocabulary(List.copyOf(functions), List.copyOf(aggregates), OPERATORS);
    }
}
