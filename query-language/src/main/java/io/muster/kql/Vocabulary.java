package io.muster.kql;

import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.function.scalar.SeriesFunctions;
import io.muster.kql.syntax.OperatorNames;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The words that a query may use, for who helps to write one.
///
/// @param functions scalar functions, and calls that look like them
/// @param operators tabular operators as they are written
public record Vocabulary(List<String> functions, List<String> aggregates, List<String> operators) {
    /// Series functions that give a column for each of their findings.
    private static final List<String> SEVERAL_COLUMNS =
            List.of(
                    "series_decompose",
                    "series_decompose_anomalies",
                    "series_fft",
                    "series_fit_2lines",
                    "series_fit_line",
                    "series_fit_poly",
                    "series_ifft",
                    "series_periods_detect",
                    "series_periods_validate",
                    "series_stats");

    public Vocabulary {
        functions = List.copyOf(functions);
        aggregates = List.copyOf(aggregates);
        operators = List.copyOf(operators);
    }

    /// What is bound by its place and has no entry in the registry: names with their signatures.
    static SortedMap<String, String> special() {
        var out = new TreeMap<String, String>();
        out.put("bag_pack_columns", "(column...: any): dynamic");
        out.put("bin_auto", "(value: summable): first");
        out.put("column_ifexists", "(name: string, otherwise: any): common");
        out.put("columnifexists", "(name: string, otherwise: any): common");
        out.put("column_names_of", "(table: table): dynamic");
        out.put("iscolumnexists", "(name: string): bool");
        out.put("materialize", "(table: table): table");
        out.put("pack_all", "(ignore_null_empty?: bool): dynamic");
        out.put("table", "(name: string): table");
        out.put("toscalar", "(table: table): its first column's type");
        out.put("typeof", "(type): string");
        for (String name : SEVERAL_COLUMNS) {
            String bag =
                    ScalarFunctions.get(SeriesFunctions.bagFunction(name))
                            .signatures()
                            .getFirst()
                            .text();
            out.put(
                    name,
                    bag.substring(0, bag.lastIndexOf(':'))
                            + ": columns "
                            + SeriesFunctions.columnsOf(name).stream()
                                    .map(c -> c.name())
                                    .collect(Collectors.joining(", ")));
        }
        return out;
    }

    static Vocabulary ofRegistries() {
        var functions = new TreeSet<>(ScalarFunctions.names());
        functions.addAll(special().keySet());
        var aggregates = new TreeSet<String>();
        AggregateFunctions.all().stream().map(AggregateFunction::name).forEach(aggregates::add);
        return new Vocabulary(List.copyOf(functions), List.copyOf(aggregates), OperatorNames.ALL);
    }
}
