package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The facts of Resource Graph's language, where they are at hand, name nothing that the engine does not know.
class ReferenceNamesTest {
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern CALL = Pattern.compile("(?<![\\w.\\\\])([a-z][a-z0-9_]+)\\(");
    private static final Pattern FAMILY =
            Pattern.compile("([a-z0-9]+_)([a-z0-9_]+(?:/[a-z0-9_]+)+)");

    /// Types, whose literals look like calls; `arg("")` before a table; names cut short by a slash in the text.
    private static final Set<String> NO_FUNCTIONS =
            Set.of(
                    "arg",
                    "bool",
                    "datetime",
                    "decimal",
                    "double",
                    "dynamic",
                    "guid",
                    "index_of",
                    "int",
                    "long",
                    "real",
                    "string",
                    "time",
                    "timespan",
                    "year");

    @Test
    void everyFunctionThatTheFactsNameIsKnown() throws Exception {
        var page =
                Path.of(
                        System.getProperty("muster.root", "."),
                        "../shared/reference/kql-resource-graph.md");
        Assumptions.assumeTrue(Files.exists(page), () -> "not at hand: " + page);
        var named = new TreeSet<String>();
        CODE.matcher(Files.readString(page))
                .results()
                .forEach(code -> {
                    CALL.matcher(code.group(1)).results().forEach(c -> named.add(c.group(1)));
                    // `array_concat/slice`: each with the first one's beginning.
                    FAMILY.matcher(code.group(1))
                            .results()
                            .filter(f -> f.group(1).equals("array_") || f.group(1).equals("set_"))
                            .forEach(f -> {
                                for (String end : f.group(2).split("/")) {
                                    named.add(f.group(1) + end);
                                }
                            });
                });
        assertThat(named).hasSizeGreaterThan(80);
        named.removeAll(NO_FUNCTIONS);
        named.removeAll(Kql.vocabulary().functions());
        named.removeAll(Kql.vocabulary().aggregates());
        assertThat(named).isEmpty();
    }
}
