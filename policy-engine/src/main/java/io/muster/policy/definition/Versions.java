package io.muster.policy.definition;

import org.jspecify.annotations.Nullable;

/// Versions `1.2.3[-preview]` and the patterns that ask for them (`1.*.*`).
public final class Versions {
    private Versions() {}

    /// Older first; a preview before its release.
    public static int compare(String a, String b) {
        String[] left = plain(a).split("\\.", -1);
        String[] right = plain(b).split("\\.", -1);
        for (int i = 0; i < Math.max(left.length, right.length); i++) {
            int order = Long.compare(number(left, i), number(right, i));
            if (order != 0) {
                return order;
            }
        }
        boolean leftPreview = a.indexOf('-') >= 0;
        boolean rightPreview = b.indexOf('-') >= 0;
        return leftPreview != rightPreview ? (leftPreview ? -1 : 1) : a.compareTo(b);
    }

    private static String plain(String version) {
        int dash = version.indexOf('-');
        return dash < 0 ? version : version.substring(0, dash);
    }

    private static long number(String[] parts, int at) {
        return at < parts.length && parts[at].matches("[0-9]{1,9}") ? Long.parseLong(parts[at]) : 0;
    }

    /// Whether a release, or a preview where the pattern names one: `1.*.*-preview` takes both, `1.2.0-preview` that one.
    static boolean isAskedFor(String version, @Nullable String pattern) {
        boolean preview = version.indexOf('-') >= 0;
        return pattern != null && pattern.indexOf('-') >= 0
                ? preview || pattern.indexOf('*') >= 0
                : !preview;
    }

    /// Whether a version is one of those that a pattern allows.
    static boolean matches(String version, String pattern) {
        String[] wanted = plain(pattern).split("\\.", -1);
        String[] parts = plain(version).split("\\.", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (!wanted[i].equals("*") && number(wanted, i) != number(parts, i)) {
                return false;
            }
        }
        return true;
    }
}
