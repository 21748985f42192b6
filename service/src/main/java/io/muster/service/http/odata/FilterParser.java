package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;

/// Reads `$filter`: comparisons, `in`, text functions, `and`, `or`, `not`, parentheses.
final class FilterParser {
    private final Scanner scanner;
    private int depth;

    private FilterParser(Scanner scanner) {
        this.scanner = scanner;
    }

    static Filter parse(String text) throws ODataException {
        var scanner = new Scanner("$filter", text);
        var filter = new FilterParser(scanner).or();
        if (!scanner.atEnd()) {
            throw scanner.fault("'and', 'or' or the end was expected.");
        }
        return filter;
    }

    /// Reads a condition inside another option (`filter(...)` of `$apply`).
    static Filter parseInside(Scanner scanner) throws ODataException {
        return new FilterParser(scanner).or();
    }

    private Filter or() throws ODataException {
        if (++depth > Scanner.MAX_DEPTH) {
            throw scanner.fault("it is nested more than " + Scanner.MAX_DEPTH + " deep.");
        }
        var left = and();
        while (scanner.takeWord("or")) {
            left = new Filter.Or(left, and());
        }
        depth--;
        return left;
    }

    private Filter and() throws ODataException {
        var left = unary();
        while (scanner.takeWord("and")) {
            left = new Filter.And(left, unary());
        }
        return left;
    }

    private Filter unary() throws ODataException {
        if (scanner.takeWord("not")) {
            if (++depth > Scanner.MAX_DEPTH) {
                throw scanner.fault("it is nested more than " + Scanner.MAX_DEPTH + " deep.");
            }
            var operand = new Filter.Not(unary());
            depth--;
            return operand;
        }
        if (scanner.take('(')) {
            var inner = or();
            scanner.expect(')');
            return inner;
        }
        for (var function : Filter.TextFunction.values()) {
            if (scanner.takeWord(function.name())) {
                scanner.expect('(');
                String property = scanner.name();
                scanner.expect(',');
                String literal = scanner.quoted();
                scanner.expect(')');
                return new Filter.TextTest(function, property, literal);
            }
        }
        return comparison();
    }

    private Filter comparison() throws ODataException {
        String property = scanner.name();
        if (scanner.takeWord("in")) {
            scanner.expect('(');
            var literals = new ArrayList<Dynamic>();
            do {
                literals.add(scanner.literal());
            } while (scanner.take(','));
            scanner.expect(')');
            return new Filter.In(property, literals);
        }
        for (var comparison : Filter.Comparison.values()) {
            if (scanner.takeWord(comparison.name())) {
                return new Filter.Compare(property, comparison, scanner.literal());
            }
        }
        throw scanner.fault("one of eq, ne, gt, ge, lt, le, in was expected.");
    }
}
