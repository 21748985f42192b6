package io.muster.remediation;

import static io.muster.remediation.Estate.machine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.AzureConnection;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import io.muster.remediation.apply.OperationState;
import io.muster.remediation.apply.Sent;
import io.muster.remediation.apply.arm.AzureArm;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the adapter sends and how it reads answers, on a socket.
final class AzureArmTest {
    private record Asked(
            String method,
            String path,
            String query,
            String ifMatch,
            String correlation,
            Dynamic body) {}

    private record Reply(int status, List<String> headers, String body) {}

    private final List<Asked> asked = new ArrayList<>();
    private Function<Asked, Reply> answer = _ -> new Reply(500, List.of(), "");
    private HttpServer server;
    private AzureArm arm;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
        var settings = AzureSettings.of(URI.create(base()), new AzureCredential.StaticToken("t"));
        arm = new AzureArm(AzureConnection.open(settings));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String text =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var request =
                    new Asked(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getPath(),
                            String.valueOf(exchange.getRequestURI().getQuery()),
                            String.valueOf(exchange.getRequestHeaders().getFirst("If-Match")),
                            String.valueOf(
                                    exchange.getRequestHeaders()
                                            .getFirst("x-ms-correlation-request-id")),
                            text.isEmpty() ? Dynamic.NULL : Bench.json(text));
            synchronized (asked) {
                asked.add(request);
            }
            var reply = answer.apply(request);
            for (var header : reply.headers()) {
                int colon = header.indexOf(':');
                exchange.getResponseHeaders()
                        .add(header.substring(0, colon), header.substring(colon + 1));
            }
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        } catch (UncheckedIOException fault) {
            throw fault.getCause();
        }
    }

    private static ResourceChange.Patch patch(String entry) {
        var body =
                Bench.json(
                        "{'properties':{'applicationProfile':{'galleryApplications':["
                                + entry
                                + "]}}}");
        return new ResourceChange.Patch(
                machine(1),
                body,
                List.of(
                        new PropertyChange(
                                "properties/applicationProfile",
                                Dynamic.NULL,
                                body.path("properties", "applicationProfile"))));
    }

    @Test
    void aMachineIsReadWithItsInstanceViewAndEtag() throws Exception {
        answer = _ -> new Reply(200, List.of("ETag:\"7\""), "{\"id\":\"x\",\"odd\":[1]}");
        var read = arm.read(machine(1));
        assertThat(read.etag()).isEqualTo("\"7\"");
        assertThat(read.body().get("odd").items()).containsExactly(Dynamic.of(1));
        assertThat(asked.getFirst().path()).isEqualTo(machine(1).text());
        assertThat(asked.getFirst().query())
                .contains("$expand=instanceView")
                .contains("api-version=");
    }

    @Test
    void aUniformScaleSetIsReadWithAllPagesOfItsInstances() throws Exception {
        var set =
                ResourceId.parse(
                        Estate.GROUP.text()
                                + "/providers/Microsoft.Compute/virtualMachineScaleSets/s");
        answer =
                request ->
                        new Reply(
                                200,
                                List.of(),
                                request.query().contains("page2")
                                        ? "{\"value\":[{\"instanceId\":\"1\"}]}"
                                        : request.path().endsWith("/virtualMachines")
                                                ? "{\"value\":[{\"instanceId\":\"0\"}],\"nextLink\":\""
                                                        + base()
                                                        + set.text()
                                                        + "/virtualMachines?page2\"}"
                                                : "{\"etag\":\"\\\"e\\\"\",\"properties\":{}}");
        var read = arm.read(set);
        assertThat(read.instances()).hasSize(2);
        assertThat(read.etag()).isEqualTo("\"e\"");
    }

    @Test
    void aPatchCarriesItsEtagAndCorrelationAndNothingButTheProfile() throws Exception {
        answer =
                _ ->
                        new Reply(
                                200,
                                List.of(
                                        "Azure-AsyncOperation:" + base() + "/op/1",
                                        "Retry-After:3"),
                                "{\"id\":\"x\"}");
        var entry =
                "{'packageReferenceId':'"
                        + Estate.AGENT.text()
                        + "/versions/latest','order':1,'treatFailureAsDeploymentFailure':true}";

        var sent = arm.send(patch(entry), "\"7\"", "c-1");

        assertThat(sent).isEqualTo(new Sent.Started(base() + "/op/1", Duration.ofSeconds(3)));
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst().method()).isEqualTo("PATCH");
        assertThat(asked.getFirst().ifMatch()).isEqualTo("\"7\"");
        assertThat(asked.getFirst().correlation()).isEqualTo("c-1");
        assertThat(asked.getFirst().body()).isEqualTo(patch(entry).body());
    }

    @Test
    void whatTheSdkDoesNotKnowIsSentAllTheSame() throws Exception {
        answer = _ -> new Reply(200, List.of(), "{}");
        var entry = "{'packageReferenceId':'x','unheardOf':{'a':[1]}}";
        assertThat(arm.send(patch(entry), "\"7\"", "c")).isEqualTo(new Sent.Done());
        assertThat(asked.getFirst().body()).isEqualTo(patch(entry).body());
        assertThat(asked.getFirst().ifMatch()).isEqualTo("\"7\"");
        assertThat(asked.getFirst().correlation()).isEqualTo("c");
    }

    @Test
    void reapplyAndUpgradeAreFollowedByTheirLocation() throws Exception {
        answer = _ -> new Reply(202, List.of("Location:" + base() + "/res/1"), "");
        var sent = (Sent.Started) arm.send(new ResourceChange.Reapply(machine(1)), null, "c");
        assertThat(asked.getFirst().path()).endsWith("/reapply");
        assertThat(arm.poll(sent.operation())).isEqualTo(new OperationState.Running(Duration.ZERO));
        answer = _ -> new Reply(204, List.of(), "");
        assertThat(arm.poll(sent.operation())).isEqualTo(new OperationState.Succeeded());

        var set =
                ResourceId.parse(
                        Estate.GROUP.text()
                                + "/providers/Microsoft.Compute/virtualMachineScaleSets/s");
        answer = _ -> new Reply(200, List.of(), "");
        arm.send(new ResourceChange.UpgradeInstances(set, List.of("*")), null, "c");
        assertThat(asked.getLast().path()).endsWith("/manualupgrade");
        assertThat(asked.getLast().body()).isEqualTo(Bench.json("{'instanceIds':['*']}"));
    }

    @Test
    void aDeploymentIsSubmittedAndLookedUpByItsName() throws Exception {
        answer =
                _ ->
                        new Reply(
                                201,
                                List.of("Azure-AsyncOperation:" + base() + "/op/2"),
                                "{\"id\":\"d\"}");
        var deploy =
                new ResourceChange.Deploy(
                        machine(1),
                        Estate.GROUP,
                        "PolicyDeployment_1",
                        null,
                        Bench.json("{'$schema':'s','resources':[{'type':'a/b'}]}"),
                        Bench.json(
                                "{'n':{'value':3},'o':{'value':{'x':[true]}},'s':{'reference':{'keyVault':{'id':'/kv'},'secretName':'k','secretVersion':'1'}}}"),
                        "Incremental");

        var sent = arm.send(deploy, null, "c");

        assertThat(sent).isInstanceOf(Sent.Started.class);
        var request = asked.getFirst();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.path()).isEqualToIgnoringCase(deploy.deploymentId().text());
        var properties = request.body().get("properties");
        assertThat(properties.get("template")).isEqualTo(deploy.template());
        assertThat(properties.get("parameters")).isEqualTo(deploy.parameters());
        assertThat(properties.get("mode").textOr("")).isEqualTo("Incremental");

        answer =
                _ ->
                        new Reply(
                                200,
                                List.of(),
                                "{\"properties\":{\"provisioningState\":\"Failed\",\"error\":{\"code\":\"DeploymentFailed\",\"message\":\"At least one failed.\",\"details\":[{\"code\":\"X\",\"message\":\"No quota.\"}]}}}");
        assertThat(arm.deployment(deploy.deploymentId()))
                .contains(
                        new OperationState.Failed(
                                "DeploymentFailed", "At least one failed. No quota."));
        answer = _ -> new Reply(404, List.of(), "{\"error\":{\"code\":\"DeploymentNotFound\"}}");
        assertThat(arm.deployment(deploy.deploymentId())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "404, NotFound",
        "409, Conflict",
        "412, PreconditionFailed",
        "429, Throttled",
        "400, Refused",
        "403, Refused",
        "503, Unavailable"
    })
    void refusalsAreTyped(int status, String kind) {
        answer =
                _ ->
                        new Reply(
                                status,
                                List.of("Retry-After:9"),
                                "{\"error\":{\"code\":\"C\",\"message\":\"why\"}}");
        for (var call :
                List.<ThrowingCallable>of(
                        () -> arm.read(machine(1)),
                        () -> arm.send(patch("{'packageReferenceId':'x'}"), "e", "c"))) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            ArmException.class,
                            fault -> {
                                assertThat(fault.failure().getClass().getSimpleName())
                                        .isEqualTo(kind);
                                assertThat(fault.failure().message()).contains("why");
                                if (fault.failure().isPassing()) {
                                    assertThat(fault.failure().retryAfter())
                                            .isEqualTo(Duration.ofSeconds(9));
                                }
                            });
        }
    }

    @Test
    void noAnswerIsUnreachable() {
        server.stop(0);
        assertThatThrownBy(() -> arm.read(machine(1)))
                .isInstanceOfSatisfying(
                        ArmException.class,
                        fault ->
                                assertThat(fault.failure())
                                        .isInstanceOf(ArmFailure.Unreachable.class));
    }

    @Test
    void rightsAreReadWithAllTheirPagesAndWhomTheTokenIsOf() throws Exception {
        var claims =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                "{\"oid\":\"o-1\",\"appid\":\"a-1\"}"
                                        .getBytes(StandardCharsets.UTF_8));
        var known =
                new AzureArm(
                        AzureConnection.open(
                                AzureSettings.of(
                                        URI.create(base()),
                                        new AzureCredential.StaticToken("h." + claims + ".s"))));
        answer =
                request ->
                        new Reply(
                                200,
                                List.of(),
                                request.query().contains("page2")
                                        ? "{\"value\":[{\"actions\":[\"Microsoft.Compute/*\"],\"notActions\":[\"*/delete\"]}]}"
                                        : "{\"value\":[{\"actions\":[\"*/read\"],\"notActions\":[]}],\"nextLink\":\""
                                                + base()
                                                + request.path()
                                                + "?page2\"}");
        var rights = known.rights(Estate.GROUP).orElseThrow();
        assertThat(asked.getFirst().path())
                .isEqualTo(Estate.GROUP.text() + "/providers/Microsoft.Authorization/permissions");
        assertThat(rights.client()).isEqualTo("a-1");
        assertThat(rights.objectId()).isEqualTo("o-1");
        assertThat(rights.allows("Microsoft.Compute/virtualMachines/write")).isTrue();
        assertThat(rights.allows("microsoft.compute/virtualmachines/DELETE")).isFalse();
        assertThat(rights.allows("Microsoft.Network/networkInterfaces/read")).isTrue();
        assertThat(rights.allows("Microsoft.Network/networkInterfaces/write")).isFalse();
        // A token that is no JWT says nothing, and must not be told to anybody.
        assertThat(arm.rights(Estate.GROUP).orElseThrow().client()).isEmpty();
    }

    @Test
    void theCredentialGoesToNoOtherHost() throws Exception {
        answer =
                _ ->
                        new Reply(
                                200,
                                List.of("Azure-AsyncOperation:http://127.0.0.2:1/op"),
                                "{\"id\":\"x\"}");
        assertThat(arm.send(patch("{'packageReferenceId':'x'}"), "e", "c"))
                .isEqualTo(new Sent.Done());
        assertThatThrownBy(() -> arm.poll("http://127.0.0.2:1/op"))
                .hasMessageContaining("leads away from");
    }
}
