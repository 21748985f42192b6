package io.muster.service.http.odata;

import java.util.ArrayList;
import java.util.List;

/// Reads `$apply`: steps separated by '/'.
final class ApplyParser {
    private final Scanner scanner;

    private ApplyParser(Scanner scanner) {
        this.scanner = scanner;
    }

    static List<ApplyStep> parse(String text) throws ODataException {
        return new ApplyParser(new Scanner("$apply", text)).steps();
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
            var filter = FilterParser.parseInside(scanner);
            scanner.expect(')');
            return new ApplyStep.FilterRows(filter);
        }
        if (scanner.takeWord("groupby")) {
            scanner.expect('(');
            scanner.expect('(');
            var keys = new ArrayList<String>();
            do {
                keys.add(camel(scanner.name()));
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
            return new ApplyStep.GroupBy(keys, aggregates);
        }
        if (scanner.takeWord("aggregate")) {
            return new ApplyStep.AggregateAll(aggregates());
        }
        throw scanner.fault("one of filter, groupby, aggregate was expected.");
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
        String property = scanner.name();
        var method = ApplyStep.Method.COUNT;
        if (!property.equalsIgnoreCase("$count")) {
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

    /// Records have camel-case names; callers write either.
    private static String camel(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
