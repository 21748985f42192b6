package io.muster.service.http.odata;

import java.util.ArrayList;
import java.util.List;

/// Reads `$apply`: steps separated by '/'.
final class ApplyParser {
    private final Scanner scanner;
    private Names names;

    private ApplyParser(Scanner scanner, Names names) {
        this.scanner = scanner;
        this.names = names;
    }

    /// The steps, and the names that records have behind the last.
    record Read(List<ApplyStep> steps, Names names) {}

    static Read parse(String text, Names names) throws ODataException {
        var parser = new ApplyParser(new Scanner("$apply", text), names);
        var steps = parser.steps();
        return new Read(steps, parser.names);
    }

    private List<ApplyStep> steps() throws ODataException {
        var steps = new ArrayList<ApplyStep>();
        do {
            steps.add(step());
        } while (scanner.take('/'));
        if (!scanner.atEnd()) {
            throw scanner.fault("'/' or the end was expected.");
        }
        return steps;
    }

    private ApplyStep step() throws ODataException {
        if (scanner.takeWord("filter")) {
            scanner.expect('(');
            var filter = FilterParser.parseInside(scanner, names);
            scanner.expect(')');
            return new ApplyStep.FilterRows(filter);
        }
        if (scanner.takeWord("groupby")) {
            return groupBy();
        }
        if (scanner.takeWord("aggregate")) {
            var aggregates = aggregates();
            named(List.of(), aggregates);
            return new ApplyStep.AggregateAll(aggregates);
        }
        throw scanner.fault("one of filter, groupby, aggregate was expected.");
    }

    private ApplyStep groupBy() throws ODataException {
        scanner.expect('(');
        scanner.expect('(');
        var keys = new ArrayList<String>();
        do {
            keys.add(names.read(scanner));
        } while (scanner.take(','));
        scanner.expect(')');
        List<ApplyStep.Aggregate> aggregates = List.of();
        if (scanner.take(',')) {
            if (!scanner.takeWord("aggregate")) {
                throw scanner.fault("'aggregate' was expected.");
            }
            aggregates = aggregates();
        }
        scanner.expect(')');
        named(keys, aggregates);
        return new ApplyStep.GroupBy(keys, aggregates);
    }

    private void named(List<String> keys, List<ApplyStep.Aggregate> aggregates)
            throws ODataException {
        var all = new ArrayList<>(keys);
        aggregates.forEach(aggregate -> all.add(aggregate.alias()));
        if (Names.hasTwice(all)) {
            throw scanner.fault(
                    "two of the names %s are the same.".formatted(String.join(", ", all)));
        }
        names = Names.of(all);
    }

    private List<ApplyStep.Aggregate> aggregates() throws ODataException {
        scanner.expect('(');
        var out = new ArrayList<ApplyStep.Aggregate>();
        do {
            out.add(aggregate());
        } while (scanner.take(','));
        scanner.expect(')');
        return out;
    }

    private ApplyStep.Aggregate aggregate() throws ODataException {
        String property = "";
        var method = ApplyStep.Method.COUNT;
        if (!scanner.takeWord("$count")) {
            property = names.read(scanner);
            if (!scanner.takeWord("with")) {
                throw scanner.fault("'with' was expected.");
            }
            method = method();
        }
        if (!scanner.takeWord("as")) {
            throw scanner.fault("'as' was expected.");
        }
        return new ApplyStep.Aggregate(property, method, scanner.name());
    }

    private ApplyStep.Method method() throws ODataException {
        for (var method : ApplyStep.Method.values()) {
            if (method != ApplyStep.Method.COUNT && scanner.takeWord(method.name())) {
                return method;
            }
        }
        throw scanner.fault("one of sum, min, max, average, countdistinct was expected.");
    }
}
