package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Catalog;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Parameter;
import io.muster.kql.function.ParameterKind;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.Signature;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.vector.ColumnBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every scalar function over nulls, empty, huge and ill-shaped values, one argument at a time: it answers, and a call of constants gives what
/// the same call gives over a column that holds the constant, in one segment and in several.
class OddArgumentsTest {
    private static final QueryOptions OPTIONS = QueryOptions.DEFAULT.withClock(() -> Instant.EPOCH);

    /// The first of each type is what the other arguments are.
    private static final Map<KqlType, List<String>> ODD =
            new EnumMap<>(
                    Map.of(
                            KqlType.BOOL, List.of("true", "false", "bool(null)"),
                            KqlType.INT, List.of("int(2)", "int(null)", "int(-2147483648)"),
                            KqlType.LONG,
                                    List.of(
                                            "1",
                                            "0",
                                            "-1",
                                            "long(null)",
                                            "9223372036854775807",
                                            "-9223372036854775808"),
                            KqlType.REAL,
                                    List.of(
                                            "1.5",
                                            "-0.0",
                                            "real(nan)",
                                            "real(+inf)",
                                            "real(-inf)",
                                            "real(null)",
                                            "1e308"),
                            KqlType.DECIMAL,
                                    List.of(
                                            "decimal(1.5)",
                                            "decimal(null)",
                                            "decimal(-99999999999999999999999999999999)"),
                            KqlType.DATETIME,
                                    List.of(
                                            "datetime(2024-02-29 01:02:03)",
                                            "datetime(null)",
                                            "datetime(0001-01-01)",
                                            "datetime(9999-12-31 23:59:59.9999999)"),
                            KqlType.TIMESPAN,
                                    List.of(
                                            "1d",
                                            "timespan(null)",
                                            "-1tick",
                                            "timespan(-10675199.02:48:05.4775808)"),
                            KqlType.GUID,
                                    List.of(
                                            "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
                                            "guid(null)"),
                            KqlType.STRING,
                                    List.of(
                                            "'abc'",
                                            "''",
                                            "'é😀'",
                                            "'\\ud83d'",
                                            "'('",
                                            "'[1,2]'",
                                            "'1.2.3.4'",
                                            "'-5'"),
                            KqlType.DYNAMIC,
                                    List.of(
                                            "dynamic([1,2,3])",
                                            "dynamic(null)",
                                            "dynamic([])",
                                            "dynamic({})",
                                            "dynamic([1,\"a\",null,{\"b\":[1]}])",
                                            "dynamic({\"a\":{\"b\":null}})",
                                            "dynamic(\"\")",
                                            "dynamic(1.5)")));

    private static final Map<KqlType, Catalog> WHOLE = new EnumMap<>(KqlType.class);
    private static final Map<KqlType, Catalog> PARTS = new EnumMap<>(KqlType.class);

    @BeforeAll
    static void store() {
        for (var type : ODD.entrySet()) {
            var values =
                    row("print " + String.join(", ", type.getValue()), Tables.catalog())
                            .orElseThrow();
            WHOLE.put(type.getKey(), Tables.catalog(table(type.getKey(), values, values.size())));
            PARTS.put(type.getKey(), Tables.catalog(table(type.getKey(), values, 2)));
        }
    }

    private static Table table(KqlType type, List<Dynamic> values, int rows) {
        var segments = new ArrayList<Segment>();
        for (int from = 0; from < values.size(); from += rows) {
            var some = values.subList(from, Math.min(values.size(), from + rows));
            var builder = new ColumnBuilder(type, some.size());
            some.forEach(builder::add);
            segments.add(new Segment(some.size(), List.of(builder.build())));
        }
        return new Table("t", Schema.of(new Field("c", type)), segments);
    }

    @Test
    void constantsAndColumnsGiveTheSame() throws Exception {
        var differing = new ArrayList<String>();
        int calls = 0;
        for (var family : ScalarFunctions.families()) {
            for (var function : family.functions()) {
                if (function.serial()
                        || function.stability() == ScalarFunction.Stability.PER_ROW
                        || !function.name().matches("\\w+")) {
                    continue;
                }
                for (var signature : function.signatures()) {
                    for (int odd = 0; odd < signature.parameters().size(); odd++) {
                        calls += check(function.name(), signature, odd, differing);
                    }
                }
            }
        }
        assertThat(differing).isEmpty();
        assertThat(calls).isGreaterThan(2000);
    }

    private static int check(String name, Signature signature, int odd, List<String> differing) {
        var type = type(signature.parameters().get(odd), signature.text().length());
        if (type.isEmpty()) {
            return 0;
        }
        var constants = new ArrayList<String>();
        for (var value : values(type.get())) {
            constants.add(call(name, signature, odd, type.get(), value));
        }
        String query = "t | project " + call(name, signature, odd, type.get(), "c");
        var whole = column(query, of(WHOLE, type.get()));
        if (!whole.equals(column(query, of(PARTS, type.get())))) {
            differing.add(query + " by segments");
        }
        var folded = row("print " + String.join(", ", constants), Tables.catalog());
        if (whole.isEmpty() || folded.isEmpty()) {
            return 0;
        }
        if (!folded.equals(whole)) {
            differing.add(query + ": " + whole.get() + ", of constants " + folded.get());
        }
        return constants.size();
    }

    private static List<String> values(KqlType type) {
        return of(ODD, type);
    }

    private static <T> T of(Map<KqlType, T> all, KqlType type) {
        return Objects.requireNonNull(all.get(type), type::toString);
    }

    private static String call(
            String name, Signature signature, int odd, KqlType type, String value) {
        var arguments = new ArrayList<String>();
        for (int i = 0; i < signature.parameters().size(); i++) {
            var parameter = signature.parameters().get(i);
            if (i > odd && parameter.optional()) {
                break;
            }
            boolean alike = parameter.kind() == ParameterKind.COMMON;
            arguments.add(
                    i == odd
                            ? value
                            : (alike ? Optional.of(type) : type(parameter, i))
                                    .map(t -> values(t).getFirst())
                                    .orElse("typeof(string)"));
        }
        return name + "(" + String.join(", ", arguments) + ")";
    }

    /// A type that the parameter takes, where it takes many one of them; empty for the name of a type.
    private static Optional<KqlType> type(Parameter parameter, int choice) {
        var kind = parameter.kind();
        if (kind == ParameterKind.TYPE) {
            return Optional.empty();
        }
        var all =
                kind == ParameterKind.NUMBER || kind == ParameterKind.SUMMABLE
                        ? List.of(KqlType.LONG, KqlType.REAL, KqlType.DECIMAL)
                        : List.of(KqlType.values());
        return kind.type().or(() -> Optional.of(all.get(choice % all.size())));
    }

    /// The only column of an answer; empty when the query is refused.
    private static Optional<List<Dynamic>> column(String query, Catalog catalog) {
        try {
            return Optional.of(
                    Kql.run(query, catalog, OPTIONS).rows().stream().map(List::getFirst).toList());
        } catch (DiagnosticException refused) {
            return Optional.empty();
        }
    }

    /// The only row of an answer; empty when the query is refused.
    private static Optional<List<Dynamic>> row(String query, Catalog catalog) {
        try {
            return Optional.of(Kql.run(query, catalog, OPTIONS).rows().getFirst());
        } catch (DiagnosticException refused) {
            return Optional.empty();
        }
    }
}
