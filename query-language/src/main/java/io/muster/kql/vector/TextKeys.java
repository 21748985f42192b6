package io.muster.kql.vector;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Dictionary;
import io.muster.core.column.JoinedDictionary;
import io.muster.core.column.KeyDictionary;
import io.muster.core.column.LowerDictionary;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextBatches;
import io.muster.core.column.TextHashes;
import io.muster.core.column.UnionDictionary;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/// Numbers distinct texts: 0, 1, ... in order of first sight; null and "" are one. A text is met by its hash, which a dictionary knows of its
/// parts, and read only where a hash is met that is there already. The keys of one table meet by their codes alone. Confined to one thread.
public final class TextKeys {
    private static final int UNSEEN = -2;
    private static final Dictionary EMPTY = Dictionary.of("");

    /// So many times more codes than rows: a table of the codes costs more than it saves.
    private static final long SPARSE = 64;

    /// A text stands at most so far from where its hash points. Whoever makes texts of equal hashes gets them looked up in a map instead.
    private static final int REACH = 64;

    /// So many hashers are remembered; each batch may bring dictionaries of its own.
    private static final int HASHERS = 64;

    /// Nanoseconds or so that a text takes which no code is known for.
    private static final long LOOK_UP = 64;

    /// So many rows are looked up at a time.
    private static final int STRIDE = 1 << 13;

    private final TextRefs texts;
    private final MemoryMeter.Tally made = new MemoryMeter.Tally();
    private final MemoryMeter.Pace pace = new MemoryMeter.Pace();

    /// Whose texts these are, when they are only looked up here; null when this numbers them.
    private final @Nullable TextKeys origin;

    /// By id, once there is a hash.
    private int[] hashes = new int[16];

    /// Of [#hashes], once many were looked up.
    private @Nullable TextMarks marks;

    /// Open addressing: id + 1, 0 for free.
    private int[] slots = new int[32];

    /// The ids of texts that found no slot within reach.
    private final HashMap<String, Integer> crowded;

    private final BitSet crowdedIds;

    /// Ids below have their hash and slot. Others are keys of `owner`, each new.
    private int hashed;

    /// The table whose keys all texts are so far; null when they are not of one.
    private @Nullable Object owner;

    private int emptyId = -1;

    /// Of dictionaries that a snapshot keeps. Those of a batch go with it.
    private final IdentityHashMap<Dictionary, int[]> codeIds = new IdentityHashMap<>();

    private @Nullable Dictionary lastKnownOf;
    private int[] lastKnown = new int[0];

    private @Nullable Dictionary lastOfBatch;
    private int[] lastIds = new int[0];
    private final IdentityHashMap<Dictionary, IntToLongFunction> hashers = new IdentityHashMap<>();

    private @Nullable Dictionary lastHashed;
    private @Nullable IntToLongFunction lastHasher;

    /// By code, where those of all texts were computed; else without meaning.
    private int @Nullable [] lastHashes;

    public TextKeys() {
        this.origin = null;
        this.texts = new TextRefs();
        this.crowded = new HashMap<>();
        this.crowdedIds = new BitSet();
    }

    private TextKeys(TextKeys origin) {
        this.origin = origin;
        this.texts = origin.texts;
        this.crowded = origin.crowded;
        this.crowdedIds = origin.crowdedIds;
        synchronized (origin) {
            follow(origin);
        }
        // Ids by code are the same whoever finds them; a code that no text has is noted by all as
        // one.
        codeIds.putAll(origin.codeIds);
    }

    private void follow(TextKeys other) {
        hashes = other.hashes;
        slots = other.slots;
        hashed = other.hashed;
        owner = other.owner;
        emptyId = other.emptyId;
    }

    /// The same texts to look up, by another thread, beside others that do. Nothing is numbered any more once there is a reader.
    TextKeys reader() {
        return new TextKeys(this);
    }

    public int size() {
        return texts.size();
    }

    /// Writes the id of each row's text; with `insert` off, -1 for one never seen. Once texts were looked up, none is numbered any more.
    public void ids(StringColumn column, boolean insert, int[] out) {
        Codes codes = column.codes();
        Dictionary dictionary = column.dictionary();
        int rows = out.length;
        if (!insert && (texts.size() == 0 || isForeign(dictionary))) {
            Arrays.fill(out, -1);
            if (emptyId >= 0 && codes.hasNulls()) {
                for (int row = 0; row < rows; row++) {
                    out[row] = codes.get(row) < 0 ? emptyId : -1;
                }
            }
            return;
        }
        if (!insert && isOwn(dictionary)) {
            int[] known = known(dictionary);
            for (int row = 0; row < rows; row++) {
                int code = codes.get(row);
                out[row] = code < 0 ? ofEmpty(false) : Math.max(-1, known[code]);
            }
            return;
        }
        hashAll(dictionary, rows);
        if (codes.isIdentity() && !(dictionary instanceof KeyDictionary)
                || dictionary.size() > SPARSE * rows) {
            int[] hashes = lastHashes;
            if (!insert && dictionary == lastHashed && hashes != null) {
                disown();
                findAll(dictionary, codes, hashes, out);
                return;
            }
            for (int row = 0; row < rows; row++) {
                int code = codes.get(row);
                out[row] = code < 0 ? ofEmpty(insert) : of(dictionary, code, insert);
            }
            return;
        }
        int[] known = known(dictionary);
        if (isScattered(dictionary, codes)) {
            meetAll(dictionary, codes, known, insert);
        }
        for (int from = 0; from < rows; from += STRIDE) {
            int to = Math.min(from + STRIDE, rows);
            if (pick(codes, known, from, to, out) < 0) {
                for (int row = from; row < to; row++) {
                    if (out[row] < 0) {
                        out[row] = slow(dictionary, codes.get(row), known, insert);
                    }
                }
            }
        }
    }

    /// Writes the ids that are known of some rows' codes, null as one that was not seen.
    ///
    /// @return negative as soon as one is
    private static int pick(Codes codes, int[] known, int from, int to, int[] out) {
        byte[] bytes = codes.bytes();
        short[] shorts = codes.shorts();
        int signs = 0;
        if (codes.hasNulls()) {
            for (int row = from; row < to; row++) {
                int code = codes.get(row);
                int id = code < 0 ? UNSEEN : known[code];
                out[row] = id;
                signs |= id;
            }
        } else if (bytes != null) {
            for (int row = from; row < to; row++) {
                int id = known[bytes[row]];
                out[row] = id;
                signs |= id;
            }
        } else if (shorts != null) {
            for (int row = from; row < to; row++) {
                int id = known[shorts[row]];
                out[row] = id;
                signs |= id;
            }
        } else {
            for (int row = from; row < to; row++) {
                int id = known[codes.get(row)];
                out[row] = id;
                signs |= id;
            }
        }
        return signs;
    }

    /// Looks many texts up, most of which are not there: first by a bit of their hashes, then in the table, then those that are found by their
    /// texts, side by side.
    private void findAll(Dictionary dictionary, Codes codes, int[] hashOf, int[] out) {
        var known = marks();
        int[] rows = new int[Math.min(out.length, STRIDE)];
        for (int from = 0; from < out.length; from += STRIDE) {
            int to = Math.min(from + STRIDE, out.length);
            pace.did(to - from);
            int n = 0;
            if (codes.isIdentity()) {
                for (int row = from; row < to; row++) {
                    rows[n] = row;
                    n += known.of(hashOf[row]);
                    out[row] = -1;
                }
            } else {
                for (int row = from; row < to; row++) {
                    int code = codes.get(row);
                    out[row] = code < 0 ? ofEmpty(false) : -1;
                    rows[n] = row;
                    n += code < 0 ? 0 : known.of(hashOf[code]);
                }
            }
            find(dictionary, codes, hashOf, rows, n, out);
        }
    }

    private void find(
            Dictionary dictionary, Codes codes, int[] hashOf, int[] rows, int n, int[] out) {
        pace.did(LOOK_UP * n);
        int[] ids = new int[n];
        int[] found = new int[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            int id = first(hashOf[codes.get(rows[i])]);
            if (id >= 0) {
                ids[count] = id;
                rows[count] = rows[i];
                found[count++] = codes.get(rows[i]);
            } else if (!crowded.isEmpty()) {
                int code = codes.get(rows[i]);
                out[rows[i]] = find(dictionary, code, hashOf[code]);
            }
        }
        boolean[] equal = texts.isEqual(ids, dictionary, found, count);
        for (int i = 0; i < count; i++) {
            // Another text may have the same hash.
            out[rows[i]] = equal[i] ? ids[i] : find(dictionary, found[i], hashOf[found[i]]);
        }
    }

    /// The first id within reach that has the hash, -1 when there is none.
    private int first(int hash) {
        int mask = slots.length - 1;
        int at = spread(hash);
        for (int last = at + REACH; at < last && slots[at & mask] != 0; at++) {
            int id = slots[at & mask] - 1;
            if (hashes[id] == hash) {
                return id;
            }
        }
        return -1;
    }

    /// Of all hashes there are; kept until a text is added.
    private TextMarks marks() {
        var known = marks;
        if (known == null) {
            if (origin == null) {
                known = new TextMarks(hashes, hashed);
                made.add(known.bytes());
            } else {
                synchronized (origin) {
                    known = origin.marks();
                }
            }
            marks = known;
        }
        return known;
    }

    /// The id of one row's text: as [#ids].
    public int id(StringColumn column, int row, boolean insert) {
        int code = column.codes().get(row);
        if (code < 0) {
            return ofEmpty(insert);
        }
        return column.dictionary().size() > SPARSE * column.size()
                ? of(column.dictionary(), code, insert)
                : slow(column.dictionary(), code, known(column.dictionary()), insert);
    }

    /// Keys of the one table that all texts are of, none of that dictionary.
    private boolean isForeign(Dictionary dictionary) {
        return isOwn(dictionary) && !codeIds.containsKey(dictionary);
    }

    /// Keys of the one table that all texts are of.
    private boolean isOwn(Dictionary dictionary) {
        return dictionary instanceof KeyDictionary(var base, var table) && table == owner;
    }

    /// Hashes all texts of a dictionary that a snapshot keeps, when about so many are wanted.
    private void hashAll(Dictionary dictionary, int rows) {
        if (dictionary == lastHashed
                || dictionary.size() > 2L * rows
                || dictionary instanceof PlainDictionary
                || dictionary instanceof UnionDictionary
                || isOwn(dictionary)
                || texts.size() == 0 && dictionary instanceof KeyDictionary
                || codeIds.containsKey(dictionary)) {
            return;
        }
        MemoryMeter.current().charge(8L * dictionary.size());
        int[] all = TextHashes.hashCodes(dictionary);
        lastHashed = dictionary;
        lastHashes = all;
        lastHasher = code -> all[code];
    }

    /// Whether the texts are put together of parts, and some of them are wanted in the order of their rows.
    private boolean isScattered(Dictionary dictionary, Codes codes) {
        var base = dictionary instanceof LowerDictionary(var texts) ? texts : dictionary;
        base = base instanceof KeyDictionary(var texts, var table) ? texts : base;
        return base instanceof JoinedDictionary
                && dictionary != lastHashed
                && !isOwn(dictionary)
                && !(texts.size() == 0 && dictionary instanceof KeyDictionary)
                && !codes.hasNulls();
    }

    /// Finds or numbers the texts of all codes that were not met before, their hashes made side by side.
    private void meetAll(Dictionary dictionary, Codes codes, int[] known, boolean insert) {
        disown();
        int[] fresh = new int[Math.min(codes.size(), STRIDE)];
        int[] made = new int[fresh.length];
        for (int row = 0; row < codes.size(); ) {
            int n = 0;
            for (; row < codes.size() && n < fresh.length; row++) {
                int code = codes.get(row);
                fresh[n] = code;
                n += known[code] == UNSEEN || known[code] < 0 && insert ? 1 : 0;
            }
            TextBatches.hashCodes(dictionary, fresh, n, made);
            for (int i = 0; i < n; i++) {
                int id = known[fresh[i]];
                if (id == UNSEEN || id < 0 && insert) {
                    known[fresh[i]] = of(dictionary, fresh[i], made[i], insert);
                }
            }
        }
    }

    private int[] known(Dictionary dictionary) {
        if (dictionary instanceof PlainDictionary || dictionary instanceof UnionDictionary) {
            if (dictionary != lastOfBatch) {
                lastIds = unseen(dictionary);
                lastOfBatch = dictionary;
            }
            return lastIds;
        }
        if (dictionary == lastKnownOf) {
            return lastKnown;
        }
        int[] known = codeIds.get(dictionary);
        if (known == null) {
            known = unseen(dictionary);
            made.add(4L * known.length);
            codeIds.put(dictionary, known);
        }
        lastKnownOf = dictionary;
        lastKnown = known;
        return known;
    }

    private static int[] unseen(Dictionary dictionary) {
        int[] ids = new int[dictionary.size()];
        Arrays.fill(ids, UNSEEN);
        return ids;
    }

    private int slow(Dictionary dictionary, int code, int[] known, boolean insert) {
        if (code < 0) {
            return ofEmpty(insert);
        }
        int id = known[code];
        if (id == UNSEEN || id < 0 && insert) {
            id = of(dictionary, code, insert);
            known[code] = id;
        }
        return id;
    }

    private int of(Dictionary dictionary, int code, boolean insert) {
        if (dictionary instanceof UnionDictionary union) {
            int part = union.part(code);
            return of(union.parts().get(part), code - union.start(part), insert);
        }
        if (dictionary instanceof KeyDictionary(var base, var table)) {
            if (texts.size() == 0 && insert) {
                owner = table;
            }
            if (table == owner) {
                return ofKey(dictionary, code, insert);
            }
        }
        disown();
        return of(dictionary, code, hash(dictionary, code), insert);
    }

    private int of(Dictionary dictionary, int code, int hash, boolean insert) {
        int id = find(dictionary, code, hash);
        if (id >= 0 || !insert) {
            return id;
        }
        texts.add(dictionary, code);
        made.add(cost(dictionary, code));
        return inserted(hash);
    }

    /// Numbers another's texts, whose hashes are known; its text i is the result's i here.
    int[] merge(TextKeys other) {
        int[] ids = new int[other.size()];
        var taken = other.texts.own();
        for (int i = 0; i < ids.length; i++) {
            var kept = other.texts.dictionary(i);
            var dictionary = kept == null ? taken : kept;
            int code = other.texts.code(i);
            if (i == other.emptyId) {
                ids[i] = ofEmpty(true);
            } else if (i < other.hashed) {
                disown();
                ids[i] = of(dictionary, code, other.hashes[i], true);
            } else {
                ids[i] = of(dictionary, code, true);
            }
        }
        return ids;
    }

    /// A key of the one table: new unless its code is known.
    private int ofKey(Dictionary dictionary, int code, boolean insert) {
        int[] known = insert ? known(dictionary) : codeIds.get(dictionary);
        if (known == null) {
            return -1;
        }
        if (known[code] < 0 && insert) {
            known[code] = texts.size();
            texts.add(dictionary, code);
            made.add(8);
        }
        return Math.max(-1, known[code]);
    }

    private static long cost(Dictionary dictionary, int code) {
        return dictionary instanceof PlainDictionary plain
                ? MemoryMeter.sizeOf(plain.get(code))
                : 16;
    }

    private int ofEmpty(boolean insert) {
        if (emptyId >= 0) {
            return emptyId;
        }
        disown();
        int id = find(EMPTY, 0, 0);
        if (id < 0 && insert) {
            texts.add("");
            id = inserted(0);
        }
        emptyId = id;
        return id;
    }

    /// From now on texts of any origin meet: those that only their codes told apart get their hashes.
    private void disown() {
        if (origin != null) {
            if (hashed < texts.size()) {
                synchronized (origin) {
                    origin.disown();
                    follow(origin);
                }
            }
            owner = null;
            return;
        }
        owner = null;
        while (hashed < texts.size()) {
            int id = hashed++;
            slot(id, texts.text(id).hashCode());
        }
    }

    private int hash(Dictionary dictionary, int code) {
        if (dictionary instanceof PlainDictionary plain) {
            return plain.get(code).hashCode();
        }
        var hasher = lastHasher;
        if (hasher == null || dictionary != lastHashed) {
            if (hashers.size() >= HASHERS) {
                hashers.clear();
            }
            hasher = hashers.computeIfAbsent(dictionary, TextHashes::of);
            lastHashed = dictionary;
            lastHashes = null;
            lastHasher = hasher;
        }
        return (int) hasher.applyAsLong(code);
    }

    private int find(Dictionary dictionary, int code, int hash) {
        pace.did(LOOK_UP);
        int mask = slots.length - 1;
        int at = spread(hash);
        if (slots[at & mask] == 0 && crowded.isEmpty()) {
            return -1;
        }
        for (int last = at + REACH; at < last && slots[at & mask] != 0; at++) {
            int id = slots[at & mask] - 1;
            if (hashes[id] == hash && texts.isEqual(id, dictionary, code)) {
                return id;
            }
        }
        return crowded.isEmpty() ? -1 : crowded.getOrDefault(dictionary.get(code), -1);
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ mixed >>> 15) & Integer.MAX_VALUE >> 1;
    }

    /// The text that was added last.
    private int inserted(int hash) {
        int id = texts.size() - 1;
        hashed = id + 1;
        slot(id, hash);
        return id;
    }

    private void slot(int id, int hash) {
        marks = null;
        if (id >= hashes.length) {
            hashes = Arrays.copyOf(hashes, hashes.length * 2);
        }
        hashes[id] = hash;
        if (id * 2 >= slots.length) {
            slots = new int[slots.length * 4];
            for (int other = 0; other < id; other++) {
                if (!crowdedIds.get(other)) {
                    place(other);
                }
            }
        }
        place(id);
    }

    private void place(int id) {
        int mask = slots.length - 1;
        int at = spread(hashes[id]);
        for (int last = at + REACH; at < last; at++) {
            if (slots[at & mask] == 0) {
                slots[at & mask] = id + 1;
                return;
            }
        }
        var text = texts.text(id);
        crowdedIds.set(id);
        crowded.put(text, id);
        made.add(MemoryMeter.sizeOf(text));
    }

    /// The texts of ids 0, 1, ...
    public Column values() {
        made.settle();
        return texts.build();
    }
}
