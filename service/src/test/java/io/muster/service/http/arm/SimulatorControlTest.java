package io.muster.service.http.arm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.service.cli.Muster;
import io.muster.service.cli.Streams;
import io.muster.service.demo.DemoEstate;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.estate.StateLimits;
import io.muster.simulator.estate.VirtualClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The simulator's own endpoints over a socket, and the command that asks them.
class SimulatorControlTest {
    private static final String SUBSCRIPTION =
            "/subscriptions/a1000000-0000-4000-8000-000000000001";
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
    private static final String VM = GROUP + "/providers/Microsoft.Compute/virtualMachines/vm1";
    private static final String GALLERY = GROUP + "/providers/Microsoft.Compute/galleries/gal";

    private final HttpClient client = HttpClient.newHttpClient();
    @TempDir private Path folder = Path.of("");
    private SimulatedAzureServer server;

    @BeforeEach
    void start() throws IOException {
        var azure = DemoEstate.empty(VirtualClock.stepped(Instant.parse("2026-11-21T00:00:00Z")));
        azure.seed(
                Dynamic.bag()
                        .put("id", SUBSCRIPTION)
                        .put("name", "Test")
                        .put("type", "Microsoft.Resources/subscriptions")
                        .put("subscriptionId", SUBSCRIPTION.substring(15))
                        .build());
        server =
                DemoEstate.start(
                                azure,
                                TlsMaterial.ensure(folder.resolve("tls"), Instant.now()),
                                0,
                                Optional.of(0),
                                new SimulatorLimits(
                                        new StateLimits(1 << 20, 1 << 16, 1000),
                                        2,
                                        Duration.ofDays(30)))
                        .server();
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private String url() {
        return server.httpUrl().orElseThrow().toString();
    }

    private HttpResponse<String> send(String url, String method, String path, String body)
            throws IOException, InterruptedException {
        String arm = path.startsWith("/_simulator") ? "" : "?api-version=2024-07-01";
        return client.send(
                HttpRequest.newBuilder(URI.create(url + path + arm))
                        .header("Authorization", "Bearer any")
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Dynamic json(String url, String method, String path, String body) throws Exception {
        var answer = send(url, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return answer.body().isEmpty() ? Dynamic.NULL : Json.parse(answer.body());
    }

    private void step(String url, String by) throws Exception {
        json(url, "POST", "/_simulator/clock", "{\"step\":\"" + by + "\"}");
    }

    private String state(String url) throws Exception {
        var answer = send(url, "GET", "/_simulator/state", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /// Until a version is published and a machine is about to install it.
    private void begin() throws Exception {
        json(url(), "PUT", GROUP, "{\"location\":\"westeurope\"}");
        json(url(), "PUT", GALLERY, "{\"location\":\"westeurope\",\"properties\":{}}");
        json(
                url(),
                "PUT",
                GALLERY + "/applications/agent",
                "{\"location\":\"westeurope\",\"properties\":{\"supportedOSType\":\"Linux\"}}");
        publish(url(), "1.0.0");
        json(
                url(),
                "PUT",
                VM,
                "{\"location\":\"westeurope\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}");
        step(url(), "PT10M");
        assign(url(), "1.0.0");
    }

    private void publish(String url, String version) throws Exception {
        json(
                url,
                "PUT",
                GALLERY + "/applications/agent/versions/" + version,
                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://packages.example/p/app\"},"
                        + "\"manageActions\":{\"install\":\"i\",\"remove\":\"r\"}}}}");
    }

    private void assign(String url, String version) throws Exception {
        json(
                url,
                "PATCH",
                VM,
                "{\"properties\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\""
                        + GALLERY
                        + "/applications/agent/versions/"
                        + version
                        + "\"}]}}}");
    }

    private String message(String url) throws Exception {
        return Json.write(json(url, "GET", VM + "/instanceView", ""));
    }

    @Test
    void forkLivesBesideTheOriginalAndTheSameStepsGiveTheSameHistory() throws Exception {
        begin();
        var fork =
                json(url(), "POST", "/_simulator/forks", "{\"name\":\"what-if\",\"httpPort\":0}");
        String twin = fork.get("httpUrl").textOr("");
        assertThat(twin).isNotEqualTo(url());
        assertThat(fork.get("url").textOr("")).startsWith("https://127.0.0.1:");
        assertThat(state(twin)).isEqualTo(state(url())).contains("\"applyMachine\"");
        for (String at : List.of(url(), twin)) {
            step(at, "PT1M");
            assertThat(message(at)).contains("VMAppExtension", "agent");
            publish(at, "2.0.0");
            step(at, "PT10M");
            assign(at, "2.0.0");
            step(at, "PT10M");
        }
        assertThat(state(twin)).isEqualTo(state(url()));
        // From here each goes its own way.
        assertThat(send(twin, "DELETE", VM, "").statusCode()).isEqualTo(202);
        step(twin, "PT10M");
        assertThat(send(twin, "GET", VM, "").statusCode()).isEqualTo(404);
        assertThat(send(url(), "GET", VM, "").statusCode()).isEqualTo(200);
        assertThat(json(url(), "GET", "/_simulator", "").get("forks").items()).hasSize(1);
        assertThat(send(url(), "DELETE", "/_simulator/forks/what-if", "").statusCode())
                .isEqualTo(204);
        assertThat(json(url(), "GET", "/_simulator/forks", "").get("value").items()).isEmpty();
    }

    @Test
    void stateGoesOutAndComesBackWithItsTimeAndWhatWasUnderWay() throws Exception {
        begin();
        String before = state(url());
        step(url(), "PT1H");
        assertThat(send(url(), "DELETE", GALLERY + "/applications/agent", "").statusCode())
                .isNotEqualTo(404);
        var status = json(url(), "PUT", "/_simulator/state", before);
        assertThat(status.get("time").textOr("")).isEqualTo("2026-11-21T00:10:00Z");
        assertThat(state(url())).isEqualTo(before);
        step(url(), "PT1M");
        assertThat(message(url())).contains("VMAppExtension");
    }

    @Test
    void badStatesAreRefusedWithThePlaceAndChangeNothing() throws Exception {
        begin();
        String good = state(url());
        var lines = good.lines().toList();
        refused("", "the state is empty");
        refused("nonsense", "entry 1: ");
        refused("[1]", "entry 1: a JSON object was expected");
        refused("{\"kind\":\"resource\"}", "a state begins with 'simulatedAzure'");
        refused(lines.getFirst().replace("\"form\":3", "\"form\":9"), "forms 2 to 3");
        refused(
                lines.getFirst().replace("\"time\":\"2026", "\"time\":\"soon"),
                "entry 1: Text 'soon");
        refused(lines.getFirst(), "entry 2: the state is cut off");
        refused(
                String.join("\n", lines.subList(0, lines.size() - 1)),
                "the state is cut off: its last entry must be 'end'");
        refused(
                Stream.concat(lines.stream().limit(2), lines.stream().skip(3))
                        .reduce("", (a, b) -> a + b + "\n"),
                "entries came before it");
        refused(good + "{\"kind\":\"resource\"}", "nothing may follow");
        refused(lines.getFirst() + "\n{\"kind\":\"elephant\"}", "entry 2: 'elephant' is no part");
        refused(
                lines.getFirst() + "\n{\"kind\":\"resource\",\"of\":{\"json\":{\"id\":\"x\"}}}",
                "entry 2: 'x' is no resource id");
        refused(
                lines.getFirst() + "\n{\"kind\":\"task\",\"of\":{\"due\":\"soon\",\"task\":{}}}",
                "entry 2: ");
        refused("{\"a\":\"" + "x".repeat(1 << 16) + "\"}", "an entry has at most 65536 bytes");
        refused("{}\n".repeat(2000), "a state begins with");
        refused(good + "\n".repeat(1 << 20), "a state has at most 1048576 bytes");
        assertThat(state(url())).isEqualTo(good);
    }

    private void refused(String body, String why) throws Exception {
        var answer = send(url(), "PUT", "/_simulator/state", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = Json.parse(answer.body()).get("error");
        assertThat(error.get("code").textOr("")).isEqualTo("InvalidState");
        assertThat(error.get("message").textOr("")).contains(why);
    }

    @Test
    void packedStateIsTakenAndOneThatIsCutIsRefused() throws Exception {
        begin();
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(state(url()).getBytes(StandardCharsets.UTF_8));
        }
        byte[] whole = packed.toByteArray();
        assertThat(put(whole)).isEqualTo(200);
        assertThat(put(Arrays.copyOf(whole, whole.length / 2))).isEqualTo(400);
    }

    private int put(byte[] body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(url() + "/_simulator/state"))
                                .header("Authorization", "Bearer any")
                                .header("Content-Type", "application/x-ndjson")
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void whatTheSimulatorCannotDoIsRefused() throws Exception {
        assertThat(code("POST", "/_simulator/clock", "{\"step\":\"soon\"}"))
                .isEqualTo("InvalidRequestContent");
        assertThat(code("POST", "/_simulator/clock", "{\"step\":\"-PT1S\"}"))
                .isEqualTo("InvalidRequestContent");
        assertThat(code("POST", "/_simulator/clock", "{\"step\":\"P31D\"}"))
                .isEqualTo("InvalidRequestContent");
        assertThat(code("POST", "/_simulator/clock", "[]")).isEqualTo("InvalidRequestContent");
        assertThat(code("POST", "/_simulator/forks", "{\"name\":\"../x\"}"))
                .isEqualTo("InvalidRequestContent");
        assertThat(code("POST", "/_simulator/forks", "{\"httpsPort\":70000}"))
                .isEqualTo("InvalidRequestContent");
        assertThat(
                        code(
                                "POST",
                                "/_simulator/forks",
                                "{\"httpsPort\":" + server.httpsUrl().getPort() + "}"))
                .isEqualTo("PortTaken");
        json(url(), "POST", "/_simulator/forks", "{\"name\":\"one\"}");
        assertThat(code("POST", "/_simulator/forks", "{\"name\":\"ONE\"}")).isEqualTo("ForkExists");
        json(url(), "POST", "/_simulator/forks", "");
        assertThat(code("POST", "/_simulator/forks", "")).isEqualTo("TooManyForks");
        assertThat(code("DELETE", "/_simulator/forks/none", "")).isEqualTo("ForkNotFound");
        assertThat(code("GET", "/_simulator/elephants", "")).isEqualTo("NotFound");
        var stranger =
                client.send(
                        HttpRequest.newBuilder(URI.create(url() + "/_simulator/state")).build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(stranger.statusCode()).isEqualTo(401);
    }

    private List<Integer> statuses(int requests) throws Exception {
        var out = new ArrayList<Integer>();
        for (int i = 0; i < requests; i++) {
            out.add(send(url(), "GET", SUBSCRIPTION, "").statusCode());
        }
        return out;
    }

    @Test
    void requestFaultsAreSwitchedOnAndOffAndAreTheSameForASeed() throws Exception {
        assertThat(json(url(), "GET", "/_simulator/faults", "").get("requests").get("failed"))
                .isEqualTo(Dynamic.of(0));
        String faults =
                "{\"seed\":7,\"requests\":{\"throttled\":300,\"failed\":300,\"retryAfterSeconds\":3}}";
        assertThat(json(url(), "PUT", "/_simulator/faults", faults).get("seed"))
                .isEqualTo(Dynamic.of(7));
        var first = statuses(30);
        assertThat(first).contains(200, 429, 500);
        json(url(), "PUT", "/_simulator/faults", faults);
        assertThat(statuses(30)).isEqualTo(first);
        json(
                url(),
                "PUT",
                "/_simulator/faults",
                "{\"requests\":{\"throttled\":1000,\"retryAfterSeconds\":3}}");
        assertThat(send(url(), "GET", SUBSCRIPTION, "").headers().firstValue("Retry-After"))
                .contains("3");
        json(url(), "PUT", "/_simulator/faults", "{}");
        assertThat(statuses(10)).containsOnly(200);
    }

    @Test
    void answersAreLostCutAndLateOnTheWire() throws Exception {
        json(url(), "PUT", "/_simulator/faults", "{\"wire\":{\"dropped\":1000}}");
        assertThatThrownBy(() -> send(url(), "GET", SUBSCRIPTION, ""))
                .isInstanceOf(IOException.class);
        json(url(), "PUT", "/_simulator/faults", "{\"wire\":{\"truncated\":1000}}");
        assertThatThrownBy(() -> send(url(), "GET", SUBSCRIPTION, ""))
                .isInstanceOf(IOException.class);
        json(
                url(),
                "PUT",
                "/_simulator/faults",
                "{\"wire\":{\"slow\":1000,\"slowBy\":\"PT0.01S\"}}");
        assertThat(statuses(1)).containsExactly(200);
    }

    @Test
    void commandsOfAVersionFailAsWasSaidAndStatesAndForksKeepIt() throws Exception {
        String version = GALLERY + "/applications/agent/versions/1.0.0";
        String faults =
                "{\"guests\":{\"versions\":{\"%s\":\"Install=1000, InstallSeconds=60\"}}}"
                        .formatted(version.toLowerCase(Locale.ROOT));
        json(url(), "PUT", "/_simulator/faults", faults);
        begin();
        String twin =
                json(url(), "POST", "/_simulator/forks", "{\"httpPort\":0}")
                        .get("httpUrl")
                        .textOr("");
        assertThat(json(twin, "GET", "/_simulator/faults", "").path("guests", "versions").members())
                .hasSize(1);
        for (String each : List.of(url(), twin)) {
            step(each, "PT10M");
            assertThat(send(each, "GET", VM + "/instanceView", "").body())
                    .contains("Install FAILED");
        }
        String state = state(url());
        json(url(), "PUT", "/_simulator/faults", "{}");
        assertThat(put(state.getBytes(StandardCharsets.UTF_8))).isEqualTo(200);
        assertThat(
                        json(url(), "GET", "/_simulator/faults", "")
                                .path("guests", "versions")
                                .members())
                .containsKey(version.toLowerCase(Locale.ROOT));
    }

    @Test
    void faultsThatAreNoneAreRefusedAndChangeNothing() throws Exception {
        json(url(), "PUT", "/_simulator/faults", "{\"requests\":{\"failed\":1}}");
        for (String wrong :
                List.of(
                        "[]",
                        "{\"request\":{}}",
                        "{\"requests\":{\"fail\":1}}",
                        "{\"requests\":{\"failed\":1001}}",
                        "{\"requests\":{\"failed\":-1}}",
                        "{\"requests\":{\"failed\":600,\"throttled\":600}}",
                        "{\"requests\":{\"failed\":\"many\"}}",
                        "{\"wire\":{\"slow\":1,\"slowBy\":\"soon\"}}",
                        "{\"wire\":{\"slow\":1,\"slowBy\":\"PT2M\"}}",
                        "{\"guests\":{\"versions\":{\"agent\":\"Install=1\"}}}",
                        "{\"guests\":{\"versions\":{\"%s/applications/a/versions/1.0.0\":\"Instal=1\"}}}"
                                .formatted(GALLERY))) {
            assertThat(code("PUT", "/_simulator/faults", wrong))
                    .as(wrong)
                    .isEqualTo("InvalidRequestContent");
        }
        assertThat(json(url(), "GET", "/_simulator/faults", "").get("requests").get("failed"))
                .isEqualTo(Dynamic.of(1));
    }

    @Test
    void commandShowsAndSwitchesFaults() throws Exception {
        var file = folder.resolve("faults.json");
        Files.writeString(file, "{\"requests\":{\"failed\":1000}}");
        assertThat(muster(0, "faults")).contains("\"failed\"");
        assertThat(muster(0, "faults", file.toString())).contains("1000");
        assertThat(statuses(1)).containsExactly(500);
        Files.writeString(file, "{\"requests\":{\"failed\":\"x\"}}");
        assertThat(muster(2, "faults", file.toString())).contains("requests.failed");
    }

    private String code(String method, String path, String body) throws Exception {
        return Json.parse(send(url(), method, path, body).body()).path("error", "code").textOr("");
    }

    private String muster(int exit, String... args) {
        var line =
                Stream.of(
                                Stream.of("simulate"),
                                Stream.of(args),
                                Stream.of(
                                        "--data",
                                        folder.toString(),
                                        "--arm",
                                        server.httpsUrl().toString()))
                        .flatMap(part -> part)
                        .toArray(String[]::new);
        var said = new ByteArrayOutputStream();
        var to = new PrintStream(said, true, StandardCharsets.UTF_8);
        var streams = new Streams(new ByteArrayInputStream(new byte[0]), to, to);
        assertThat(Muster.run(streams, InstantSource.system(), line))
                .as(said.toString(StandardCharsets.UTF_8))
                .isEqualTo(exit);
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void commandStepsExportsForksAndImports() throws Exception {
        begin();
        var file = folder.resolve("state.ndjson.gz");
        assertThat(muster(0, "status")).contains("2026-11-21T00:10:00Z");
        assertThat(muster(0, "fork", "before", "--http-port", "0")).contains("before", "https://");
        assertThat(muster(0, "export", file.toString())).contains("bytes");
        assertThat(Files.readAllBytes(file)).startsWith(0x1f, 0x8b);
        assertThat(muster(0, "step", "PT1H")).contains("2026-11-21T01:10:00Z");
        assertThat(muster(0, "status", "--fork", "before")).contains("2026-11-21T00:10:00Z");
        assertThat(muster(0, "forks")).contains("before");
        assertThat(muster(0, "import", file.toString())).contains("2026-11-21T00:10:00Z");
        assertThat(muster(0, "drop", "before")).isEmpty();
        assertThat(muster(2, "status", "--fork", "before")).contains("there is no fork 'before'");
        Files.writeString(file, "nonsense");
        assertThat(muster(2, "import", file.toString())).contains("InvalidState", "entry 1");
        assertThat(muster(0, "export", "-")).contains("\"simulatedAzure\"", "\"end\"");
    }
}
