package io.muster.kql;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.spec.SpecSuite;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every function of the registries is called in a case below `src/test/resources/spec`: a new one comes with an example.
class FunctionCasesTest {
    private static final Pattern CALL = Pattern.compile("\\b(\\w+)\\s*\\(");

    @Test
    void everyFunctionHasACase() {
        var names = new TreeSet<String>();
        ScalarFunctions.families().stream()
                .flatMap(family -> family.functions().stream())
                .map(ScalarFunction::name)
                .filter(name -> name.matches("\\w+"))
                .forEach(names::add);
        AggregateFunctions.all().stream().map(AggregateFunction::name).forEach(names::add);
        names.addAll(Vocabulary.special().keySet());
        // The cases have no tables: KqlTest asks for one by its name.
        names.remove("table");
        assertThat(names).hasSizeGreaterThan(400);
        for (var file : SpecSuite.of(getClass(), "spec").files()) {
            for (var spec : file.cases()) {
                // A refusal says nothing of what a function gives.
                if (spec.section("error").isEmpty()) {
                    CALL.matcher(spec.require("query").text())
                            .results()
                            .map((MatchResult call) -> call.group(1))
                            .forEach(names::remove);
                }
            }
        }
        assertThat(names).as("functions without a case").isEmpty();
    }
}
