package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/// What a user is told of a server's answers that hold nothing or refuse.
class ServerWordsTest {
    private static final String MACHINE =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm";

    private record Run(int code, String asked, String out, String err) {}

    /// @param body of every answer; `URL` in the words of the command is the server's address
    private static Run muster(int status, String body, String... words) throws IOException {
        return answered(status, body, new StringBuilder(), words);
    }

    /// @param path is told the decoded path of the first request
    private static Run answered(int status, String body, StringBuilder path, String... words)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var asked = new ConcurrentLinkedQueue<String>();
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        asked.add(
                                new String(
                                        exchange.getRequestBody().readAllBytes(),
                                        StandardCharsets.UTF_8));
                        if (path.isEmpty()) {
                            path.append(exchange.getRequestURI().getPath());
                        }
                        exchange.getResponseHeaders().add("x-muster-policies", "0");
                        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
        server.start();
        try {
            for (int i = 0; i < words.length; i++) {
                words[i] =
                        words[i].replace(
                                "URL", "http://127.0.0.1:" + server.getAddress().getPort());
            }
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            int code =
                    Muster.run(
                            new Streams(
                                    new ByteArrayInputStream(new byte[0]),
                                    new PrintStream(out, true, StandardCharsets.UTF_8),
                                    new PrintStream(err, true, StandardCharsets.UTF_8)),
                            InstantSource.system(),
                            words);
            return new Run(
                    code,
                    String.join("\n", asked),
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aPlaceThatTheServerNamesIsShownInTheQuery() throws Exception {
        var run =
                muster(
                        400,
                        """
                        {"error":{"code":"BadRequest","message":"Please provide below info","details":[
                         {"code":"InvalidQuery","message":"Query is invalid."},
                         {"code":"InvalidColumnNames","message":"There is no 'tpye'.","line":2,"characterPositionInLine":8,"token":"'tpye'"}]}}\
                        """,
                        "query",
                        "--server",
                        "URL",
                        "resources\n| where tpye == 1");
        assertThat(run.err())
                .isEqualToNormalizingNewlines(
                        """
                        error InvalidColumnNames 2:9  There is no 'tpye'.
                          | where tpye == 1
                                  ^^^^
                        """);
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void parametersAreSentWithTheTypesTheyAreDeclaredWith() throws Exception {
        String answer = "{\"totalRecords\":0,\"data\":{\"columns\":[],\"rows\":[]}}";
        String declared = "declare query_parameters(v:string); resources | where v == n";
        var run =
                muster(
                        200,
                        answer,
                        "query",
                        "--server",
                        "URL",
                        "--param",
                        "v=1.10",
                        "--param",
                        "n=1.10",
                        declared);
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.FINE);
        assertThat(run.asked()).contains("\"v\":\"1.10\"", "\"n\":1.1");
        var spliced =
                muster(
                        200,
                        answer,
                        "query",
                        "--server",
                        "URL",
                        "--param",
                        "v=1.10",
                        "{{/subscriptions/s/resourceGroups/g/providers/Microsoft.ResourceGraph/queries/q}} | take 1");
        assertThat(spliced.asked()).contains("\"v\":\"1.10\"");
        assertThat(
                        muster(200, answer, "query", "--server", "URL", "--param", "w=1", declared)
                                .err())
                .contains("--param w: the query has no such name");
    }

    @Test
    void whatHasNoPlaceIsSaidOnce() throws Exception {
        var run =
                muster(
                        400,
                        """
                        {"error":{"code":"BadRequest","message":"The request is invalid: not known.",
                         "details":[{"code":"InstantNotAvailable","message":"not known."}]}}\
                        """,
                        "query",
                        "--server",
                        "URL",
                        "resources");
        assertThat(run.err().strip())
                .isEqualTo(
                        "error: the server answered 400 BadRequest: The request is invalid: not known.");
    }

    @Test
    void aPlaceBeyondTheQueryIsItsEnd() throws Exception {
        var run =
                muster(
                        400,
                        """
                        {"error":{"code":"BadRequest","details":[
                         {"code":"ParserFailure","message":"It ends.","line":9,"characterPositionInLine":99,"token":"<EOF>"}]}}\
                        """,
                        "query",
                        "--server",
                        "URL",
                        "resources |");
        assertThat(run.err()).contains("ParserFailure 1:12  It ends.");
    }

    @Test
    void aDeletionOfNothingIsNoDeletion() throws Exception {
        var run = muster(204, "", "remediate", "delete", "none", "--scope", "s", "--server", "URL");
        assertThat(run.out().strip()).isEqualTo("there is no 'none' to delete");
        assertThat(run.code()).isEqualTo(ExitCode.FINE);
    }

    @Test
    void aListOfNothingSaysSoBesideTheOutput() throws Exception {
        var run =
                muster(
                        200,
                        """
                        {"campaigns":[],"remediations":[]}\
                        """,
                        "remediate",
                        "list",
                        "--server",
                        "URL");
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("no remediation or campaign has been started");
    }

    @Test
    void aResourceThatIsNotKnownIsNoCompliantOne() throws Exception {
        var run =
                muster(
                        200,
                        """
                        {"value":[],"count":0}\
                        """,
                        "explain",
                        MACHINE,
                        "--server",
                        "URL");
        assertThat(run.err()).contains("the server knows no resource " + MACHINE);
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void aNameMayHaveCharactersThatMeanSomethingInAUrl() throws Exception {
        for (String name : new String[] {"[1]", "#1", "?x=1", "100%", "a b", "größe"}) {
            var asked = new StringBuilder();
            var run =
                    answered(
                            200,
                            "{\"value\":[],\"count\":0}",
                            asked,
                            "explain",
                            MACHINE + name,
                            "--server",
                            "URL");
            assertThat(run.err()).contains("the server knows no resource " + MACHINE + name);
            assertThat(asked.toString())
                    .as(name)
                    .startsWith(MACHINE + name + "/providers/Microsoft.PolicyInsights/");
        }
    }

    @Test
    void aScanByNoPolicyDoesNotPass() throws Exception {
        var run = muster(200, "0 resources", "scan", "--server", "URL");
        assertThat(run.err()).contains("no policy is in force at http://127.0.0.1:");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }
}
