package io.muster.kql;

import io.muster.core.diagnostic.Diagnostic;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What texts have reached so far: the kinds of diagnostics, the steps of plans beneath one another, the functions that were bound. A text that
/// reaches more is worth being changed further.
final class FuzzCoverage {
    private static final Pattern CALL = Pattern.compile("([a-z_0-9]+)\\s*\\(");
    private static final Pattern STEP = Pattern.compile("( *)([a-z-]+)");

    private final Set<String> functions = new HashSet<>();
    private final Set<String> seen = new HashSet<>();

    FuzzCoverage() {
        functions.addAll(Kql.vocabulary().functions());
        functions.addAll(Kql.vocabulary().aggregates());
    }

    int size() {
        return seen.size();
    }

    /// A text that was planned; whether anything of it is new.
    boolean planned(String text, String plan) {
        boolean fresh = false;
        Matcher call = CALL.matcher(text);
        while (call.find()) {
            fresh |= functions.contains(call.group(1)) && seen.add("call " + call.group(1));
        }
        // Each step with the one that it feeds.
        var path = new String[64];
        for (String line : plan.split("\n")) {
            Matcher step = STEP.matcher(line);
            if (step.lookingAt()) {
                int depth = Math.min(step.group(1).length() / 2, path.length - 1);
                path[depth] = step.group(2);
                fresh |=
                        seen.add(
                                "plan " + (depth > 0 ? path[depth - 1] : "") + " > " + path[depth]);
            }
        }
        return fresh;
    }

    /// A text that was refused, for how many reasons and which.
    boolean refused(List<Diagnostic> diagnostics) {
        boolean fresh = seen.add("faults " + Math.min(diagnostics.size(), 8));
        for (var diagnostic : diagnostics) {
            fresh |= seen.add(diagnostic.code());
        }
        return fresh;
    }

    /// A text whose run ended at a limit.
    boolean stopped(String code) {
        return seen.add("stopped " + code);
    }
}
