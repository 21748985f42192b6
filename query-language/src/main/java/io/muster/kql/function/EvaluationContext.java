package io.muster.kql.function;

import com.google.re2j.PatternSyntaxException;
import io.muster.core.value.Ticks;
import io.muster.kql.regex.Regex;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What is the same for the whole of one query: its instant, its compiled patterns. Thread-safe.
public final class EvaluationContext {
    /// Patterns that are kept, at most, and their sizes together: those of rows may differ from row to row.
    private static final int MOST_PATTERNS = 1000;

    private static final long MOST_KEPT = 1 << 19;

    private final long nowTicks;
    private final Map<Written, Optional<Regex>> patterns = new ConcurrentHashMap<>();
    private final AtomicLong kept = new AtomicLong();
    private final Watch watch;

    /// Called now and then by long loops; throws when the query must stop.
    @FunctionalInterface
    public interface Watch {
        void check();
    }

    private record Written(String before, String regex, String after) {}

    public EvaluationContext(Instant now, Watch watch) {
        this.nowTicks = Ticks.of(now);
        this.watch = watch;
    }

    /// The query's instant in ticks: `now()` is the same everywhere in one query.
    public long now() {
        return nowTicks;
    }

    /// Throws when the query was cancelled or ran out of time.
    public void check() {
        watch.check();
    }

    /// The compiled pattern; empty when the text is no pattern.
    public Optional<Regex> pattern(String regex) {
        return pattern("", regex, "");
    }

    /// The compiled pattern between two pieces of RE2; empty when the text by itself is no pattern.
    public Optional<Regex> pattern(String before, String regex, String after) {
        if (patterns.size() > MOST_PATTERNS || kept.get() > MOST_KEPT) {
            patterns.clear();
            kept.set(0);
        }
        return patterns.computeIfAbsent(new Written(before, regex, after), this::compile);
    }

    private Optional<Regex> compile(Written written) {
        check();
        // The text is kept, too, a few characters for what a state takes.
        kept.addAndGet(written.regex().length() >> 3);
        try {
            var compiled =
                    Regex.within(written.before(), written.regex(), written.after(), this::check);
            kept.addAndGet(compiled.size());
            return Optional.of(compiled);
        } catch (PatternSyntaxException notAPattern) {
            return Optional.empty();
        }
    }
}
