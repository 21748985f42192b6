package io.muster.kql.function;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.muster.core.value.Ticks;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What is the same for the whole of one query: its instant, its compiled patterns. Thread-safe.
public final class EvaluationContext {
    private final long nowTicks;
    private final Map<String, Optional<Pattern>> patterns = new ConcurrentHashMap<>();
    private final Watch watch;

    /// Called now and then by long loops; throws when the query must stop.
    @FunctionalInterface
    public interface Watch {
        void check();
    }

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
    public Optional<Pattern> pattern(String regex) {
        return pattern("", regex, "");
    }

    /// The compiled pattern between two pieces of RE2; empty when the text is no pattern.
    public Optional<Pattern> pattern(String before, String regex, String after) {
        if (patterns.size() > 1000) {
            patterns.clear();
        }
        return patterns.computeIfAbsent(
                before + regex + after,
                text -> {
                    try {
                        return Optional.of(
                                Pattern.compile(before + RegexSyntax.toRe2(regex) + after));
                    } catch (PatternSyntaxException notAPattern) {
                        return Optional.empty();
                    }
                });
    }
}
