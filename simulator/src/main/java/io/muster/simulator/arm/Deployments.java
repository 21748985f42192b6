package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.policy.template.DeploymentScope;
import io.muster.policy.template.DeploymentTemplate;
import io.muster.policy.template.TemplateException;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `{scope}/providers/Microsoft.Resources/deployments`: templates expanded and written resource by resource, each by the same route that any caller's PUT takes. Guarded by
/// the simulator's lock.
///
/// Source: resources-2024-07-01.
final class Deployments implements KeptState {
    private static final Pattern PATH =
            Pattern.compile(
                    "(.*)/providers/microsoft\\.resources/deployments(?:/([^/]+)(?:/(operations|operationstatuses|validate|cancel|exporttemplate)(?:/([^/]+))?)?)?",
                    Pattern.CASE_INSENSITIVE);
    private static final String TYPE = "Microsoft.Resources/deployments";
    private static final Pattern FILTER =
            Pattern.compile(
                    "\\s*provisioningState\\s+eq\\s+'([^']*)'\\s*", Pattern.CASE_INSENSITIVE);

    private final Cloud cloud;
    private final Access access;
    private final Locks locks;
    private final Function<ArmRequest, ArmResponse> write;

    /// By id in lower case: those of a scope lie together.
    private final TreeMap<String, DeploymentRun> runs = new TreeMap<>();

    /// @param write answers the request of one resource of a template
    Deployments(Cloud cloud, Access access, Locks locks, Function<ArmRequest, ArmResponse> write) {
        this.access = access;
        this.locks = locks;
        this.cloud = cloud;
        this.write = write;
    }

    /// As operations of deployments of groups are described, without a provider.
    private static final Pattern WITHOUT_PROVIDER =
            Pattern.compile(
                    "(/subscriptions/[^/]+/resourcegroups/[^/]+)(/deployments/[^/]+/operations(?:/[^/]+)?)",
                    Pattern.CASE_INSENSITIVE);

    static boolean isDeploymentPath(String path) {
        return parts(path).matches();
    }

    private static Matcher parts(String path) {
        var brief = WITHOUT_PROVIDER.matcher(path);
        return PATH.matcher(
                brief.matches()
                        ? brief.group(1) + "/providers/Microsoft.Resources" + brief.group(2)
                        : path);
    }

    /// What a request asks of its caller: an action, at the deployment or, for a list, at its scope.
    record Right(ResourceId scope, String type, String suffix) {}

    /// Empty for a deployment or list of the whole tenant, which has no scope to ask for.
    static Optional<Right> right(ArmRequest request) {
        var path = parts(request.path());
        if (!path.matches()) {
            return Optional.empty();
        }
        String name = path.group(2);
        String word = path.group(3) == null ? "" : path.group(3);
        String suffix =
                switch (request.method()) {
                    case "GET", "HEAD" -> (word.isEmpty() ? "" : word + "/") + "read";
                    case "DELETE" -> "delete";
                    case "POST" -> word + "/action";
                    default -> "write";
                };
        return ResourceId.tryParse(
                        name == null
                                ? path.group(1)
                                : path.group(1) + "/providers/" + TYPE + "/" + name)
                .map(scope -> new Right(scope, TYPE, suffix));
    }

    ArmResponse route(ArmRequest request) {
        var path = parts(request.path());
        if (!path.matches()) {
            throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
        }
        String scope = path.group(1);
        requireScope(scope);
        String name = path.group(2);
        if (name == null) {
            return list(request, scope);
        }
        String id = scope + "/providers/" + TYPE + "/" + name;
        String word = path.group(3) == null ? "" : path.group(3).toLowerCase(Locale.ROOT);
        return switch (request.method() + " " + word) {
            case "PUT " -> put(request, id, scope, name);
            case "GET " -> ArmResponse.of(200, run(id).json());
            case "HEAD " ->
                    ArmResponse.empty(runs.containsKey(id.toLowerCase(Locale.ROOT)) ? 204 : 404);
            case "DELETE " -> delete(id);
            case "POST validate" -> validate(request, id, scope, name);
            case "POST cancel" -> cancel(id);
            case "POST exporttemplate" ->
                    ArmResponse.of(200, Dynamic.bag().put("template", run(id).template()).build());
            case "GET operations" -> operations(request, id, path.group(4));
            case "GET operationstatuses" -> status(id, path.group(4));
            default -> throw ArmFault.notAllowed(request);
        };
    }

    private void requireScope(String scope) {
        if (scope.isEmpty()) {
            return;
        }
        var id =
                ResourceId.tryParse(scope)
                        .orElseThrow(() ->
                                new ArmFault(
                                        404,
                                        "NotFound",
                                        "'" + scope + "' is no deployment scope."));
        cloud.requireContainer(id);
        if (id.subscriptionId().isEmpty()) {
            cloud.get(id);
        }
    }

    private DeploymentRun run(String id) {
        var run = runs.get(id.toLowerCase(Locale.ROOT));
        if (run == null) {
            throw new ArmFault(
                    404,
                    "DeploymentNotFound",
                    "Deployment '"
                            + id.substring(id.lastIndexOf('/') + 1)
                            + "' could not be found.");
        }
        return run;
    }

    private ArmResponse list(ArmRequest request, String scope) {
        if (!request.method().equals("GET")) {
            throw new ArmFault(405, "MethodNotAllowed", "Deployments can only be listed here.");
        }
        String caller = Tokens.caller(request);
        var wanted = filter(request.parameter("$filter").orElse(""));
        return cloud.page(
                request,
                history(scope).entrySet().stream()
                        .filter(run -> wanted.test(run.getValue()))
                        // The whole tenant has no scope at which the right was asked for.
                        .filter(run -> !scope.isEmpty() || mayRead(caller, run.getKey()))
                        .map(run -> run.getValue().json())
                        .toList());
    }

    /// `provisioningState eq '{state}'`, all that Azure filters by.
    private static Predicate<DeploymentRun> filter(String text) {
        if (text.isBlank()) {
            return _ -> true;
        }
        var state = FILTER.matcher(text);
        if (!state.matches()) {
            throw ArmFault.badRequest(
                    "InvalidFilterInQueryString",
                    "Invalid $filter '" + text + "' specified in the query string.");
        }
        String wanted = state.group(1);
        return run -> run.state().equalsIgnoreCase(wanted);
    }

    /// The deployments at a scope, not those below it.
    private Map<String, DeploymentRun> history(String scope) {
        String prefix = (scope + "/providers/" + TYPE + "/").toLowerCase(Locale.ROOT);
        return runs.subMap(prefix, prefix + Character.MAX_VALUE);
    }

    /// Makes room for another deployment at a scope. Above 775 of 800 the oldest that have ended go until 750 are left, where no lock holds them.
    ///
    /// Source: azure/azure-resource-manager/templates/deployment-history-deletions.
    private void makeRoom(String scope, String name) {
        int most = cloud.settings().azureLimits().deploymentsPerScope();
        var history = history(scope);
        int full = Math.min(most - 1, most - most / 32);
        if (history.size() > full) {
            int kept = Math.min(full, most - most / 16);
            var oldest =
                    history.entrySet().stream()
                            .filter(e -> !e.getValue().isRunning())
                            .filter(e ->
                                    ResourceId.tryParse(e.getKey())
                                            .filter(locks::isDeletable)
                                            .isPresent())
                            .sorted(Comparator.comparing(e -> e.getValue().operation().start))
                            .limit(history.size() - kept)
                            .map(Map.Entry::getKey)
                            .toList();
            oldest.forEach(runs::remove);
        }
        if (history.size() >= most) {
            throw new ArmFault(
                    409,
                    "DeploymentQuotaExceeded",
                    "Creating the deployment '"
                            + name
                            + "' would exceed the quota of '"
                            + most
                            + "'. The current deployment count is '"
                            + history.size()
                            + "', please delete some deployments before creating a new one. Please"
                            + " see https://aka.ms/arm-deploy for usage details.");
        }
    }

    private ArmResponse put(ArmRequest request, String id, String scope, String name) {
        int longest = cloud.settings().azureLimits().deploymentNameCharacters();
        if (name.length() > longest || !name.matches("[-\\w._()]+")) {
            throw ArmFault.badRequest(
                    "InvalidDeployment",
                    "The deployment name '"
                            + name
                            + "' is invalid: at most "
                            + longest
                            + " letters, digits, '-', '.', '_' and parentheses.");
        }
        var before = runs.get(id.toLowerCase(Locale.ROOT));
        if (before != null && before.isRunning()) {
            throw new ArmFault(
                    409,
                    "DeploymentActive",
                    "Unable to edit or replace deployment '"
                            + name
                            + "': previous deployment is still active. Please see https://aka.ms/arm-deploy for usage details.");
        }
        if (before == null) {
            makeRoom(scope, name);
        }
        var run = prepared(request, id, scope, name);
        runs.put(id.toLowerCase(Locale.ROOT), run);
        run.start();
        cloud.agenda().runUntil(cloud.clock().instant());
        String url =
                request.origin()
                        + request.uri().getRawPath()
                        + "/operationStatuses/"
                        + run.operation().name
                        + "?api-version="
                        + request.parameter("api-version").orElse("2024-07-01");
        return ArmResponse.of(before == null ? 201 : 200, run.json())
                .with("Azure-AsyncOperation", url)
                .with("Retry-After", Integer.toString(cloud.settings().retryAfterSeconds()));
    }

    /// A group is gone, and the history of its deployments with it; what of them was under way ends.
    void forget(ResourceId group) {
        var gone = runs.subMap(group.key() + "/", group.key() + "/" + Character.MAX_VALUE);
        gone.values().forEach(run -> run.fail(Operations.preempted("resource group")));
        gone.clear();
    }

    /// The operation of a deployment's resource has ended.
    void follow(Task.FollowDeployment task) {
        find(task.deployment(), task.run())
                .ifPresent(run ->
                        run.follow(
                                task.step(),
                                cloud.operations()
                                        .find(task.operation())
                                        .flatMap(Operations.Operation::error)
                                        .orElse(null)));
    }

    /// A deployment cannot go on.
    void fail(String id, String operation, Dynamic fault) {
        find(id, operation).ifPresent(run -> run.fail(fault));
    }

    /// The deployment that has that operation, not another one of its name.
    private Optional<DeploymentRun> find(String id, String operation) {
        return Optional.ofNullable(runs.get(id.toLowerCase(Locale.ROOT)))
                .filter(run -> run.operation().name.equals(operation));
    }

    @Override
    public String kind() {
        return "deployment";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        runs.values().forEach(run -> sink.accept(run.kept()));
    }

    @Override
    public void take(Dynamic kept) {
        String id = kept.get("id").textOr("");
        var headers = new HashMap<String, String>();
        headers.put("Authorization", "Bearer " + Tokens.ofPrincipal(kept.get("caller").textOr("")));
        kept.get("correlationId")
                .asText()
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> headers.put("x-ms-correlation-request-id", text));
        var operation =
                cloud.operations()
                        .find(kept.get("operation").textOr(""))
                        .or(() -> past(kept))
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "deployment '" + id + "' has no operation"));
        var run =
                run(
                        new ArmRequest(
                                "PUT",
                                URI.create(kept.get("origin").textOr("") + "/"),
                                headers,
                                new byte[0]),
                        id,
                        kept.get("body"),
                        kept.get("location").textOr(""),
                        operation);
        run.resume(kept);
        runs.put(id.toLowerCase(Locale.ROOT), run);
    }

    /// That of a deployment which ended long ago, and is there still.
    private static Optional<Operations.Operation> past(Dynamic kept) {
        return kept.get("end").isNull() || kept.get("start").isNull()
                ? Optional.empty()
                : Optional.of(
                        Operations.past(
                                kept.get("operation").textOr(""),
                                Instant.parse(kept.get("start").textOr("")),
                                Instant.parse(kept.get("end").textOr(""))));
    }

    private ArmResponse validate(ArmRequest request, String id, String scope, String name) {
        try {
            var run = prepared(request, id, scope, name);
            cloud.operations().discard(run.operation());
            return ArmResponse.of(200, run.json());
        } catch (ArmFault fault) {
            if (fault.status() != 400) {
                throw fault;
            }
            return ArmResponse.of(400, Dynamic.bag().put("error", fault.error()).build());
        }
    }

    private DeploymentRun prepared(ArmRequest request, String id, String scope, String name) {
        var body = Cloud.body(request);
        var properties = body.get("properties");
        var group = ResourceId.tryParse(scope);
        boolean inGroup = group.flatMap(ResourceId::resourceGroup).isPresent();
        String location = body.get("location").textOr("");
        if (!inGroup && location.isEmpty()) {
            throw ArmFault.badRequest(
                    "LocationRequired",
                    "The 'location' property must be specified for '" + name + "'.");
        }
        if (inGroup) {
            location = cloud.get(group.orElseThrow()).json().get("location").textOr(location);
        }
        String mode = properties.get("mode").textOr("");
        if (!mode.equalsIgnoreCase("Incremental")
                && !(mode.equalsIgnoreCase("Complete") && inGroup)) {
            throw ArmFault.badRequest(
                    "InvalidDeployment",
                    "The deployment mode '"
                            + mode
                            + "' is not valid: 'Incremental' or, in a resource group, 'Complete'.");
        }
        for (String link : List.of("templateLink", "parametersLink")) {
            if (!properties.get(link).isNull()) {
                throw ArmFault.badRequest(
                        "InvalidTemplate",
                        "The simulated Azure reads no '" + link + "': send the content itself.");
            }
        }
        var operation = cloud.operations().start();
        try {
            return run(request, id, body, location, operation);
        } catch (ArmFault refused) {
            cloud.operations().discard(operation);
            throw refused;
        }
    }

    /// Puts a deployment's run together, with nothing of it begun.
    private DeploymentRun run(
            ArmRequest request,
            String id,
            Dynamic body,
            String location,
            Operations.Operation operation) {
        var properties = body.get("properties");
        String scope = id.substring(0, id.lastIndexOf("/providers/" + TYPE + "/"));
        String name = id.substring(id.lastIndexOf('/') + 1);
        var group = ResourceId.tryParse(scope);
        var deploymentScope =
                new DeploymentScope(
                        scope,
                        group.flatMap(ResourceId::subscriptionId).orElse(null),
                        group.flatMap(ResourceId::resourceGroup).orElse(null),
                        Tokens.TENANT,
                        name,
                        location,
                        operation.start,
                        operation.name.hashCode() ^ cloud.settings().seed(),
                        wanted -> lookup(Tokens.caller(request), group, wanted));
        try {
            var template =
                    DeploymentTemplate.of(
                            properties.get("template"),
                            properties.get("parameters"),
                            deploymentScope);
            return new DeploymentRun(
                    cloud,
                    write,
                    request,
                    id,
                    body,
                    location,
                    template,
                    template.resources(),
                    operation);
        } catch (TemplateException fault) {
            throw ArmFault.badRequest("InvalidTemplate", fault.reason());
        }
    }

    /// What a template reads: what its deployment lies in, and what the caller may read himself.
    private Optional<Dynamic> lookup(String caller, Optional<ResourceId> scope, String id) {
        if (!isAround(scope, id) && !mayRead(caller, id)) {
            return Optional.empty();
        }
        var run = runs.get(id.toLowerCase(Locale.ROOT));
        return run != null
                ? Optional.of(run.json())
                : ResourceId.tryParse(id).flatMap(cloud.estate()::find).map(StoredResource::json);
    }

    private static boolean isAround(Optional<ResourceId> scope, String id) {
        return scope.isPresent()
                && ResourceId.tryParse(id).filter(scope.get()::isUnder).isPresent();
    }

    private boolean mayRead(String caller, String id) {
        return ResourceId.tryParse(id)
                .filter(known -> access.may(caller, known.type().text() + "/read", known))
                .isPresent();
    }

    private ArmResponse delete(String id) {
        var run = runs.get(id.toLowerCase(Locale.ROOT));
        if (run == null) {
            return ArmResponse.empty(204);
        }
        if (run.isRunning()) {
            throw new ArmFault(
                    409,
                    "DeploymentActive",
                    "The deployment is still active and cannot be deleted.");
        }
        runs.remove(id.toLowerCase(Locale.ROOT));
        return ArmResponse.empty(204);
    }

    private ArmResponse cancel(String id) {
        var run = run(id);
        if (!run.isRunning()) {
            throw new ArmFault(
                    409,
                    "DeploymentCannotBeCanceled",
                    "The deployment is not active: it cannot be canceled.");
        }
        run.cancel();
        return ArmResponse.empty(204);
    }

    /// @param operation as the address names it; null where it names none
    private ArmResponse status(String id, @Nullable String operation) {
        var run = run(id);
        if (operation != null && !operation.equalsIgnoreCase(run.operation().name)) {
            throw new ArmFault(
                    404,
                    "DeploymentOperationNotFound",
                    "The deployment operation '" + operation + "' could not be found.");
        }
        return ArmResponse.of(200, run.status())
                .with("Retry-After", Integer.toString(cloud.settings().retryAfterSeconds()));
    }

    private ArmResponse operations(ArmRequest request, String id, @Nullable String wanted) {
        var all = new ArrayList<>(run(id).operations());
        if (wanted == null) {
            return cloud.page(request, all);
        }
        return all.stream()
                .filter(o -> o.get("operationId").textOr("").equalsIgnoreCase(wanted))
                .findFirst()
                .map(o -> ArmResponse.of(200, o))
                .orElseThrow(() ->
                        new ArmFault(
                                404,
                                "DeploymentOperationNotFound",
                                "The deployment operation '" + wanted + "' could not be found."));
    }
}
