package io.muster.kql.regex;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;

/// A compiled regular expression whose matching looks now and then whether the query must stop. RE2 takes steps by the size of the pattern for
/// each character of the text, which is linear and still hours where both are long. Thread-safe.
public final class Regex {
    /// Steps, of some nanoseconds, between two looks.
    private static final long STRIDE = 1 << 20;

    /// Steps that are worth a look before.
    private static final long SOME = 1 << 10;

    /// Groups times states, at most: a match may keep the places of all groups for each state.
    private static final long MOST_PLACES = 1 << 21;

    private final Pattern pattern;
    private final Runnable look;
    private final long steps;

    private Regex(Pattern pattern, Runnable look) {
        this.pattern = pattern;
        this.look = look;
        this.steps = sizeOf(pattern);
    }

    /// @param look called now and then while it matches; throws when the query must stop
    /// @throws PatternSyntaxException if the text is no pattern, or one that cannot be had
    public static Regex of(String regex, Runnable look) {
        return new Regex(compile(RegexSyntax.toRe2(regex)), look);
    }

    /// As the other, put between two pieces of RE2 once it is found to be a pattern by itself.
    public static Regex within(String before, String regex, String after, Runnable look) {
        if (before.isEmpty() && after.isEmpty()) {
            return of(regex, look);
        }
        String re2 = RegexSyntax.toRe2(regex);
        compile(re2);
        return new Regex(compile(before + re2 + after), look);
    }

    /// The same pattern, looking elsewhere.
    public Regex watchedBy(Runnable other) {
        return new Regex(pattern, other);
    }

    private static Pattern compile(String re2) {
        RegexSize.check(re2);
        Pattern pattern = Pattern.compile(re2);
        if (sizeOf(pattern) > MOST_PLACES) {
            throw new PatternSyntaxException("too many groups for a pattern this long", re2);
        }
        return pattern;
    }

    private static long sizeOf(Pattern pattern) {
        return pattern.programSize() * (1L + pattern.groupCount());
    }

    /// About what is kept for it, in places of states.
    public long size() {
        return steps;
    }

    public int groupCount() {
        return pattern.groupCount();
    }

    public Map<String, Integer> namedGroups() {
        return pattern.namedGroups();
    }

    /// Whether it is found somewhere in the text.
    public boolean isIn(String text) {
        return once(text).find();
    }

    /// For one search: as many steps as the text is long.
    public Matcher once(String text) {
        return matcher(text, text.length() * steps);
    }

    /// For all that is found, one by one: each search may go to the end of the text.
    public Matcher often(String text) {
        return matcher(text, text.length() * Math.max(steps, text.length()));
    }

    private Matcher matcher(String text, long most) {
        if (most >= SOME) {
            look.run();
        }
        return pattern.matcher(
                most < STRIDE ? text : new WatchedText(text, look, Math.max(1, STRIDE / steps)));
    }
}
