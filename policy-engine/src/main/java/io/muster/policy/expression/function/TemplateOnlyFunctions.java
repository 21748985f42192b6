package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.whole;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Pure functions of deployment templates that rules may not use: resource IDs from their parts, zones of a region.
final class TemplateOnlyFunctions {
    private static final int ZONES = 3;

    /// Regions with availability zones, as documented in 2026; every one has three.
    private static final Set<String> ZONAL =
            Set.of(
                    "australiaeast",
                    "austriaeast",
                    "brazilsouth",
                    "canadacentral",
                    "centralindia",
                    "centralus",
                    "chilecentral",
                    "chinanorth3",
                    "eastasia",
                    "eastus",
                    "eastus2",
                    "francecentral",
                    "germanywestcentral",
                    "indonesiacentral",
                    "israelcentral",
                    "italynorth",
                    "japaneast",
                    "japanwest",
                    "koreacentral",
                    "malaysiawest",
                    "mexicocentral",
                    "newzealandnorth",
                    "northeurope",
                    "norwayeast",
                    "polandcentral",
                    "qatarcentral",
                    "southafricanorth",
                    "southcentralus",
                    "southeastasia",
                    "spaincentral",
                    "swedencentral",
                    "switzerlandnorth",
                    "uaenorth",
                    "uksouth",
                    "usgovvirginia",
                    "westeurope",
                    "westus2",
                    "westus3");

    private TemplateOnlyFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction("pickZones", 3, 5, TemplateOnlyFunctions::pickZones),
                new TemplateFunction(
                        "tenantResourceId",
                        2,
                        TemplateFunction.ANY,
                        a -> Dynamic.of(below("", "tenantResourceId", a, 0))),
                new TemplateFunction(
                        "extensionResourceId",
                        3,
                        TemplateFunction.ANY,
                        a ->
                                Dynamic.of(
                                        below(
                                                text("extensionResourceId", a, 0),
                                                "extensionResourceId",
                                                a,
                                                1))));
    }

    /// `pickZones(namespace, type, location, number?, offset?)`: that many zones of the region, none where it has none. Which types are zonal is not known here.
    private static Dynamic pickZones(List<Dynamic> a) throws EvaluationFailure {
        text("pickZones", a, 0);
        text("pickZones", a, 1);
        String location = text("pickZones", a, 2).replace(" ", "").toLowerCase(Locale.ROOT);
        long number = a.size() > 3 ? whole("pickZones", a, 3) : 1;
        long offset = a.size() > 4 ? whole("pickZones", a, 4) : 0;
        if (number < 1 || offset < 0 || number > ZONES || offset > ZONES - number) {
            throw new EvaluationFailure("'pickZones' asks for more than the zones 1 to " + ZONES);
        }
        List<Dynamic> zones = new ArrayList<>();
        if (ZONAL.contains(location)) {
            for (long zone = offset + 1; zone <= offset + number; zone++) {
                zones.add(Dynamic.of(Long.toString(zone)));
            }
        }
        return new Dynamic.Array(zones);
    }

    /// `scope/providers/Ns/type/name/...` of the type and the names from argument `at` on.
    static String below(String scope, String function, List<Dynamic> a, int at)
            throws EvaluationFailure {
        List<String> names = new ArrayList<>();
        for (int i = at + 1; i < a.size(); i++) {
            names.add(text(function, a, i));
        }
        return ResourceIds.below(scope, text(function, a, at), names);
    }
}
