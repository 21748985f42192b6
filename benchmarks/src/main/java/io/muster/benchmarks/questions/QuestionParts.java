package io.muster.benchmarks.questions;

import io.muster.benchmarks.fleet.FleetFiles;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ForkJoinPool;

/// `QuestionParts FOLDER [SECONDS]`: of each question how long parsing, binding and planning take, how long the whole on one thread, and how much
/// faster two threads are by the clock. Medians; the first two by the processor time of the asking thread.
public final class QuestionParts {
    private QuestionParts() {}

    public static void main(String[] args) throws Exception {
        var snapshot = FleetFiles.in(Path.of(args[0])).load();
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 1;
        System.out.printf(
                Locale.ROOT,
                "%d resources; JDK %s; %d cores%n%n",
                snapshot.count(),
                Runtime.version(),
                Runtime.getRuntime().availableProcessors());
        System.out.println(
                "| question | parse, bind, plan, us | one thread, ms | by the clock, ms | two threads, ms | ratio |");
        System.out.println("|---|---:|---:|---:|---:|---:|");
        double sum = 0;
        try (var pool = new ForkJoinPool(2)) {
            var two = QueryOptions.DEFAULT.withPool(pool);
            for (var question : Questions.ALL) {
                var prepare =
                        Timing.of(
                                seconds / 2,
                                () -> Kql.prepare(question.kql(), snapshot, QueryOptions.DEFAULT));
                var alone = Timing.of(seconds, () -> OurAnswer.ask(snapshot, question.kql()));
                var both = Timing.of(seconds, () -> OurAnswer.ask(snapshot, question.kql(), two));
                sum += alone.processorMedian();
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.0f | %.2f | %.2f | %.2f | %.2f |%n",
                        question,
                        prepare.processorMedian() * 1000,
                        alone.processorMedian(),
                        alone.median(),
                        both.median(),
                        alone.median() / both.median());
            }
        }
        System.out.printf(Locale.ROOT, "%nSum of the ten on one thread: %.2f ms%n", sum);
    }
}
