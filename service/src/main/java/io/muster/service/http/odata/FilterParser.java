package io.muster.service.http.odata;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.List;

/// Reads `$filter`: comparisons, `in`, text functions, `and`, `or`, `not`, parentheses.
final class FilterParser {
    private final Scanner scanner;
    private final Names names;
    private int depth;

    private FilterParser(Scanner scanner, Names names) {
        this.scanner = scanner;
        this.names = names;
    }

    static Filter parse(String text, Names names) throws ODataException {
        var scanner = new Scanner("$filter", text);
        var filter = new FilterParser(scanner, names).or();
        if (!scanner.atEnd()) {
            throw scanner.fault("'and', 'or' or the end was expected.");
        }
        return filter;
    }

    /// Reads a condition inside another option (`filter(...)` of `$apply`).
    static Filter parseInside(Scanner scanner, Names names) throws ODataException {
        return new FilterParser(scanner, names).or();
    }

    private void deeper() throws ODataException {
        if (++depth > Scanner.MAX_DEPTH) {
            throw scanner.fault("it is nested more than " + Scanner.MAX_DEPTH + " deep.");
        }
    }

    private Filter or() throws ODataException {
        deeper();
        var operands = new ArrayList<Filter>();
        do {
            operands.add(and());
        } while (scanner.takeWord("or"));
        depth--;
        return operands.size() == 1 ? operands.getFirst() : new Filter.Or(operands);
    }

    private Filter and() throws ODataException {
        var operands = new ArrayList<Filter>();
        do {
            operands.add(unary());
        } while (scanner.takeWord("and"));
        return operands.size() == 1 ? operands.getFirst() : new Filter.And(operands);
    }

    private Filter unary() throws ODataException {
        if (scanner.takeWord("not")) {
            deeper();
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
            if (scanner.takeCall(function.name())) {
                var text = operand();
                scanner.expect(',');
                var part = operand();
                scanner.expect(')');
                return compared(new Filter.TextTest(function, text, part));
            }
        }
        return comparison();
    }

    /// `contains(...) eq true`, as some clients write it.
    private Filter compared(Filter test) throws ODataException {
        for (boolean equal : new boolean[] {true, false}) {
            if (scanner.takeWord(equal ? "eq" : "ne")) {
                if (!(scanner.literal() instanceof Dynamic.Bool(var wanted))) {
                    throw scanner.fault("true or false was expected.");
                }
                return wanted == equal ? test : new Filter.Not(test);
            }
        }
        return test;
    }

    private Filter comparison() throws ODataException {
        var left = operand();
        if (scanner.takeWord("in")) {
            return scanner.take('(')
                    ? new Filter.In(left, literals())
                    : new Filter.Contained(left, new Operand.Property(names.read(scanner)));
        }
        for (var comparison : Filter.Comparison.values()) {
            if (scanner.takeWord(comparison.name())) {
                return new Filter.Compare(left, comparison, right(left));
            }
        }
        throw scanner.fault("one of eq, ne, gt, ge, lt, le, in was expected.");
    }

    private List<Dynamic> literals() throws ODataException {
        var literals = new ArrayList<Dynamic>();
        do {
            literals.add(scanner.literal());
        } while (scanner.take(','));
        scanner.expect(')');
        return literals;
    }

    /// A property, a literal in quotes, a number, true, false, null, or a function of such.
    private Operand operand() throws ODataException {
        for (var function : Operand.Function.values()) {
            if (scanner.takeCall(function.name())) {
                deeper();
                var inner = operand();
                scanner.expect(')');
                depth--;
                return new Operand.Call(function, inner);
            }
        }
        return scanner.nextIsLiteral()
                ? new Operand.Literal(scanner.literal())
                : new Operand.Property(names.read(scanner));
    }

    /// Behind a property a word is a literal, quoted or not (Azure's samples have `componentId eq cert-RSA-cert-3`).
    private Operand right(Operand left) throws ODataException {
        if (left instanceof Operand.Literal) {
            return operand();
        }
        for (var function : Operand.Function.values()) {
            if (scanner.nextIsCall(function.name())) {
                return operand();
            }
        }
        return new Operand.Literal(scanner.literal());
    }
}
