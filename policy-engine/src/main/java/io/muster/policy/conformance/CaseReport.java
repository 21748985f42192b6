package io.muster.policy.conformance;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Prints one JSON line a case, then a summary line a group, then the total alone on the last line.
final class CaseReport {
    /// How a case ended.
    enum Status {
        PASS,
        FAIL,
        ERROR,
        SKIP
    }

    private record Counts(int passed, int failed, int skipped) {
        Counts and(Status status) {
            return switch (status) {
                case PASS -> new Counts(passed + 1, failed, skipped);
                case FAIL, ERROR -> new Counts(passed, failed + 1, skipped);
                case SKIP -> new Counts(passed, failed, skipped + 1);
            };
        }
    }

    private final PrintStream out;
    private final Map<String, Counts> groups = new TreeMap<>();
    private Counts total = new Counts(0, 0, 0);

    CaseReport(PrintStream out) {
        this.out = out;
    }

    /// @param apart whether the case stays out of the total
    void add(String id, String group, Status status, String detail, boolean apart) {
        out.println(
                Json.write(
                        Dynamic.bag()
                                .put("id", id)
                                .put("status", status.name().toLowerCase(Locale.ROOT))
                                .put("detail", detail)
                                .build()));
        groups.merge(group, new Counts(0, 0, 0).and(status), (had, _) -> had.and(status));
        if (!apart) {
            total = total.and(status);
        }
    }

    /// Prints the summary; the exit code: 0 when nothing failed.
    int finish() {
        groups.forEach((group, counts) ->
                out.printf(
                        "%s: %d passed, %d failed, %d skipped%n",
                        group, counts.passed(), counts.failed(), counts.skipped()));
        out.printf("%d passed, %d failed%n", total.passed(), total.failed());
        return total.failed() == 0 ? 0 : 1;
    }
}
