package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.kql.function.Signature;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Writes `docs/kql-functions.md` from the registries, and fails when the page lags behind them.
class FunctionListTest {
    @Test
    void pageOfFunctionsSaysWhatTheRegistriesHold() throws Exception {
        var page =
                Path.of(System.getProperty("muster.root", "..")).resolve("docs/kql-functions.md");
        String wanted = page();
        if (!Files.exists(page) || Boolean.getBoolean("docs.write")) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, wanted);
        }
        assertThat(Files.readString(page))
                .as("out of date: run this test with -Ddocs.write=true")
                .isEqualTo(wanted);
    }

    private static String page() {
        var out =
                new StringBuilder(
                        """
                        # KQL functions

                        Written from the registries by `FunctionListTest`. A parameter's kind is what it takes; `?` marks one that may be left out,
                        `...` one that repeats. Results: a type, `first` (the first argument's), `widest`, `common`, `named` (by `typeof`).

                        """);
        for (var family : ScalarFunctions.families()) {
            out.append("## ")
                    .append(family.title())
                    .append("\n\n| function | signature | differs |\n|---|---|---|\n");
            for (var function : family.functions()) {
                line(out, function.name(), function.signatures(), function.note());
            }
            out.append('\n');
        }
        out.append("## Bound by their place\n\n| function | signature |\n|---|---|\n");
        Vocabulary.special()
                .forEach((name, signature) ->
                        out.append("| `%s` | `%s` |\n".formatted(name, signature)));
        out.append('\n');
        out.append("## Aggregates\n\n| function | signature | differs |\n|---|---|---|\n");
        for (var function : AggregateFunctions.all()) {
            line(out, function.name(), function.signatures(), function.note());
        }
        return out.toString();
    }

    private static void line(
            StringBuilder out, String name, List<Signature> signatures, String note) {
        out.append("| `")
                .append(name)
                .append("` | ")
                .append(
                        signatures.stream()
                                .map(s -> "`" + s.text() + "`")
                                .collect(Collectors.joining("<br>")))
                .append(" | ")
                .append(note)
                .append(" |\n");
    }
}
