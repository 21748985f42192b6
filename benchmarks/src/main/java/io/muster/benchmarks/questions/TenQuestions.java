package io.muster.benchmarks.questions;

import io.muster.benchmarks.fleet.FleetFiles;
import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `TenQuestions FOLDER [SECONDS] [struct] [json]`: each question asked of DuckDB, of us, and of DuckDB again, one thread, our parsing and planning included. Prints
/// medians of the asking thread's processor time, by which a busy machine matters least, their ratio, the same by the clock, what loops written by hand take ([HandWritten]), and whether all answers are equal; a line whose two peer medians differ by more than a quarter says nothing and is marked.
/// With `struct` or `json` afterwards the questions over the fleet as DuckDB has it then, which takes long over JSON.
/// Exit code 1 when an answer differs.
public final class TenQuestions {
    private TenQuestions() {}

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args[0]);
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 2;
        var snapshot = FleetFiles.in(folder).load();
        System.out.printf(
                Locale.ROOT,
                "%d resources; JDK %s; %d cores%n%n",
                snapshot.count(),
                Runtime.version(),
                Runtime.getRuntime().availableProcessors());
        System.out.println(
                "| question | DuckDB star, ms | Muster, ms | ratio | by the clock, ms | ratio | by hand, ms | answers |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|---|");
        boolean equal = true;
        var ratios = new ArrayList<Double>();
        var medians = new ArrayList<Double>();
        var floors = new ArrayList<Double>();
        var byHand = new HandWritten(snapshot);
        try (var peer = DuckPeer.load(folder, ":memory:")) {
            for (var question : Questions.ALL) {
                var theirs = sorted(peer.ask(question.sql()));
                List<List<String>> ours;
                try {
                    ours = sorted(OurAnswer.ask(snapshot, question.kql()));
                } catch (DiagnosticException unasked) {
                    equal = false;
                    System.out.println(
                            "| %s | | | | | | | cannot be asked: %s |"
                                    .formatted(
                                            question, unasked.diagnostics().getFirst().message()));
                    continue;
                }
                var floor = sorted(byHand.ask(question));
                boolean same = theirs.equals(ours) && floor.equals(ours);
                equal &= same;
                var line = line(peer, snapshot, question, seconds, ratios, medians);
                floors.add(Timing.of(seconds / 2, () -> byHand.ask(question)).processorMedian());
                System.out.printf(
                        Locale.ROOT,
                        "%s %.2f |%s%n",
                        line,
                        floors.getLast(),
                        same ? " equal |" : difference(theirs.equals(ours) ? floor : theirs, ours));
            }
        }
        System.out.println();
        summary("star", ratios);
        double ten = medians.stream().mapToDouble(median -> median).sum();
        double floor = floors.stream().mapToDouble(median -> median).sum();
        System.out.printf(
                Locale.ROOT,
                "Sum of the ten, Muster: %.1f ms, by hand %.1f ms: %.2f times%n",
                ten,
                floor,
                ten / floor);
        for (var form : List.of(DuckPeer.Form.STRUCT, DuckPeer.Form.JSON)) {
            String name = form.name().toLowerCase(Locale.ROOT);
            if (equal && List.of(args).contains(name)) {
                equal = others(folder, form, name, snapshot, seconds, medians);
            }
        }
        if (!equal) {
            System.exit(1);
        }
    }

    private static void summary(String name, List<Double> ratios) {
        System.out.printf(
                Locale.ROOT,
                "Geometric mean of the ratios to DuckDB %s: %.2f; least: %.2f%n",
                name,
                Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(0)),
                ratios.stream().mapToDouble(ratio -> ratio).min().orElse(0));
    }

    /// The questions over another form of the fleet, against our medians of before.
    private static boolean others(
            Path folder,
            DuckPeer.Form form,
            String name,
            Catalog catalog,
            double seconds,
            List<Double> medians)
            throws Exception {
        System.out.printf(
                "%n| question | DuckDB %s, ms | ratio | answers |%n|---|---:|---:|---|%n", name);
        boolean equal = true;
        var ratios = new ArrayList<Double>();
        try (var peer = DuckPeer.load(folder, ":memory:", form)) {
            for (int i = 0; i < Questions.ALL.size(); i++) {
                var question = Questions.ALL.get(i);
                var theirs = sorted(peer.ask(question.sql()));
                var ours = sorted(OurAnswer.ask(catalog, question.kql()));
                boolean same = theirs.equals(ours);
                equal &= same;
                double took = Timing.of(seconds, () -> peer.ask(question.sql())).processorMedian();
                ratios.add(took / medians.get(i));
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.2f | %.2f |%s%n",
                        question,
                        took,
                        ratios.getLast(),
                        same ? " equal |" : difference(theirs, ours));
            }
        }
        System.out.println();
        summary(name, ratios);
        return equal;
    }

    private static String line(
            DuckPeer peer,
            Catalog catalog,
            Question question,
            double seconds,
            List<Double> ratios,
            List<Double> medians)
            throws Exception {
        var before = Timing.of(seconds, () -> peer.ask(question.sql()));
        var ours = Timing.of(seconds, () -> OurAnswer.ask(catalog, question.kql()));
        var after = Timing.of(seconds, () -> peer.ask(question.sql()));
        double theirs = (before.processorMedian() + after.processorMedian()) / 2;
        double ratio = theirs / ours.processorMedian();
        ratios.add(ratio);
        medians.add(ours.processorMedian());
        double clock = (before.median() + after.median()) / 2;
        return String.format(
                Locale.ROOT,
                "| %s | %.2f%s | %.2f | %.2f | %.2f, %.2f | %.2f |",
                question,
                theirs,
                before.spread(after) > 1.25 ? " (unsteady)" : "",
                ours.processorMedian(),
                ratio,
                clock,
                ours.median(),
                clock / ours.median());
    }

    private static String difference(List<List<String>> theirs, List<List<String>> ours) {
        for (int i = 0; i < Math.min(theirs.size(), ours.size()); i++) {
            if (!theirs.get(i).equals(ours.get(i))) {
                return " DIFFER: %s, ours %s |".formatted(theirs.get(i), ours.get(i));
            }
        }
        return " DIFFER: %d rows, ours %d |".formatted(theirs.size(), ours.size());
    }

    private static List<List<String>> sorted(List<List<String>> rows) {
        return rows.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
    }
}
