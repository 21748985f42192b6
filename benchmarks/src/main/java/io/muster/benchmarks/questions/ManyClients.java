package io.muster.benchmarks.questions;

import io.muster.benchmarks.fleet.FleetFiles;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.kql.exec.Turns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// `ManyClients FOLDER [CLIENTS] [SECONDS]`: so many clients without think time ask the ten questions at random; DuckDB with a connection each, ours in
/// the server's turns, as wide as the cores, DuckDB again. Prints questions a second, the median and the 99th percentile of each: at first, while code is
/// being compiled, and warm.
public final class ManyClients {
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    /// Rounds of warming at most.
    private static final int MOST_WARMING = 6;

    private ManyClients() {}

    /// What one client asks through; confined to its thread.
    @FunctionalInterface
    private interface Client {
        void ask(Question question) throws Exception;

        /// It asks nothing more.
        default void leave() throws Exception {}
    }

    private record Seen(double perSecond, double median, double late) {}

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args[0]);
        int clients = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        double seconds = args.length > 2 ? Double.parseDouble(args[2]) : 8;
        var snapshot = FleetFiles.in(folder).load();
        int cores = Runtime.getRuntime().availableProcessors();
        System.out.printf(
                Locale.ROOT,
                "%d resources; JDK %s; %d cores; %d clients%n%n",
                snapshot.count(),
                Runtime.version(),
                cores,
                clients);
        System.out.println("| who | questions/s | p50, ms | p99, ms | p99/p50 |");
        System.out.println("|---|---:|---:|---:|---:|");
        try (var peer = DuckPeer.load(folder, ":memory:fleet")) {
            peer.threads(cores);
            var before = line("DuckDB star", clients, seconds, () -> duck(peer));
            var turns = new Turns(cores);
            var ours = line("Muster", clients, seconds, () -> ours(snapshot, turns));
            var after = line("DuckDB star", clients, seconds, () -> duck(peer));
            System.out.printf(
                    Locale.ROOT,
                    "%nQuestions a second against the peer: %.2f%n",
                    ours.perSecond() / ((before.perSecond() + after.perSecond()) / 2));
        }
    }

    private static Client duck(DuckPeer peer) throws Exception {
        var own = peer.another();
        return new Client() {
            @Override
            public void ask(Question question) throws Exception {
                own.ask(question.sql());
            }

            @Override
            public void leave() throws Exception {
                own.close();
            }
        };
    }

    private static Client ours(Snapshot snapshot, Turns turns) {
        return question ->
                turns.call(MAX_WAIT, () -> false, () -> OurAnswer.ask(snapshot, question.kql()));
    }

    /// Half as long to warm up, again and again until the compiler has come to rest; what the first of it looked like is told too.
    private static Seen line(String who, int clients, double seconds, Callable<Client> open)
            throws Exception {
        var compilation = new Compilation();
        var first = seen(drive(clients, seconds / 2, open), seconds / 2);
        int rounds = 1;
        while (!compilation.isQuiet() && rounds < MOST_WARMING) {
            drive(clients, seconds / 2, open);
            rounds++;
        }
        print("%s, the first %.0f s".formatted(who, seconds / 2), first);
        var warm = seen(drive(clients, seconds, open), seconds);
        print("%s, after %.0f s".formatted(who, rounds * seconds / 2), warm);
        return warm;
    }

    private static Seen seen(double[] all, double seconds) {
        return new Seen(all.length / seconds, all[all.length / 2], all[(int) (all.length * 0.99)]);
    }

    private static void print(String who, Seen seen) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.2f | %.2f | %.2f |%n",
                who,
                seen.perSecond(),
                seen.median(),
                seen.late(),
                seen.late() / seen.median());
    }

    /// Milliseconds of each question asked, sorted.
    private static double[] drive(int clients, double seconds, Callable<Client> open)
            throws Exception {
        var parts = new ArrayList<Future<double[]>>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        try (var threads = Executors.newFixedThreadPool(clients)) {
            for (int i = 0; i < clients; i++) {
                var random = new SplittableRandom(i);
                var client = open.call();
                parts.add(
                        threads.submit(() -> {
                            try {
                                return ask(client, random, end);
                            } finally {
                                client.leave();
                            }
                        }));
            }
        }
        int size = 0;
        for (var part : parts) {
            size += part.get().length;
        }
        double[] all = new double[size];
        int at = 0;
        for (var part : parts) {
            System.arraycopy(part.get(), 0, all, at, part.get().length);
            at += part.get().length;
        }
        Arrays.sort(all);
        return all;
    }

    private static double[] ask(Client client, SplittableRandom random, long end) throws Exception {
        double[] took = new double[64];
        int n = 0;
        do {
            var question = Questions.ALL.get(random.nextInt(Questions.ALL.size()));
            long began = System.nanoTime();
            client.ask(question);
            if (n == took.length) {
                took = Arrays.copyOf(took, n * 2);
            }
            took[n++] = (System.nanoTime() - began) / 1e6;
        } while (System.nanoTime() < end);
        return Arrays.copyOf(took, n);
    }
}
