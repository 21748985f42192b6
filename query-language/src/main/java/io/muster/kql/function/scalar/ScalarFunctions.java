package io.muster.kql.function.scalar;

import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.ScalarFunction;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The registry of scalar functions. Names are case-sensitive.
public final class ScalarFunctions {
    private static final List<FunctionFamily> FAMILIES =
            List.of(
                    Conversions.family(),
                    LogicFunctions.family(),
                    StringFunctions.family(),
                    TimeFunctions.family(),
                    MathFunctions.family(),
                    DynamicFunctions.family(),
                    WindowFunctions.family(),
                    SeriesFunctions.family(),
                    new FunctionFamily("Series that repeat", SeriesSeasons.functions()),
                    new FunctionFamily("Series transformed", SeriesTransforms.functions()),
                    EncodingFunctions.family(),
                    NetworkFunctions.family(),
                    ParsingFunctions.family(),
                    GeoFunctions.family(),
                    new FunctionFamily("Host names", Punycode.functions()),
                    ContextFunctions.family());
    private static final Map<String, ScalarFunction> BY_NAME = index();

    private ScalarFunctions() {}

    private static Map<String, ScalarFunction> index() {
        var all = new LinkedHashMap<String, ScalarFunction>();
        for (var family : FAMILIES) {
            for (var function : family.functions()) {
                if (all.put(function.name(), function) != null) {
                    throw new IllegalStateException("two functions named " + function.name());
                }
            }
        }
        return Collections.unmodifiableMap(all);
    }

    public static Optional<ScalarFunction> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// A function that is known to be there.
    public static ScalarFunction get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(name));
    }

    public static List<FunctionFamily> families() {
        return FAMILIES;
    }

    public static Collection<String> names() {
        return BY_NAME.keySet();
    }
}
