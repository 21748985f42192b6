package io.muster.benchmarks.server;

import io.muster.benchmarks.questions.Questions;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// `ServerStart LAUNCHER FOLDER [ROUNDS]`: `muster serve` on a store of that fleet, started anew in each round: how long until it says that it listens, then how long
/// the first query over HTTP takes and the two after it, the ten questions in turn. A round before them, not printed, warms the client and makes the build's cache.
public final class ServerStart {
    private static final Pattern LISTENS = Pattern.compile("Muster listens on (\\S+)");
    private static final int QUERIES = 3;

    private ServerStart() {}

    private record Round(double ready, List<Double> queries) {}

    public static void main(String[] args) throws Exception {
        var launcher = Path.of(args[0]);
        var fleet = Path.of(args[1]);
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        var data = Files.createTempDirectory("muster-start");
        try (var client = HttpClient.newHttpClient()) {
            System.out.println(
                    run(
                            launcher,
                            "collect",
                            "--data",
                            data.toString(),
                            "--input",
                            fleet.toString()));
            round(launcher, data, client, 0);
            System.out.printf(
                    Locale.ROOT,
                    "%n| first query | listens after, s | first, ms | second, ms | third, ms |%n|---|---:|---:|---:|---:|%n");
            var all = new ArrayList<Round>();
            for (int i = 0; i < rounds; i++) {
                var round = round(launcher, data, client, i);
                all.add(round);
                print(Questions.ALL.get(i % Questions.ALL.size()).title(), round);
            }
            print("median", median(all));
        } finally {
            delete(data);
        }
    }

    private static void print(String name, Round round) {
        System.out.printf(Locale.ROOT, "| %s | %.2f |", name, round.ready());
        round.queries().forEach(took -> System.out.printf(Locale.ROOT, " %.1f |", took));
        System.out.println();
    }

    private static Round median(List<Round> all) {
        var queries = new ArrayList<Double>();
        for (int i = 0; i < QUERIES; i++) {
            int at = i;
            queries.add(middle(all.stream().mapToDouble(round -> round.queries().get(at))));
        }
        return new Round(middle(all.stream().mapToDouble(Round::ready)), queries);
    }

    private static double middle(DoubleStream of) {
        double[] sorted = of.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Round round(Path launcher, Path data, HttpClient client, int first)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        var server =
                process(
                        launcher,
                        "serve",
                        "--data",
                        data.toString(),
                        "--port",
                        "0",
                        "--https-port",
                        "0");
        try {
            String url = address(server);
            double ready = (System.nanoTime() - began) / 1e9;
            var queries = new ArrayList<Double>();
            for (int i = 0; i < QUERIES; i++) {
                String kql = Questions.ALL.get((first + i) % Questions.ALL.size()).kql();
                queries.add(ask(client, url, kql));
            }
            return new Round(ready, queries);
        } finally {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private static double ask(HttpClient client, String url, String kql)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        url
                                                + "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        Json.write(Dynamic.bag().put("query", kql).build())))
                        .build();
        long began = System.nanoTime();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        double took = (System.nanoTime() - began) / 1e6;
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + ": " + answer.body());
        }
        return took;
    }

    private static Process process(Path launcher, String... words) throws IOException {
        var command = new ArrayList<String>();
        command.add(launcher.toAbsolutePath().toString());
        command.addAll(Arrays.asList(words));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String run(Path launcher, String... words)
            throws IOException, InterruptedException {
        var process = process(launcher, words);
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": " + said);
        }
        return said;
    }

    private static String address(Process server) throws IOException {
        // Not closed: the server would end at its next line.
        var lines =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            var listens = LISTENS.matcher(line);
            if (listens.find()) {
                return listens.group(1);
            }
        }
        throw new IOException("the server ended before it listened");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
