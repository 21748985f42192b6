package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionScope.ScopeFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a template asks of resources that run: `reference()`, `references()` and `list*()`, and the names by which it may call them. Confined to one thread.
/// Source: azure/azure-resource-manager/templates/template-functions-resource.
final class References {
    private static final Pattern API_VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-[A-Za-z]+)?");

    private final DeploymentScope scope;
    private final Map<String, String> symbols = new HashMap<>();
    private final Map<String, List<String>> loops = new HashMap<>();
    private final List<String> ids = new ArrayList<>();

    /// By symbolic name, what is known of a resource without asking it.
    private final Map<String, Dynamic> known = new HashMap<>();

    References(DeploymentScope scope) {
        this.scope = scope;
    }

    /// Whether a function asks something of a resource: what a template may do only where the resource must be there already.
    static boolean isOne(String key) {
        return key.equals("reference") || key.equals("references") || isList(key);
    }

    private static boolean isList(String key) {
        return key.startsWith("list") && key.length() > "list".length();
    }

    @Nullable ScopeFunction find(String key) {
        if (isList(key)) {
            return a -> list(key, a);
        }
        return switch (key) {
            case "reference" -> this::reference;
            case "references" -> this::references;
            default -> null;
        };
    }

    /// What names of the template stand for.
    void add(List<PlannedResource> resources) {
        for (var resource : resources) {
            ids.add(resource.id());
            if (resource.isOfLoop()) {
                turn(resource.copyName(), resource);
                if (!resource.key().equalsIgnoreCase(resource.copyName())) {
                    turn(resource.key(), resource);
                }
                named(resource.turn(), resource);
            }
            if (!resource.key().isEmpty()) {
                named(resource.key(), resource);
            }
        }
    }

    private void turn(String loop, PlannedResource resource) {
        loops.computeIfAbsent(loop.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                .add(resource.id());
    }

    private void named(String name, PlannedResource resource) {
        symbols.put(name.toLowerCase(Locale.ROOT), resource.id());
        known.put(name.toLowerCase(Locale.ROOT), known(resource));
    }

    private static Dynamic known(PlannedResource resource) {
        return Dynamic.bag()
                .put("id", resource.id())
                .put("name", resource.name())
                .put(
                        "type",
                        ResourceId.tryParse(resource.id()).map(id -> id.type().text()).orElse(""))
                .put("apiVersion", resource.apiVersion())
                .build();
    }

    /// `resourceInfo('symbol')`: id, name, type and API version of a resource of the template, whether it is there yet or not.
    Dynamic info(String symbol) throws EvaluationFailure {
        var found = known.get(symbol.toLowerCase(Locale.ROOT));
        if (found == null) {
            throw new EvaluationFailure("no resource of the template is called '" + symbol + "'");
        }
        return found;
    }

    /// `listKeys(id, apiVersion, [body])` and its kin.
    private Dynamic list(String key, List<Dynamic> a) throws EvaluationFailure {
        if (a.isEmpty() || !(a.getFirst() instanceof Dynamic.Text(var named))) {
            throw new EvaluationFailure("the function '" + key + "' takes a resource");
        }
        String version = a.size() > 1 ? a.get(1).textOr("") : "";
        return scope.resources()
                .list(key, idOf(named), version, a.size() > 2 ? a.get(2) : Dynamic.NULL)
                .orElseThrow(() ->
                        new EvaluationFailure("'" + key + "' of '" + named + "' cannot be asked"));
    }

    /// `reference(idOrName, [apiVersion], ['Full'])`: the properties of a resource as it stands now.
    private Dynamic reference(List<Dynamic> a) throws EvaluationFailure {
        if (a.isEmpty()) {
            throw new EvaluationFailure("the function 'reference' takes a resource");
        }
        String found = idOf(a.getFirst().textOr(""));
        var resource =
                scope.resources()
                        .find(found)
                        .orElseThrow(() ->
                                new EvaluationFailure(
                                        "The resource '"
                                                + found
                                                + "' that reference() names was not found"));
        boolean full = a.size() > 2 && a.get(2).textOr("").equalsIgnoreCase("Full");
        String version = a.size() > 1 ? a.get(1).textOr("") : "";
        if (a.size() > 1 && !API_VERSION.matcher(version).matches()) {
            throw new EvaluationFailure("'" + version + "' is no API version");
        }
        return full ? whole(resource, found, version) : resource.get("properties");
    }

    /// All of a resource, and where it is.
    private static Dynamic whole(Dynamic resource, String id, String version) {
        var at = ResourceId.tryParse(id);
        var known = Dynamic.bag();
        if (!version.isEmpty()) {
            known.put("apiVersion", version);
        }
        known.put("resourceId", id);
        at.flatMap(ResourceId::subscriptionId).ifPresent(s -> known.put("subscriptionId", s));
        at.flatMap(ResourceId::resourceGroup).ifPresent(g -> known.put("resourceGroupName", g));
        var out = resource;
        for (var member : known.build().members().entrySet()) {
            if (out.getIgnoreCase(member.getKey()).isNull()) {
                out = out.with(member.getKey(), member.getValue());
            }
        }
        return out;
    }

    /// The id that a symbolic name, a plain name or `Ns/type/name` stands for.
    private String idOf(String named) {
        String id = symbols.getOrDefault(named.toLowerCase(Locale.ROOT), named);
        if (id.startsWith("/")) {
            return id;
        }
        String suffix = "/" + id.toLowerCase(Locale.ROOT);
        return ids.stream()
                .filter(known -> known.toLowerCase(Locale.ROOT).endsWith(suffix))
                .findFirst()
                .orElse(id.indexOf('/') > 0 ? scope.scope() + "/providers/" + id : id);
    }

    /// `references('copy' or symbolic name, ['Full'])`: what every resource of a loop is now.
    private Dynamic references(List<Dynamic> a) throws EvaluationFailure {
        String loop = a.isEmpty() ? "" : a.getFirst().textOr("");
        var members = loops.get(loop.toLowerCase(Locale.ROOT));
        if (members == null) {
            throw new EvaluationFailure("no loop of the template is called '" + loop + "'");
        }
        List<Dynamic> out = new ArrayList<>();
        for (var id : members) {
            List<Dynamic> one = new ArrayList<>(List.of(Dynamic.of(id)));
            if (a.size() > 1) {
                one.add(Dynamic.of("2020-01-01"));
                one.add(a.getLast());
            }
            out.add(reference(one));
        }
        return new Dynamic.Array(out);
    }
}
