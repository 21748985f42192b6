package io.muster.inventory.table;

import io.muster.core.column.Dictionary;
import io.muster.core.column.JoinedDictionary;
import io.muster.core.column.TextPool;
import java.util.Locale;

/// The segment that follows a keyword in resource ids (`resourceGroups`, `subscriptions`), once for each distinct beginning of an id.
final class IdParts {
    /// No keyword in the id so far.
    private static final int NONE = -1;

    /// The id ends with the keyword: what follows next is the segment.
    private static final int NEXT = -2;

    private final String keyword;
    private final TextPool pool;

    /// @param keyword in lower case
    /// @param pool where the segments are put
    IdParts(String keyword, TextPool pool) {
        this.keyword = keyword;
        this.pool = pool;
    }

    /// For each id its segment's code in the pool, that of "" where it has none.
    int[] of(Dictionary ids) {
        int[] found = find(ids);
        int none = pool.intern("");
        for (int i = 0; i < found.length; i++) {
            found[i] = found[i] < 0 ? none : found[i];
        }
        return found;
    }

    private int[] find(Dictionary ids) {
        int[] found = new int[ids.size()];
        if (ids instanceof JoinedDictionary joined && joined.separator() == '/') {
            int[] heads = find(joined.heads());
            int[] tails = new int[joined.tails().size()];
            boolean[] keywords = new boolean[tails.length];
            for (int tail = 0; tail < tails.length; tail++) {
                tails[tail] = NONE;
                keywords[tail] = lower(joined.tails().get(tail)).equals(keyword);
            }
            for (int i = 0; i < found.length; i++) {
                int head = heads[joined.headCodes().get(i)];
                int tail = joined.tailCodes().get(i);
                if (head == NEXT) {
                    if (tails[tail] < 0) {
                        tails[tail] = pool.intern(joined.tails().get(tail));
                    }
                    found[i] = tails[tail];
                } else {
                    found[i] = head == NONE && keywords[tail] ? NEXT : head;
                }
            }
            return found;
        }
        for (int i = 0; i < found.length; i++) {
            found[i] = find(ids.get(i));
        }
        return found;
    }

    private int find(String id) {
        int from = lower(id).indexOf("/" + keyword + "/");
        if (from < 0) {
            return lower(id).endsWith("/" + keyword) ? NEXT : NONE;
        }
        from += keyword.length() + 2;
        int to = id.indexOf('/', from);
        return pool.intern(to < 0 ? id.substring(from) : id.substring(from, to));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
