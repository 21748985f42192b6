package io.muster.kql.function.scalar;

import com.google.re2j.Pattern;
import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LowerDictionary;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.EvaluationContext;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.value.TextCase;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.TextFinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToIntBiFunction;

/// The operators on text: `=~`, `contains`, `has`, `startswith`, ..., `matches regex`, `has_any`, `has_all`. Tested once a distinct text.
public final class TextOperators {
    /// By name: a search asks for the same of each column.
    private static final Map<String, ScalarFunction> KNOWN = new ConcurrentHashMap<>();

    private TextOperators() {}

    /// The operator of that name over two strings. Never null.
    public static ScalarFunction of(String name) {
        return KNOWN.computeIfAbsent(name, TextOperators::made);
    }

    private static ScalarFunction made(String name) {
        Kernel kernel =
                arguments -> {
                    boolean negated = isNegated(name);
                    String positive = positive(name);
                    Bits bits =
                            positive.equals("=~") && isPlain(arguments)
                                    ? equalIgnoringCase(arguments)
                                    : test(
                                            arguments,
                                            (needle, context) ->
                                                    matcher(positive, needle, context));
                    return Columns.bool(negated ? bits.not() : bits);
                };
        return Comparisons.operator(name, "(left: string, right: string): bool", kernel);
    }

    /// Texts known to be ASCII, as ids are, and one such text to find.
    private static boolean isPlain(Arguments arguments) {
        return arguments.isConstant(1)
                && TextCase.isAscii(arguments.constant(1).textOr(""))
                && LowerDictionary.isPossible(arguments.texts(0).dictionary());
    }

    private static Bits equalIgnoringCase(Arguments arguments) {
        String needle = arguments.constant(1).textOr("");
        return Columns.equal(
                Columns.lower(arguments.texts(0)), true, needle.toLowerCase(Locale.ROOT));
    }

    private static boolean isNegated(String name) {
        return name.startsWith("!") || name.startsWith("not");
    }

    private static String positive(String name) {
        if (name.equals("!~")) {
            return "=~";
        }
        return name.startsWith("!")
                ? name.substring(1)
                : name.startsWith("not") ? name.substring(3) : name;
    }

    private static Bits test(
            Arguments arguments, BiFunction<String, EvaluationContext, Predicate<String>> matcher) {
        StringColumn texts = arguments.texts(0);
        if (arguments.isConstant(1)) {
            return Columns.test(
                    texts,
                    true,
                    matcher.apply(arguments.constant(1).textOr(""), arguments.context()));
        }
        StringColumn needles = arguments.texts(1);
        var bits = new Bits.Builder(arguments.rows());
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < arguments.rows(); row++) {
            pace.did(64 + Columns.text(texts, row).length());
            if (matcher.apply(Columns.text(needles, row), arguments.context())
                    .test(Columns.text(texts, row))) {
                bits.set(row);
            }
        }
        return bits.build(arguments.rows());
    }

    /// What a positive operator asks of a text, once the right side is known.
    public static Predicate<String> matcher(
            String operator, String needle, EvaluationContext context) {
        return switch (operator) {
            case "=~" -> {
                String folded = TextCase.fold(needle);
                // Unlike Java, Kusto has no character beyond ASCII that is like one of ASCII, on
                // either side.
                yield TextCase.isAscii(needle)
                        ? s -> s.equalsIgnoreCase(needle) && TextCase.isAscii(s)
                        : s -> !TextCase.isAscii(s) && TextCase.fold(s).equals(folded);
            }
            case "contains" -> ignoringCase(needle, TextFinder::isIn);
            case "contains_cs" -> s -> TextFinder.isIn(s, needle);
            case "startswith" -> ignoringCase(needle, (s, n) -> 0, String::startsWith);
            case "startswith_cs" -> s -> s.startsWith(needle);
            case "endswith" ->
                    ignoringCase(needle, (s, n) -> s.length() - n.length(), String::endsWith);
            case "endswith_cs" -> s -> s.endsWith(needle);
            case "has" -> ignoringCase(needle, (s, n) -> hasTerm(s, n, true, true));
            case "has_cs" -> s -> hasTerm(s, needle, true, true);
            case "hasprefix" -> ignoringCase(needle, (s, n) -> hasTerm(s, n, true, false));
            case "hasprefix_cs" -> s -> hasTerm(s, needle, true, false);
            case "hassuffix" -> ignoringCase(needle, (s, n) -> hasTerm(s, n, false, true));
            case "hassuffix_cs" -> s -> hasTerm(s, needle, false, true);
            case "like", "likecs" -> like(needle, operator.equals("like"), context);
            case "matches regex" -> {
                var pattern = context.pattern(needle);
                yield s -> pattern.isPresent() && pattern.get().isIn(s);
            }
            default -> throw new IllegalArgumentException(operator);
        };
    }

    /// A test of texts without regard to case. A plain needle is looked for in plain lower case, which finds at least what is there; only
    /// what was found in a text beyond ASCII is looked at again.
    private static Predicate<String> ignoringCase(String needle, BiPredicate<String, String> test) {
        String folded = TextCase.fold(needle);
        if (!TextCase.isAscii(needle)) {
            return s -> test.test(TextCase.fold(s), folded);
        }
        return s ->
                test.test(s.toLowerCase(Locale.ROOT), folded)
                        && (TextCase.isAscii(s) || test.test(TextCase.fold(s), folded));
    }

    /// As the other, of a needle that stands at one place: no more is read than that.
    private static Predicate<String> ignoringCase(
            String needle,
            ToIntBiFunction<String, String> place,
            BiPredicate<String, String> test) {
        String folded = TextCase.fold(needle);
        if (!TextCase.isAscii(needle)) {
            return s -> test.test(TextCase.fold(s), folded);
        }
        return s ->
                s.regionMatches(true, place.applyAsInt(s, folded), folded, 0, folded.length())
                        && (TextCase.isAscii(s) || test.test(TextCase.fold(s), folded));
    }

    /// Whether the needle stands in the text with a boundary of terms where its own first and last characters are letters or digits.
    public static boolean hasTerm(String text, String needle, boolean before, boolean after) {
        if (needle.isEmpty()) {
            return true;
        }
        boolean checkBefore = before && isTerm(needle.codePointAt(0));
        boolean checkAfter = after && isTerm(needle.codePointBefore(needle.length()));
        var finder = new TextFinder(text, needle);
        for (int at = finder.from(0); at >= 0; at = finder.from(at + 1)) {
            int end = at + needle.length();
            if ((!checkBefore || at == 0 || !isTerm(text.codePointBefore(at)))
                    && (!checkAfter || end == text.length() || !isTerm(text.codePointAt(end)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTerm(int codePoint) {
        return Character.isLetterOrDigit(codePoint);
    }

    /// `%` any run, `_` any one character.
    private static Predicate<String> like(
            String needle, boolean ignoreCase, EvaluationContext context) {
        String asked = ignoreCase ? TextCase.fold(needle) : needle;
        var regex = new StringBuilder("(?s)^");
        for (int i = 0; i < asked.length(); i++) {
            char c = asked.charAt(i);
            regex.append(
                    c == '%' || c == '*'
                            ? ".*"
                            : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
        }
        var pattern = context.pattern(regex.append('$').toString());
        return s -> pattern.isPresent() && pattern.get().isIn(ignoreCase ? TextCase.fold(s) : s);
    }

    /// `has_any`, `has_all`: the second argument is an array of terms.
    public static ScalarFunction terms(String name) {
        boolean all = name.equals("has_all");
        Kernel kernel =
                arguments -> {
                    StringColumn texts = arguments.texts(0);
                    if (arguments.isConstant(1)) {
                        return Columns.bool(
                                Columns.test(texts, true, terms(arguments.constant(1), all)));
                    }
                    var bits = new Bits.Builder(arguments.rows());
                    Column wanted = arguments.column(1);
                    var pace = new MemoryMeter.Pace();
                    for (int row = 0; row < arguments.rows(); row++) {
                        pace.did(64 + Columns.text(texts, row).length());
                        if (terms(wanted.dynamic(row), all).test(Columns.text(texts, row))) {
                            bits.set(row);
                        }
                    }
                    return Columns.bool(bits.build(arguments.rows()));
                };
        return Comparisons.operator(name, "(left: string, right: dynamic): bool", kernel);
    }

    private static Predicate<String> terms(Dynamic wanted, boolean all) {
        List<String> needles = new ArrayList<>();
        for (var item : Comparisons.items(wanted)) {
            needles.add(TextCase.fold(ScalarText.of(item)));
        }
        return s -> {
            String text = TextCase.fold(s);
            for (var needle : needles) {
                if (hasTerm(text, needle, true, true) != all) {
                    return !all;
                }
            }
            return all && !needles.isEmpty();
        };
    }
}
