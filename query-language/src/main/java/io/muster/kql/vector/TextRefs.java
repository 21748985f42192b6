package io.muster.kql.vector;

import io.muster.core.column.Codes;
import io.muster.core.column.Dictionary;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextBatches;
import io.muster.core.column.TextHashes;
import io.muster.core.column.UnionDictionary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects texts of many dictionaries, one a row. Those that a snapshot keeps are referred to and read when somebody asks; computed ones
/// are taken over, so that no batch stays for a few of its texts. Confined to one thread.
public final class TextRefs {
    private final List<Dictionary> parts = new ArrayList<>();
    private final IdentityHashMap<Dictionary, Integer> partOf = new IdentityHashMap<>();
    private final List<String> own = new ArrayList<>();

    /// Of [#own] where the part is -1, null where it is -2.
    private int[] rowParts = new int[16];

    private int[] codes = new int[16];
    private int size;
    private Dictionary lastDictionary = new PlainDictionary(new String[0], true);
    private int lastPart = -1;

    public int size() {
        return size;
    }

    /// A text by itself.
    public void add(String text) {
        put(-1, own.size());
        own.add(text);
    }

    public void addNull() {
        put(-2, 0);
    }

    /// The text behind a code, which is not negative.
    public void add(Dictionary dictionary, int code) {
        switch (dictionary) {
            case PlainDictionary plain -> add(plain.get(code));
            case UnionDictionary union -> {
                int part = union.part(code);
                add(union.parts().get(part), code - union.start(part));
            }
            default -> put(part(dictionary), code);
        }
    }

    /// As [#add(Dictionary, int)], a computed text only once for that code; gives the row.
    ///
    /// @param known by dictionary and code the row + 1
    int once(Dictionary dictionary, int code, IdentityHashMap<Dictionary, int[]> known) {
        if (!(dictionary instanceof PlainDictionary)) {
            add(dictionary, code);
            return size - 1;
        }
        int[] rows = known.computeIfAbsent(dictionary, d -> new int[d.size()]);
        if (rows[code] == 0) {
            add(dictionary, code);
            rows[code] = size;
        }
        return rows[code] - 1;
    }

    private int part(Dictionary dictionary) {
        if (dictionary != lastDictionary) {
            var known = partOf.get(dictionary);
            if (known == null) {
                known = parts.size();
                parts.add(dictionary);
                partOf.put(dictionary, known);
            }
            lastDictionary = dictionary;
            lastPart = known;
        }
        return lastPart;
    }

    private void put(int part, int code) {
        if (size == codes.length) {
            rowParts = Arrays.copyOf(rowParts, size * 2);
            codes = Arrays.copyOf(codes, size * 2);
        }
        rowParts[size] = part;
        codes[size++] = code;
    }

    /// The text of a row that was added and is not null.
    public String text(int row) {
        return rowParts[row] < 0 ? own.get(codes[row]) : parts.get(rowParts[row]).get(codes[row]);
    }

    /// The texts that were taken over, by the codes that [#code] gives for their rows.
    PlainDictionary own() {
        return new PlainDictionary(own.toArray(String[]::new), false);
    }

    /// The dictionary of a row that was added and is not null; of one that was taken over, null.
    @Nullable Dictionary dictionary(int row) {
        return rowParts[row] < 0 ? null : parts.get(rowParts[row]);
    }

    int code(int row) {
        return codes[row];
    }

    /// Whether a row that was added and is not null has the text behind that code.
    boolean isEqual(int row, Dictionary dictionary, int code) {
        return rowParts[row] < 0
                ? TextHashes.isEqual(dictionary, code, own.get(codes[row]))
                : TextHashes.isEqual(dictionary, code, parts.get(rowParts[row]), codes[row]);
    }

    /// As [#isEqual(int, Dictionary, int)], of the first `n` of rows and codes.
    boolean[] isEqual(int[] rows, Dictionary dictionary, int[] with, int n) {
        boolean[] equal = new boolean[n];
        for (int from = 0, to; from < n; from = to) {
            int part = rowParts[rows[from]];
            if (part < 0) {
                equal[from] = isEqual(rows[from], dictionary, with[from]);
                to = from + 1;
                continue;
            }
            to = from + 1;
            while (to < n && rowParts[rows[to]] == part) {
                to++;
            }
            int[] own = new int[to - from];
            for (int i = from; i < to; i++) {
                own[i - from] = codes[rows[i]];
            }
            int[] theirs = Arrays.copyOfRange(with, from, to);
            var same = TextBatches.isEqual(dictionary, theirs, parts.get(part), own, own.length);
            System.arraycopy(same, 0, equal, from, same.length);
        }
        return equal;
    }

    /// All of them.
    public StringColumn build() {
        long total = own.size();
        for (var part : parts) {
            total += part.size();
        }
        if (total > Integer.MAX_VALUE - 8) {
            var texts = new String[size];
            for (int row = 0; row < size; row++) {
                texts[row] = rowParts[row] == -2 ? null : text(row);
            }
            return StringColumn.of(texts);
        }
        var all = new ArrayList<Dictionary>(parts);
        if (!own.isEmpty() || parts.isEmpty()) {
            all.add(new PlainDictionary(own.toArray(String[]::new), false));
        }
        var union = new UnionDictionary(all);
        int[] out = new int[size];
        for (int row = 0; row < size; row++) {
            out[row] =
                    switch (rowParts[row]) {
                        case -2 -> -1;
                        case -1 -> union.start(parts.size()) + codes[row];
                        default -> union.start(rowParts[row]) + codes[row];
                    };
        }
        return new StringColumn(
                Codes.of(out, union.size()), all.size() == 1 ? all.getFirst() : union);
    }
}
