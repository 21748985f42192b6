package io.muster.inventory.source.azure;

import com.azure.resourcemanager.resourcegraph.ResourceGraphManager;
import com.azure.resourcemanager.resourcegraph.fluent.ResourceProvidersClient;
import com.azure.resourcemanager.resourcegraph.models.QueryRequest;
import com.azure.resourcemanager.resourcegraph.models.QueryRequestOptions;
import com.azure.resourcemanager.resourcegraph.models.ResultFormat;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.azure.AnswerCapture.Answers;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the rows of Resource Graph tables, whole or not at all.
///
/// First by skip tokens, each page one row over the last one's end: when the row in common is not the same, rows have moved. Anything
/// that does not add up (rows twice or out of order, counts that differ from `totalRecords`, a total that moves) is a torn reading. A torn
/// scope is read again by keys: `where strcmp(id, last) > 0`, which rows that come and go elsewhere cannot disturb. A request that fails for
/// good ends an attempt, not the scope: the next one goes on behind the last row read.
final class GraphReader {
    /// How often pages of one place may differ before a reading by keys is given up.
    private static final int DISAGREEMENTS = 100;

    private final ResourceProvidersClient client;
    private final Retrying retrying;
    private final Pause pause;
    private final int pageSize;
    private final int scopeAttempts;

    GraphReader(
            AzureConnection connection,
            Retrying retrying,
            Pause pause,
            int pageSize,
            int scopeAttempts) {
        this.client =
                ResourceGraphManager.authenticate(connection.pipeline(), connection.profile(null))
                        .serviceClient()
                        .getResourceProviders();
        this.retrying = retrying;
        this.pause = pause;
        this.pageSize = pageSize;
        this.scopeAttempts = scopeAttempts;
    }

    /// The rows of a scope by their ids in lower case.
    ///
    /// @param rows in the order of ids
    /// @param expected what the service said it has
    /// @param torn why the rows are not all; empty when they are
    record Rows(Map<String, Dynamic> rows, long expected, String torn) {
        boolean isComplete() {
            return torn.isEmpty();
        }
    }

    private record Page(
            List<Dynamic> rows, long total, @Nullable String skipToken, boolean truncated) {}

    /// All rows of a pipeline that starts with a table and keeps `id`.
    ///
    /// @param subscriptions empty for all that can be read
    Rows read(String query, List<String> subscriptions)
            throws FailedRequestException, InterruptedException {
        return read(query, subscriptions, ScopeProgress.none());
    }

    /// The same, going on behind what was read before.
    Rows read(String query, List<String> subscriptions, ScopeProgress progress)
            throws FailedRequestException, InterruptedException {
        var cursor = new Cursor(progress, pageSize);
        if (progress.isWhole()) {
            return new Rows(cursor.rows, cursor.rows.size(), "");
        }
        boolean goesOn = !cursor.rows.isEmpty();
        var rows = new Rows(Map.of(), 0, "it was not read");
        FailedRequestException failure = null;
        int attempt = 0;
        while (attempt < scopeAttempts) {
            try {
                failure = null;
                rows =
                        attempt == 0 && !goesOn
                                ? byTokens(query, subscriptions, cursor)
                                : byKeys(query, subscriptions, cursor);
                if (rows.isComplete()) {
                    return rows;
                }
                cursor.restart();
                attempt++;
            } catch (FailedRequestException failed) {
                if (failed.isTooLarge() && cursor.pageSize > 1) {
                    // Fewer rows at once, behind those that were read.
                    cursor.pageSize /= 2;
                    goesOn = true;
                    continue;
                }
                if (!failed.mayPass()) {
                    throw failed;
                }
                // What was read counts: the next attempt goes on behind it.
                failure = failed;
                // Who is told to ask much later does not ask again at once.
                attempt = failed.isPutOff() ? scopeAttempts : attempt + 1;
            }
        }
        if (failure == null) {
            return rows;
        }
        if (cursor.rows.isEmpty()) {
            throw failure;
        }
        return new Rows(
                cursor.rows,
                cursor.expected,
                "the reading ended after %d rows: %s"
                        .formatted(cursor.rows.size(), failure.getMessage()));
    }

    /// How far the reading of a scope has come.
    private static final class Cursor {
        private LinkedHashMap<String, Dynamic> rows = new LinkedHashMap<>();

        /// The id of the last row read.
        private String after = "";

        private long expected;

        /// Rows to ask for at once.
        private int pageSize;

        private final ScopeProgress progress;

        Cursor(ScopeProgress progress, int pageSize) {
            this.progress = progress;
            this.pageSize = pageSize;
            add(progress.before());
        }

        private void add(List<Dynamic> page) {
            page.forEach(row -> rows.putIfAbsent(key(row), row));
            if (!page.isEmpty()) {
                after = id(page.getLast());
            }
        }

        void take(List<Dynamic> page, boolean last) {
            add(page);
            progress.took(page, last);
        }

        void restart() {
            progress.restarted();
            rows = new LinkedHashMap<>();
            after = "";
        }
    }

    private Rows byTokens(String query, List<String> subscriptions, Cursor cursor)
            throws FailedRequestException, InterruptedException {
        String sorted = query + " | order by id asc";
        var rows = cursor.rows;
        var page = page(sorted, subscriptions, null, 0, cursor.pageSize);
        long total = page.total();
        cursor.expected = total;
        String last = "";
        boolean first = true;
        while (true) {
            int skipped = 0;
            if (!first) {
                if (page.rows().isEmpty() || !key(page.rows().getFirst()).equals(last)) {
                    return new Rows(rows, total, "rows moved between pages");
                }
                skipped = 1;
            }
            for (int i = skipped; i < page.rows().size(); i++) {
                String key = key(page.rows().get(i));
                if (key.isEmpty() || rows.putIfAbsent(key, page.rows().get(i)) != null) {
                    return new Rows(rows, total, "a row came twice or has no id");
                }
                last = key;
                cursor.after = id(page.rows().get(i));
            }
            if (page.total() != total) {
                return new Rows(rows, page.total(), "the number of rows moved while reading");
            }
            boolean end = page.skipToken() == null || rows.size() >= total;
            cursor.progress.took(
                    page.rows().subList(skipped, page.rows().size()),
                    end && !page.truncated() && rows.size() == total);
            if (end) {
                break;
            }
            if (page.rows().size() <= skipped) {
                return new Rows(rows, total, "a page is empty and others should follow");
            }
            page = page(sorted, subscriptions, page.skipToken(), rows.size() - 1, cursor.pageSize);
            first = false;
        }
        if (page.truncated() || rows.size() != total) {
            return new Rows(
                    rows, total, rows.size() + " rows came of " + total + " that there are");
        }
        return new Rows(rows, total, "");
    }

    /// Each page asks for what lies behind the last id. The totals of two pages must differ by the rows between them; where they do not, rows
    /// came or went, or the page left some out: the number of rows from its beginning to its end tells, and it is asked for again.
    private Rows byKeys(String query, List<String> subscriptions, Cursor cursor)
            throws FailedRequestException, InterruptedException {
        var page = behind(query, subscriptions, cursor.after, cursor.pageSize);
        long expected = cursor.rows.size() + page.total();
        cursor.expected = expected;
        int disagreements = 0;
        while (true) {
            if (!isSound(page, cursor.after)) {
                return new Rows(cursor.rows, expected, "a page is empty, out of order or repeated");
            }
            String end = page.rows().isEmpty() ? cursor.after : id(page.rows().getLast());
            if (page.rows().size() >= page.total()) {
                cursor.take(page.rows(), true);
                return new Rows(cursor.rows, cursor.rows.size(), "");
            }
            var next = behind(query, subscriptions, end, cursor.pageSize);
            if (next.total() != page.total() - page.rows().size()
                    && within(query, subscriptions, cursor.after, end) != page.rows().size()) {
                if (++disagreements > DISAGREEMENTS) {
                    return new Rows(cursor.rows, expected, "pages of one place kept differing");
                }
                page = behind(query, subscriptions, cursor.after, cursor.pageSize);
                continue;
            }
            cursor.take(page.rows(), false);
            page = next;
        }
    }

    /// A page may have fewer rows than were asked for: what it left out the totals tell.
    private static boolean isSound(Page page, String after) {
        if (page.rows().isEmpty() && page.total() > 0) {
            return false;
        }
        String previous = after;
        for (var row : page.rows()) {
            String id = id(row);
            if (id.isEmpty() || id.compareTo(previous) <= 0) {
                return false;
            }
            previous = id;
        }
        return true;
    }

    private Page behind(String query, List<String> subscriptions, String after, int top)
            throws FailedRequestException, InterruptedException {
        String where = after.isEmpty() ? "" : " | where strcmp(id, '" + quoted(after) + "') > 0";
        return page(query + where + " | order by id asc", subscriptions, null, 0, top);
    }

    /// How many rows there are behind one id up to another.
    private long within(String query, List<String> subscriptions, String after, String end)
            throws FailedRequestException, InterruptedException {
        String upTo = " | where strcmp(id, '" + quoted(end) + "') <= 0";
        return behind(query + upTo, subscriptions, after, 1).total();
    }

    static String quoted(String id) {
        return id.replace("\\", "\\\\").replace("'", "\\'");
    }

    /// @param skip beside a token: the offset to start at instead of the token's own
    private Page page(
            String query, List<String> subscriptions, @Nullable String skipToken, int skip, int top)
            throws FailedRequestException, InterruptedException {
        return retrying.call(() -> {
            var options =
                    new QueryRequestOptions()
                            .withTop(top)
                            .withResultFormat(ResultFormat.OBJECT_ARRAY);
            if (skipToken != null) {
                options.withSkipToken(skipToken).withSkip(skip);
            }
            var request = new QueryRequest().withQuery(query).withOptions(options);
            if (!subscriptions.isEmpty()) {
                request.withSubscriptions(subscriptions);
            }
            var answers = new Answers();
            client.resourcesWithResponse(request, answers.context());
            var answer =
                    answers.take()
                            .orElseThrow(
                                    () -> new JsonException("the answer has no body", 1, 1, ""));
            if (answer.subscriptionsLeftOut() && subscriptions.isEmpty()) {
                // Its totals count only those, too.
                throw new FailedRequestException(
                        answer.status(),
                        "Resource Graph answers for the first 10,000 subscriptions alone: name those to read in the settings",
                        null);
            }
            var page = page(Json.parse(answer.body()));
            if (answer.quotaRemaining().equals("0")) {
                var reset = Retrying.timespan(answer.quotaResetsAfter());
                if (reset.isPresent()) {
                    pause.of(retrying.bearable(reset.get()));
                }
            }
            return page;
        });
    }

    private static Page page(Dynamic answer) throws JsonException {
        if (!(answer.get("data") instanceof Dynamic.Array(var rows))
                || !(answer.get("totalRecords") instanceof Dynamic.Whole(var total))) {
            throw new JsonException("the answer is none of Resource Graph", 1, 1, "");
        }
        if (answer.get("count").longOr(rows.size()) != rows.size()) {
            throw new JsonException("the answer has not as many rows as it counts", 1, 1, "/count");
        }
        return new Page(
                rows,
                total,
                answer.get("$skipToken").asText().filter(t -> !t.isEmpty()).orElse(null),
                answer.get("resultTruncated").textOr("").equalsIgnoreCase("true"));
    }

    private static String id(Dynamic row) {
        return row.get("id").textOr("");
    }

    private static String key(Dynamic row) {
        return id(row).toLowerCase(Locale.ROOT);
    }
}
