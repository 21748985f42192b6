package io.muster.policy.expression.function;

import io.muster.policy.expression.FunctionSource;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The pure functions offered in one place of the language. Immutable.
public final class FunctionLibrary implements FunctionSource {
    /// Functions of deployment templates that a policy rule may not use (azure-policy.md section 10), lower case.
    public static final Set<String> NOT_IN_RULES =
            Set.of(
                    "cidrhost",
                    "cidrsubnet",
                    "copyindex",
                    "datetimeadd",
                    "datetimefromepoch",
                    "datetimetoepoch",
                    "deployer",
                    "deployment",
                    "environment",
                    "extensionresourceid",
                    "fail",
                    "flatten",
                    "groupby",
                    "indexfromend",
                    "lambda",
                    "lambdavariables",
                    "map",
                    "filter",
                    "reduce",
                    "sort",
                    "toobject",
                    "listkeys",
                    "listsecrets",
                    "listaccountsas",
                    "listservicesas",
                    "listcallbackurl",
                    "managementgroup",
                    "managementgroupresourceid",
                    "mapvalues",
                    "newguid",
                    "objectkeys",
                    "parsecidr",
                    "pickzones",
                    "providers",
                    "reference",
                    "references",
                    "resourceid",
                    "resourceinfo",
                    "shallowmerge",
                    "subscriptionresourceid",
                    "tenantresourceid",
                    "tenant",
                    "tryindexfromend",
                    "variables");

    /// Functions of policy rules that depend on their surroundings, lower case.
    public static final Set<String> CONTEXT =
            Set.of(
                    "parameters",
                    "field",
                    "current",
                    "resourcegroup",
                    "subscription",
                    "requestcontext",
                    "policy",
                    "claims",
                    "utcnow");

    /// What policy rules may call, apart from [#CONTEXT].
    public static final FunctionLibrary POLICY =
            of(
                    TextFunctions.functions(),
                    NumberFunctions.functions(),
                    LogicFunctions.functions(),
                    CollectionFunctions.functions(),
                    ConversionFunctions.functions(),
                    EncodingFunctions.functions(),
                    DateFunctions.functions(),
                    NetworkFunctions.functions());

    /// What deployment templates may call, apart from what needs the deployment.
    public static final FunctionLibrary TEMPLATE =
            POLICY.and(DateFunctions.templateFunctions())
                    .and(NetworkFunctions.templateFunctions())
                    .and(TemplateCollectionFunctions.functions())
                    .and(TemplateOnlyFunctions.functions());

    private final Map<String, TemplateFunction> byKey;

    private FunctionLibrary(Map<String, TemplateFunction> byKey) {
        this.byKey = byKey;
    }

    @SafeVarargs
    private static FunctionLibrary of(List<TemplateFunction>... families) {
        Map<String, TemplateFunction> all = new TreeMap<>();
        for (var family : families) {
            for (var function : family) {
                all.put(function.name().toLowerCase(Locale.ROOT), function);
            }
        }
        return new FunctionLibrary(all);
    }

    private FunctionLibrary and(List<TemplateFunction> more) {
        Map<String, TemplateFunction> all = new TreeMap<>(byKey);
        for (var function : more) {
            all.put(function.name().toLowerCase(Locale.ROOT), function);
        }
        return new FunctionLibrary(all);
    }

    /// The function of that lower-case name, or null.
    @Override
    public @Nullable TemplateFunction find(String key) {
        return byKey.get(key);
    }

    /// In the order of their names.
    public List<TemplateFunction> functions() {
        return new ArrayList<>(byKey.values());
    }
}
