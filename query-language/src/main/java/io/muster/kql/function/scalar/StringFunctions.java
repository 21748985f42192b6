package io.muster.kql.function.scalar;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.LowerDictionary;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.EvaluationContext;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.value.TextCase;
import io.muster.kql.value.TextLimit;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.TextFinder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Text: lengths, pieces, searching, replacing.
public final class StringFunctions {
    /// Units compared that are worth a table of all units.
    private static final int LONG_SEARCH = 1 << 20;

    private StringFunctions() {}

    private static final Kernel LOWER = Kernels.text(s -> s.toLowerCase(Locale.ROOT));

    /// Where few rows share a text, as with ids, the lower case is made when somebody reads it.
    private static Column toLower(Arguments arguments) {
        var texts = arguments.texts(0);
        var dictionary = texts.dictionary();
        return dictionary.size() * 2L > texts.size() && LowerDictionary.isPossible(dictionary)
                ? Columns.lower(texts)
                : LOWER.apply(arguments);
    }

    static FunctionFamily family() {
        var split =
                ScalarFunction.of(
                                "split",
                                "(source: text, delimiter: string): dynamic",
                                StringFunctions::split)
                        .or(
                                "(source: text, delimiter: string, index: long): dynamic",
                                Kernels.perRow((v, c) -> {
                                    var parts = split(text(v[0]), text(v[1]));
                                    long i = Columns.longOf(v[2]);
                                    return i >= 0 && i < parts.size()
                                            ? Dynamic.array(parts.get((int) i))
                                            : Dynamic.EMPTY_ARRAY;
                                }))
                        .keepsName();
        var replaceString =
                ScalarFunction.of(
                        "replace_string",
                        "(text: string, lookup: string, rewrite: string): string",
                        Kernels.perRow((v, c) ->
                                Dynamic.of(
                                        BoundedText.replace(text(v[0]), text(v[1]), text(v[2])))));
        return new FunctionFamily(
                "Text",
                List.of(
                        ScalarFunction.of(
                                        "strlen",
                                        "(text: string): long",
                                        Kernels.textToLong(s -> s.codePointCount(0, s.length())))
                                .prefixed("strlen"),
                        ScalarFunction.of(
                                        "string_size",
                                        "(text: string): long",
                                        Kernels.textToLong(
                                                s -> s.getBytes(StandardCharsets.UTF_8).length))
                                .prefixed("string_size"),
                        ScalarFunction.of(
                                "tolower", "(value: text): string", StringFunctions::toLower),
                        ScalarFunction.of(
                                "toupper",
                                "(value: text): string",
                                Kernels.text(StringFunctions::upper)),
                        ScalarFunction.of(
                                "reverse",
                                "(value: text): string",
                                Kernels.text(s -> new StringBuilder(s).reverse().toString())),
                        ScalarFunction.of(
                                "substring",
                                "(source: text, start: long, length?: long): string",
                                Kernels.perRow((v, c) -> substring(v))),
                        ScalarFunction.of(
                                "indexof",
                                "(source: text, lookup: text, start?: long, length?: long, occurrence?: long): long",
                                Kernels.perRow((v, c) -> indexOf(v))),
                        ScalarFunction.of(
                                "indexof_regex",
                                "(source: text, regex: string, start?: long, length?: long, occurrence?: long): long",
                                Kernels.perRow(StringFunctions::indexOfRegex)),
                        ScalarFunction.of(
                                "has_any_index",
                                "(source: string, values: dynamic): long",
                                Kernels.perRow((v, c) -> hasAnyIndex(v))),
                        split,
                        ScalarFunction.of(
                                "strcat", "(part...: text): string", StringFunctions::strcat),
                        ScalarFunction.of(
                                "strcat_delim",
                                "(delimiter: text, part: text, more...: text): string",
                                Kernels.perRow((v, c) -> {
                                    var parts = new ArrayList<String>();
                                    for (int i = 1; i < v.length; i++) {
                                        parts.add(text(v[i]));
                                    }
                                    return Dynamic.of(BoundedText.join(text(v[0]), parts));
                                })),
                        strcatArray("strcat_array"),
                        strcatArray("array_strcat"),
                        replaceString,
                        ScalarFunction.of(
                                "replace_strings",
                                "(text: string, lookups: dynamic, rewrites: dynamic): string",
                                Kernels.perRow((v, c) -> replaceAll(text(v[0]), v[1], v[2]))),
                        ScalarFunction.of(
                                "replace_regex",
                                "(text: string, regex: string, rewrite: string): string",
                                Kernels.perRow(
                                        (v, c) -> replace(text(v[0]), text(v[1]), text(v[2]), c))),
                        ScalarFunction.of(
                                "replace",
                                "(regex: string, rewrite: string, text: string): string",
                                Kernels.perRow(
                                        (v, c) -> replace(text(v[2]), text(v[0]), text(v[1]), c))),
                        trim("trim", true, true),
                        trim("trim_start", true, false),
                        trim("trim_end", false, true),
                        ScalarFunction.of(
                                "countof",
                                "(source: string, search: string, kind?: string): long",
                                Kernels.perRow(StringFunctions::countOf)),
                        ScalarFunction.of(
                                "extract",
                                "(regex: string, group: long, source: string, type?: type): named",
                                Kernels.perRow(StringFunctions::extract)),
                        ScalarFunction.of(
                                        "extract_all",
                                        "(regex: string, source: string): dynamic",
                                        Kernels.perRow((v, c) -> extractAll(v[0], null, v[1], c)))
                                .or(
                                        "(regex: string, groups: dynamic, source: string): dynamic",
                                        Kernels.perRow((v, c) -> extractAll(v[0], v[1], v[2], c))),
                        ScalarFunction.of(
                                        "extractall",
                                        "(regex: string, source: string): dynamic",
                                        Kernels.perRow((v, c) -> extractAll(v[0], null, v[1], c)))
                                .or(
                                        "(regex: string, groups: dynamic, source: string): dynamic",
                                        Kernels.perRow((v, c) -> extractAll(v[0], v[1], v[2], c))),
                        ScalarFunction.of(
                                "regex_quote",
                                "(text: text): string",
                                Kernels.text(Pattern::quote)),
                        ScalarFunction.of(
                                "strcmp",
                                "(left: text, right: text): long",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(
                                                (long)
                                                        Integer.signum(
                                                                text(v[0])
                                                                        .compareTo(text(v[1])))))),
                        ScalarFunction.of(
                                "strrep",
                                "(value: text, times: long, delimiter?: text): string",
                                Kernels.perRow((v, c) -> repeat(v))),
                        ScalarFunction.of(
                                "translate",
                                "(search: string, replacement: string, source: string): string",
                                Kernels.perRow((v, c) -> translate(v))),
                        codePoints("unicode_codepoints_from_string"),
                        codePoints("to_utf8"),
                        fromCodePoints("unicode_codepoints_to_string"),
                        fromCodePoints("make_string")));
    }

    static String text(Dynamic value) {
        return value.textOr("");
    }

    /// Character by character, so that a text keeps its length.
    private static String upper(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        if (upper.length() == text.length()) {
            return upper;
        }
        var out = new StringBuilder(text.length());
        text.codePoints().map(Character::toUpperCase).forEach(out::appendCodePoint);
        return out.toString();
    }

    /// The next match, where an empty one right behind the last or within a character of two units is none.
    private static boolean next(Matcher matcher, String text, int last) {
        boolean found = matcher.find();
        while (found
                && matcher.start() == matcher.end()
                && (matcher.start() == last || isWithinCharacter(text, matcher.start()))) {
            found = matcher.find();
        }
        return found;
    }

    private static boolean isWithinCharacter(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    /// From left to right, of the lookups at one place the first; what was put in is not looked at again. A lookup that is no string is not
    /// looked for; what is to become something that is no string stays as it is.
    private static Dynamic replaceAll(String text, Dynamic lookups, Dynamic rewrites) {
        // An earlier lookup takes all its places before a later one sees the text: by where one
        // begins, the number of the lookup.
        var starts = new TreeMap<Integer, Integer>();
        var from = lookups.items();
        for (int i = 0; i < from.size(); i++) {
            if (from.get(i) instanceof Dynamic.Text(var lookup) && !lookup.isEmpty()) {
                var finder = new TextFinder(text, lookup);
                for (int at = finder.from(0); at >= 0; at = finder.from(at)) {
                    at = claimed(starts, from, at, lookup.length(), i);
                }
            }
        }
        var out = new BoundedText.Builder();
        int at = 0;
        for (var start : starts.entrySet()) {
            String lookup = from.get(start.getValue()).textOr("");
            out.append(text, at, start.getKey())
                    .append(rewrites.get(start.getValue()).textOr(lookup));
            at = start.getKey() + lookup.length();
        }
        return out.append(text, at, text.length()).value();
    }

    /// Marks a place unless it is another's. Where to look on.
    private static int claimed(
            NavigableMap<Integer, Integer> starts,
            List<Dynamic> lookups,
            int at,
            int length,
            int i) {
        var before = starts.lowerEntry(at + length);
        if (before != null) {
            int end = before.getKey() + lookups.get(before.getValue()).textOr("").length();
            if (end > at) {
                return end;
            }
        }
        starts.put(at, i);
        return at + length;
    }

    private static ScalarFunction strcatArray(String name) {
        return ScalarFunction.of(
                name,
                "(array: dynamic, delimiter: text): string",
                Kernels.perRow((v, c) -> {
                    var parts = new ArrayList<String>();
                    for (var item : v[0].items()) {
                        parts.add(ScalarText.of(item));
                    }
                    return Dynamic.of(BoundedText.join(text(v[1]), parts));
                }));
    }

    private static Column split(Arguments arguments) {
        StringColumn texts = arguments.texts(0);
        if (!arguments.isConstant(1)) {
            return Kernels.perRow((v, c) -> new Dynamic.Array(split(text(v[0]), text(v[1]))))
                    .apply(arguments);
        }
        String delimiter = arguments.constant(1).textOr("");
        int rows = arguments.rows();
        var out = new Dynamic[rows];
        var known = new Dynamic[texts.dictionary().size()];
        var reader = texts.dictionary().reader();
        var made = new MemoryMeter.Tally();
        for (int row = 0; row < rows; row++) {
            int code = texts.codes().get(row);
            if (code < 0) {
                out[row] = Dynamic.array(Dynamic.of(""));
            } else {
                if (known[code] == null) {
                    known[code] = new Dynamic.Array(split(reader.apply(code), delimiter));
                    made.add(MemoryMeter.sizeOf(known[code]));
                }
                out[row] = known[code];
            }
        }
        made.settle();
        return new DynamicColumn(out);
    }

    /// Pieces of a text; an empty delimiter cuts every character apart.
    static List<Dynamic> split(String text, String delimiter) {
        var parts = new ArrayList<Dynamic>();
        if (delimiter.isEmpty()) {
            parts.add(Dynamic.of(text));
            return parts;
        }
        int from = 0;
        var finder = new TextFinder(text, delimiter);
        for (int at = finder.from(0); at >= 0; at = finder.from(from)) {
            parts.add(Dynamic.of(text.substring(from, at)));
            from = at + delimiter.length();
        }
        parts.add(Dynamic.of(text.substring(from)));
        return parts;
    }

    private static Column strcat(Arguments arguments) {
        int count = arguments.count();
        int varying = -1;
        int columns = 0;
        for (int i = 0; i < count; i++) {
            if (!arguments.isConstant(i)) {
                varying = i;
                columns++;
            }
        }
        if (columns == 1) {
            var before = new BoundedText.Builder();
            var after = new BoundedText.Builder();
            for (int i = 0; i < count; i++) {
                if (i != varying) {
                    (i < varying ? before : after).append(arguments.constant(i).textOr(""));
                }
            }
            String head = before.toString();
            String tail = after.toString();
            return Columns.mapText(
                    arguments.texts(varying),
                    s -> {
                        TextLimit.check((long) head.length() + s.length() + tail.length());
                        return head + s + tail;
                    });
        }
        var texts = new StringColumn[count];
        for (int i = 0; i < count; i++) {
            texts[i] = arguments.texts(i);
        }
        int rows = arguments.rows();
        var out = new String[rows];
        var made = new MemoryMeter.Tally();
        var line = new BoundedText.Builder();
        for (int row = 0; row < rows; row++) {
            line.clear();
            for (var column : texts) {
                line.append(Columns.text(column, row));
            }
            out[row] = line.toString();
            made.add(MemoryMeter.sizeOf(out[row]));
        }
        made.settle();
        return Columns.texts(out);
    }

    private static Dynamic substring(Dynamic[] v) {
        String s = text(v[0]);
        int length = s.codePointCount(0, s.length());
        long start = Columns.longOf(v[1]);
        long count = v.length > 2 ? Columns.longOf(v[2]) : Integer.MAX_VALUE;
        if (start < 0) {
            start += length;
            if (start < 0) {
                if (v.length > 2) {
                    return Dynamic.of("");
                }
                start = 0;
            }
        }
        if (start >= length || count <= 0) {
            return Dynamic.of("");
        }
        int from = s.offsetByCodePoints(0, (int) start);
        int to = s.offsetByCodePoints(from, (int) Math.min(count, length - start));
        return Dynamic.of(s.substring(from, to));
    }

    private static Dynamic indexOf(Dynamic[] v) {
        String s = text(v[0]);
        String lookup = text(v[1]);
        long start = v.length > 2 ? Columns.longOf(v[2]) : 0;
        long length = v.length > 3 ? Columns.longOf(v[3]) : -1;
        long occurrence = v.length > 4 ? Columns.longOf(v[4]) : 1;
        if (length < -1 || occurrence < 0) {
            return Dynamic.NULL;
        }
        int size = s.codePointCount(0, s.length());
        if (start < 0) {
            start = Math.max(0, size + start);
        }
        if (start > size || occurrence < 1) {
            return Dynamic.of(-1L);
        }
        int from = s.offsetByCodePoints(0, (int) start);
        int end = length < 0 ? s.length() : ahead(s, from, length);
        int at = from - 1;
        var finder = new TextFinder(s, lookup);
        var pace = new MemoryMeter.Pace();
        for (long i = 0; i < occurrence; i++) {
            if (at == s.length()) {
                // An empty text was found at the end: there is none behind it.
                return Dynamic.of(-1L);
            }
            if (i > 0 && length >= 0) {
                // The length counts anew behind each occurrence.
                int behind = s.offsetByCodePoints(at, 1);
                end = ahead(s, end, s.codePointCount(from, behind));
                from = behind;
            }
            do {
                pace.did(16);
                at = finder.from(at + 1);
            } while (isWithinCharacter(s, at));
            if (at < 0 || at + lookup.length() > end) {
                return Dynamic.of(-1L);
            }
        }
        return Dynamic.of((long) s.codePointCount(0, at));
    }

    /// The place that many characters on, or the end.
    private static int ahead(String s, int from, long count) {
        if (count >= s.length() - from) {
            return s.length();
        }
        int most = (int) Math.min(s.length(), from + 2 * count);
        return s.offsetByCodePoints(from, (int) Math.min(s.codePointCount(from, most), count));
    }

    private static Dynamic indexOfRegex(Dynamic[] v, EvaluationContext context) {
        String s = text(v[0]);
        var pattern = context.pattern(text(v[1]));
        long start = v.length > 2 ? Columns.longOf(v[2]) : 0;
        long length = v.length > 3 ? Columns.longOf(v[3]) : -1;
        long occurrence = v.length > 4 ? Columns.longOf(v[4]) : 1;
        if (pattern.isEmpty()
                || start < 0
                || start > s.codePointCount(0, s.length())
                || length < -1
                || occurrence < 1) {
            return Dynamic.NULL;
        }
        int from = s.offsetByCodePoints(0, (int) start);
        int end = length < 0 ? s.length() : ahead(s, from, length);
        String part = s.substring(from, end);
        var matcher = pattern.get().often(part);
        for (long i = 0; i < occurrence; i++) {
            if (!matcher.find()) {
                return Dynamic.of(-1L);
            }
        }
        return Dynamic.of(start + part.codePointCount(0, matcher.start()));
    }

    private static Dynamic hasAnyIndex(Dynamic[] v) {
        var items = v[1].items();
        String s = TextCase.fold(text(v[0]));
        for (int i = 0; i < items.size(); i++) {
            if (TextOperators.hasTerm(s, TextCase.fold(ScalarText.of(items.get(i))), true, true)) {
                return Dynamic.of((long) i);
            }
        }
        return Dynamic.of(-1L);
    }

    /// RE2's rewrite language: `\1` a group, `\0` the match, `\\` a backslash.
    static Dynamic replace(String source, String regex, String rewrite, EvaluationContext context) {
        var pattern = context.pattern(regex);
        if (pattern.isEmpty()) {
            return Dynamic.of(source);
        }
        var out = new BoundedText.Builder();
        Matcher matcher = pattern.get().often(source);
        int last = 0;
        for (int from = -1; next(matcher, source, from); from = last) {
            out.append(source, last, matcher.start());
            for (int i = 0; i < rewrite.length(); i++) {
                char c = rewrite.charAt(i);
                boolean escape = c == '\\' && i + 1 < rewrite.length();
                if (escape && Character.isDigit(rewrite.charAt(i + 1))) {
                    int group = rewrite.charAt(++i) - '0';
                    if (group <= matcher.groupCount() && matcher.group(group) != null) {
                        out.append(matcher.group(group));
                    }
                } else if (escape) {
                    out.append(rewrite.charAt(++i));
                } else {
                    out.append(c);
                }
            }
            last = matcher.end();
        }
        return out.append(source, last, source.length()).value();
    }

    private static ScalarFunction trim(String name, boolean start, boolean end) {
        return ScalarFunction.of(
                name,
                "(regex: string, source: text): string",
                Kernels.perRow((v, context) -> {
                    String s = text(v[1]);
                    String regex = text(v[0]);
                    if (start) {
                        var pattern = context.pattern("^(?:", regex, ")");
                        if (pattern.isPresent()) {
                            s = pattern.get().once(s).replaceFirst("");
                        }
                    }
                    if (end) {
                        var pattern = context.pattern("(?:", regex, ")$");
                        if (pattern.isPresent()) {
                            s = pattern.get().once(s).replaceFirst("");
                        }
                    }
                    return Dynamic.of(s);
                }));
    }

    private static Dynamic countOf(Dynamic[] v, EvaluationContext context) {
        String s = text(v[0]);
        String search = text(v[1]);
        long count = 0;
        if (v.length > 2 && text(v[2]).equals("regex")) {
            var pattern = context.pattern(search);
            if (pattern.isEmpty()) {
                return Dynamic.NULL;
            }
            var matcher = pattern.get().often(s);
            for (int last = -1; next(matcher, s, last); last = matcher.end()) {
                count++;
            }
            return Dynamic.of(count);
        }
        if (search.isEmpty()) {
            return Dynamic.of(0L);
        }
        // Plain searches count overlapping finds.
        var finder = new TextFinder(s, search);
        for (int at = finder.from(0); at >= 0; at = finder.from(at + 1)) {
            count++;
        }
        return Dynamic.of(count);
    }

    private static Dynamic extract(Dynamic[] v, EvaluationContext context) {
        var type = v.length > 3 ? KqlType.parse(text(v[3])).orElse(KqlType.STRING) : KqlType.STRING;
        var pattern = context.pattern(text(v[0]));
        long group = Columns.longOf(v[1]);
        String found = "";
        if (pattern.isPresent()) {
            var matcher = pattern.get().once(text(v[2]));
            if (group >= 0
                    && group <= matcher.groupCount()
                    && matcher.find()
                    && matcher.group((int) group) != null) {
                found = matcher.group((int) group);
            }
        }
        return Conversions.convert(Dynamic.of(found), type);
    }

    private static Dynamic extractAll(
            Dynamic regex, @Nullable Dynamic wanted, Dynamic source, EvaluationContext context) {
        var pattern = context.pattern(text(regex));
        if (pattern.isEmpty()) {
            return Dynamic.NULL;
        }
        String text = text(source);
        var matcher = pattern.get().often(text);
        int groups = matcher.groupCount();
        var names = pattern.get().namedGroups();
        var indexes = new ArrayList<Integer>();
        if (wanted == null) {
            for (int g = 1; g <= groups; g++) {
                indexes.add(g);
            }
            if (groups == 0) {
                indexes.add(0);
            }
        } else {
            for (var item : wanted.items()) {
                if (item instanceof Dynamic.Whole(var w) && w >= 0 && w <= groups) {
                    indexes.add((int) w);
                } else if (item instanceof Dynamic.Text(var t) && names.containsKey(t)) {
                    indexes.add(names.get(t));
                }
            }
        }
        var all = new ArrayList<Dynamic>();
        for (int last = -1; next(matcher, text, last); last = matcher.end()) {
            var groupsFound = new ArrayList<Dynamic>();
            for (int g : indexes) {
                String found = matcher.group(g);
                groupsFound.add(Dynamic.of(found == null ? "" : found));
            }
            all.add(
                    groupsFound.size() == 1
                            ? groupsFound.getFirst()
                            : new Dynamic.Array(groupsFound));
        }
        return all.isEmpty() ? Dynamic.NULL : new Dynamic.Array(all);
    }

    private static Dynamic repeat(Dynamic[] v) {
        String s = text(v[0]);
        long times = Math.min(1024, Columns.longOf(v[1]));
        String delimiter = v.length > 2 ? text(v[2]) : "";
        if (times <= 0) {
            return Dynamic.of("");
        }
        return Dynamic.of(BoundedText.repeat(s, delimiter, times));
    }

    private static Dynamic translate(Dynamic[] v) {
        String search = text(v[0]);
        String replacement = text(v[1]);
        String source = text(v[2]);
        // Where both are long, what becomes of a unit is looked up; of two the first counts.
        int[] places = null;
        if ((long) search.length() * source.length() > LONG_SEARCH) {
            places = new int[Character.MAX_VALUE + 1];
            for (int i = search.length(); i > 0; i--) {
                places[search.charAt(i - 1)] = i;
            }
        }
        var out = new StringBuilder();
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            int at = places == null ? search.indexOf(c) : places[c] - 1;
            if (at < 0) {
                out.append(c);
            } else if (!replacement.isEmpty()) {
                out.append(replacement.charAt(Math.min(at, replacement.length() - 1)));
            }
        }
        return Dynamic.of(out.toString());
    }

    private static ScalarFunction codePoints(String name) {
        return ScalarFunction.of(
                name,
                "(value: text): dynamic",
                Kernels.perRow((v, c) ->
                        new Dynamic.Array(
                                text(v[0])
                                        .codePoints()
                                        .mapToObj(p -> Dynamic.of((long) p))
                                        .toList())));
    }

    private static ScalarFunction fromCodePoints(String name) {
        return ScalarFunction.of(
                name,
                "(value...: any): string",
                Kernels.perRow((v, c) -> {
                    var out = new BoundedText.Builder();
                    for (var value : v) {
                        for (var item : Comparisons.items(value)) {
                            long point = Columns.longOf(item);
                            if (point >= 0 && point <= Character.MAX_CODE_POINT) {
                                out.appendCodePoint((int) point);
                            }
                        }
                    }
                    return out.value();
                }));
    }
}
