package io.muster.remediation.apply.arm;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.rest.Response;
import com.azure.core.util.Context;
import com.azure.json.JsonProviders;
import com.azure.resourcemanager.compute.ComputeManager;
import com.azure.resourcemanager.compute.fluent.ComputeManagementClient;
import com.azure.resourcemanager.compute.fluent.models.VirtualMachineUpdateInner;
import com.azure.resourcemanager.compute.models.VirtualMachineScaleSetVMInstanceRequiredIDs;
import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.resourcemanager.resources.fluent.DeploymentsClient;
import com.azure.resourcemanager.resources.fluent.models.DeploymentInner;
import com.azure.resourcemanager.resources.models.DeploymentMode;
import com.azure.resourcemanager.resources.models.DeploymentParameter;
import com.azure.resourcemanager.resources.models.DeploymentProperties;
import com.azure.resourcemanager.resources.models.KeyVaultParameterReference;
import com.azure.resourcemanager.resources.models.KeyVaultReference;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.AzureConnection;
import io.muster.inventory.vm.Machine;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Rights;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// [ArmPort] by the Azure SDKs. Safe for many threads; blocks, so it belongs on virtual ones.
public final class AzureArm implements ArmPort {
    private static final HttpHeaderName ASYNC_OPERATION =
            HttpHeaderName.fromString("Azure-AsyncOperation");

    private static final String PERMISSIONS = "2022-04-01";

    /// What marks an operation that is asked by its status code, not its body.
    private static final String BY_LOCATION = "location:";

    /// Pages of instances of one scale set: more than Azure's largest set has.
    private static final int MAX_PAGES = 100;

    private final AzureConnection connection;
    private final HttpPipeline pipeline;
    private final URI endpoint;
    private final ApiVersions versions;
    private final Map<String, ComputeManagementClient> compute = new ConcurrentHashMap<>();
    private final Map<String, DeploymentsClient> deployments = new ConcurrentHashMap<>();

    public AzureArm(AzureConnection connection) {
        this.connection = connection;
        this.pipeline = Correlation.before(connection.pipeline());
        this.endpoint =
                URI.create(connection.profile(null).getEnvironment().getResourceManagerEndpoint());
        this.versions =
                new ApiVersions(path -> get(address(path, ApiVersions.RESOURCES, "")).json());
    }

    /// An answer with a status of 2xx.
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Answer(int status, HttpHeaders headers, byte[] body) {
        Dynamic json() throws ArmException {
            try {
                return Json.parse(body);
            } catch (JsonException cut) {
                throw new ArmException(
                        new ArmFailure.Unreachable("the answer is no JSON: " + cut.getMessage()),
                        cut);
            }
        }
    }

    @Override
    public ArmResource read(ResourceId id) throws ArmException, InterruptedException {
        boolean machine = id.isOfType(Machine.VM_TYPE);
        var answer =
                get(address(id.text(), versions.of(id), machine ? "&$expand=instanceView" : ""));
        var body = answer.json();
        @Nullable String header = answer.headers().getValue(HttpHeaderName.ETAG);
        String etag = header == null ? body.getIgnoreCase("etag").asText().orElse(null) : header;
        boolean uniform =
                id.isOfType(Machine.SCALE_SET_TYPE)
                        && !body.getIgnoreCase("properties")
                                .getIgnoreCase("orchestrationMode")
                                .textOr("Uniform")
                                .equalsIgnoreCase("Flexible");
        return new ArmResource(id, body, etag, uniform ? instances(id) : List.of());
    }

    private List<Dynamic> instances(ResourceId scaleSet) throws ArmException, InterruptedException {
        List<Dynamic> found = new ArrayList<>();
        URI page =
                address(
                        scaleSet.text() + "/virtualMachines",
                        ApiVersions.COMPUTE,
                        "&$expand=instanceView");
        for (int i = 0; i < MAX_PAGES; i++) {
            var list = get(page).json();
            found.addAll(list.getIgnoreCase("value").items());
            var next = list.getIgnoreCase("nextLink").asText();
            if (next.isEmpty()) {
                return found;
            }
            page = own(next.get());
        }
        throw new ArmException(
                new ArmFailure.Refused(
                        400, "TooManyPages", scaleSet.text() + " lists instances without end."));
    }

    @Override
    public Sent send(ResourceChange change, @Nullable String ifMatch, String correlationId)
            throws ArmException, InterruptedException {
        return switch (change) {
            case ResourceChange.Patch patch when patch.target().isOfType(Machine.VM_TYPE) ->
                    patchMachine(patch, ifMatch, correlationId);
            case ResourceChange.Patch patch -> patch(patch, ifMatch, correlationId);
            case ResourceChange.Reapply(var id) ->
                    sent(
                            compute(id)
                                    .getVirtualMachines()
                                    .reapplyWithResponseAsync(group(id), id.name()),
                            correlationId);
            case ResourceChange.UpgradeInstances(var id, var ids) ->
                    sent(
                            compute(id)
                                    .getVirtualMachineScaleSets()
                                    .updateInstancesWithResponseAsync(
                                            group(id),
                                            id.name(),
                                            new VirtualMachineScaleSetVMInstanceRequiredIDs()
                                                    .withInstanceIds(ids)),
                            correlationId);
            case ResourceChange.Deploy deploy -> deploy(deploy, correlationId);
        };
    }

    private Sent patchMachine(
            ResourceChange.Patch patch, @Nullable String ifMatch, String correlationId)
            throws ArmException, InterruptedException {
        var model = model(patch.body());
        if (model.isEmpty()) {
            return patch(patch, ifMatch, correlationId);
        }
        var id = patch.target();
        return sent(
                compute(id)
                        .getVirtualMachines()
                        .updateWithResponseAsync(group(id), id.name(), model.get(), ifMatch, null),
                correlationId);
    }

    /// The SDK's model of a PATCH; empty when the SDK does not know all of it and would lose the rest.
    private static Optional<VirtualMachineUpdateInner> model(Dynamic body) {
        try (var reader = JsonProviders.createReader(Json.write(body))) {
            var model = VirtualMachineUpdateInner.fromJson(reader);
            var back = Json.parse(model.toJsonString());
            return back.equals(body) ? Optional.of(model) : Optional.empty();
        } catch (IOException | JsonException notItsShape) {
            return Optional.empty();
        }
    }

    private Sent patch(ResourceChange.Patch patch, @Nullable String ifMatch, String correlationId)
            throws ArmException, InterruptedException {
        var id = patch.target();
        var request =
                new HttpRequest(
                                HttpMethod.PATCH,
                                address(id.text(), versions.of(id), "").toString())
                        .setHeader(HttpHeaderName.CONTENT_TYPE, "application/json")
                        .setHeader(HttpHeaderName.ACCEPT, "application/json")
                        .setBody(Json.write(patch.body()));
        if (ifMatch != null) {
            request.setHeader(HttpHeaderName.IF_MATCH, ifMatch);
        }
        var answer = exchange(request, correlationId);
        return sent(answer.status(), answer.headers());
    }

    /// A value, or where in a key vault the secret is that Azure reads itself.
    private static DeploymentParameter parameter(Dynamic given) {
        var reference = given.getIgnoreCase("reference");
        if (reference.isNull()) {
            return new DeploymentParameter().withValue(plain(given.get("value")));
        }
        var secret =
                new KeyVaultParameterReference()
                        .withKeyVault(
                                new KeyVaultReference()
                                        .withId(
                                                reference
                                                        .getIgnoreCase("keyVault")
                                                        .getIgnoreCase("id")
                                                        .textOr("")))
                        .withSecretName(reference.getIgnoreCase("secretName").textOr(""));
        reference.getIgnoreCase("secretVersion").asText().ifPresent(secret::withSecretVersion);
        return new DeploymentParameter().withReference(secret);
    }

    private Sent deploy(ResourceChange.Deploy deploy, String correlationId)
            throws ArmException, InterruptedException {
        Map<String, DeploymentParameter> parameters = new LinkedHashMap<>();
        deploy.parameters()
                .members()
                .forEach((name, parameter) -> parameters.put(name, parameter(parameter)));
        var deployment =
                new DeploymentInner()
                        .withProperties(
                                new DeploymentProperties()
                                        .withMode(
                                                deploy.mode().equalsIgnoreCase("Complete")
                                                        ? DeploymentMode.COMPLETE
                                                        : DeploymentMode.INCREMENTAL)
                                        .withTemplate(plain(deploy.template()))
                                        .withParameters(parameters));
        if (deploy.location() != null) {
            deployment.withLocation(deploy.location());
        }
        var client =
                deployments.computeIfAbsent(
                        subscription(deploy.scope()),
                        id ->
                                ResourceManager.authenticate(pipeline, connection.profile(id))
                                        .withSubscription(id)
                                        .deploymentClient()
                                        .getDeployments());
        var group = deploy.scope().resourceGroup();
        return sent(
                group.isPresent()
                        ? client.createOrUpdateWithResponseAsync(
                                group.get(), deploy.name(), deployment)
                        : client.createOrUpdateAtSubscriptionScopeWithResponseAsync(
                                deploy.name(), deployment),
                correlationId);
    }

    /// JSON as the maps and lists that the SDK takes for free-form values.
    private static @Nullable Object plain(Dynamic value) {
        return switch (value) {
            case Dynamic.Null() -> null;
            case Dynamic.Bool(var yes) -> yes;
            case Dynamic.Whole(var number) -> number;
            case Dynamic.Real(var number) -> number;
            case Dynamic.Decimal(var number) -> number;
            case Dynamic.Text(var text) -> text;
            case Dynamic.Array(var items) -> {
                List<@Nullable Object> list = new ArrayList<>();
                items.forEach(item -> list.add(plain(item)));
                yield list;
            }
            case Dynamic.Bag(var members) -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                members.forEach((name, member) -> map.put(name, plain(member)));
                yield map;
            }
            case Dynamic.DateTime _, Dynamic.Span _, Dynamic.Guid _ ->
                    throw new IllegalArgumentException("no JSON value: " + value);
        };
    }

    private Sent sent(Mono<Response<Flux<ByteBuffer>>> call, String correlationId)
            throws ArmException, InterruptedException {
        try {
            var response =
                    call.contextWrite(context -> context.put(Correlation.KEY, correlationId))
                            .block();
            if (response == null) {
                throw new ArmException(new ArmFailure.Unreachable("there was no answer"));
            }
            if (response.getValue() != null) {
                // The body is not needed, but the connection is free only once it was read.
                response.getValue().blockLast();
            }
            return sent(response.getStatusCode(), response.getHeaders());
        } catch (RuntimeException fault) {
            throw Failures.of(fault);
        }
    }

    /// A link that leads elsewhere is not followed: the change was taken all the same, and the resource
    /// itself shows when it is done.
    private Sent sent(int status, HttpHeaders headers) {
        @Nullable Duration wait =
                headers.getValue(HttpHeaderName.RETRY_AFTER) == null
                        ? null
                        : Failures.retryAfter(headers);
        @Nullable String operation = headers.getValue(ASYNC_OPERATION);
        if (operation != null) {
            return ownIfAny(operation)
                    .<Sent>map(uri -> new Sent.Started(uri.toString(), wait))
                    .orElseGet(Sent.Done::new);
        }
        @Nullable String location = headers.getValue(HttpHeaderName.LOCATION);
        return location == null || status != 202
                ? new Sent.Done()
                : ownIfAny(location)
                        .<Sent>map(uri -> new Sent.Started(BY_LOCATION + uri, wait))
                        .orElseGet(Sent.Done::new);
    }

    @Override
    public OperationState poll(String operation) throws ArmException, InterruptedException {
        if (operation.startsWith(BY_LOCATION)) {
            var answer = get(own(operation.substring(BY_LOCATION.length())));
            return answer.status() == 202
                    ? new OperationState.Running(Failures.retryAfter(answer.headers()))
                    : new OperationState.Succeeded();
        }
        var answer = get(own(operation));
        var body = answer.json();
        return state(
                body.getIgnoreCase("status").textOr(""),
                body.getIgnoreCase("error"),
                Failures.retryAfter(answer.headers()));
    }

    @Override
    public Optional<OperationState> deployment(ResourceId deploymentId)
            throws ArmException, InterruptedException {
        try {
            var properties =
                    get(address(deploymentId.text(), ApiVersions.RESOURCES, ""))
                            .json()
                            .getIgnoreCase("properties");
            return Optional.of(
                    state(
                            properties.getIgnoreCase("provisioningState").textOr(""),
                            properties.getIgnoreCase("error"),
                            Duration.ZERO));
        } catch (ArmException fault) {
            if (fault.failure() instanceof ArmFailure.NotFound) {
                return Optional.empty();
            }
            throw fault;
        }
    }

    private static OperationState state(String status, Dynamic error, Duration retryAfter) {
        return switch (status.toLowerCase(Locale.ROOT)) {
            case "succeeded" -> new OperationState.Succeeded();
            case "failed" ->
                    new OperationState.Failed(
                            error.getIgnoreCase("code").textOr("OperationFailed"),
                            Failures.message(error));
            case "canceled", "cancelled" -> new OperationState.Canceled();
            default -> new OperationState.Running(retryAfter);
        };
    }

    @Override
    public Optional<Rights> rights(ResourceId scope) throws ArmException, InterruptedException {
        var request =
                new HttpRequest(
                                HttpMethod.GET,
                                address(
                                                scope.text()
                                                        + "/providers/Microsoft.Authorization/permissions",
                                                PERMISSIONS,
                                                "")
                                        .toString())
                        .setHeader(HttpHeaderName.ACCEPT, "application/json");
        List<Rights.Permission> found = new ArrayList<>();
        for (int i = 0; i < MAX_PAGES; i++) {
            var list = exchange(request, "").json();
            for (var permission : list.getIgnoreCase("value").items()) {
                found.add(
                        new Rights.Permission(
                                texts(permission.getIgnoreCase("actions")),
                                texts(permission.getIgnoreCase("notActions"))));
            }
            var next = list.getIgnoreCase("nextLink").asText().filter(link -> !link.isEmpty());
            if (next.isEmpty()) {
                var bearer = Bearer.of(request.getHeaders().getValue(HttpHeaderName.AUTHORIZATION));
                return Optional.of(new Rights(bearer.client(), bearer.objectId(), found));
            }
            request.setUrl(own(next.get()).toString());
        }
        return Optional.empty();
    }

    private static List<String> texts(Dynamic array) {
        return array.items().stream().flatMap(text -> text.asText().stream()).toList();
    }

    private Answer get(URI address) throws ArmException, InterruptedException {
        return exchange(
                new HttpRequest(HttpMethod.GET, address.toString())
                        .setHeader(HttpHeaderName.ACCEPT, "application/json"),
                "");
    }

    private Answer exchange(HttpRequest request, String correlationId)
            throws ArmException, InterruptedException {
        var context =
                correlationId.isEmpty()
                        ? Context.NONE
                        : new Context(Correlation.KEY, correlationId);
        byte[] body;
        int status;
        HttpHeaders headers;
        try (var response = pipeline.sendSync(request, context)) {
            status = response.getStatusCode();
            headers = response.getHeaders();
            body = response.getBodyAsBinaryData().toBytes();
        } catch (RuntimeException fault) {
            throw Failures.of(fault);
        }
        if (status / 100 != 2) {
            throw Failures.of(status, headers, new String(body, StandardCharsets.UTF_8));
        }
        return new Answer(status, headers, body);
    }

    private URI address(String path, String apiVersion, String more) {
        var out = new StringBuilder();
        for (var segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                out.append('/')
                        .append(
                                URLEncoder.encode(segment, StandardCharsets.UTF_8)
                                        .replace("+", "%20"));
            }
        }
        return endpoint.resolve(out + "?api-version=" + apiVersion + more);
    }

    /// An address that an answer names. The credential goes to no other host than the endpoint's.
    private URI own(String address) throws ArmException {
        return ownIfAny(address)
                .orElseThrow(() ->
                        new ArmException(
                                new ArmFailure.Refused(
                                        400,
                                        "ForeignLink",
                                        "'" + address + "' leads away from " + endpoint + ".")));
    }

    private Optional<URI> ownIfAny(String address) {
        try {
            var uri = endpoint.resolve(address);
            return endpoint.getAuthority().equalsIgnoreCase(uri.getAuthority())
                            && endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private ComputeManagementClient compute(ResourceId id) {
        return compute.computeIfAbsent(
                subscription(id),
                subscription ->
                        ComputeManager.authenticate(pipeline, connection.profile(subscription))
                                .serviceClient());
    }

    private static String subscription(ResourceId id) {
        return id.subscriptionId().orElseThrow();
    }

    private static String group(ResourceId id) {
        return id.resourceGroup().orElseThrow();
    }
}
