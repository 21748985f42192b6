package io.muster.simulator.arm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Actions of a role, `Microsoft.Compute/*/read`: each `*` stands for any text, none too; case does not count.
///
/// Source: azure/role-based-access-control/role-definitions, actions format.
final class ActionPattern {
    /// Longest pattern that is intersected with another. Azure takes one wildcard in each action of a custom role and its longest operation has 150 letters.
    private static final int LONGEST = 256;

    /// Longest two with more than a wildcard each, and most wildcards of the two: what they meet in grows with the fifth power of their length.
    private static final int LONGEST_OF_MANY = 24;

    private static final int MOST_WILDCARDS = 6;

    private ActionPattern() {}

    /// Whether a pattern matches an action, in time linear in each for one wildcard.
    static boolean matches(String pattern, String action) {
        int p = 0;
        int a = 0;
        int star = -1;
        int from = 0;
        while (a < action.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = a;
            } else if (p < pattern.length() && isSame(pattern.charAt(p), action.charAt(a))) {
                p++;
                a++;
            } else if (star >= 0) {
                p = star + 1;
                a = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /// Patterns that together match what both match; none when nothing is matched by both, or when there are more wildcards than any role has. None of them lies
    /// within another.
    ///
    /// `*` and `*/read` meet in `*/read`; `Microsoft.Compute/*` and `*/read` in `Microsoft.Compute/*/read` and `Microsoft.Compute/read`.
    static List<String> both(String one, String other) {
        if (matches(one, other)) {
            return List.of(other);
        }
        if (matches(other, one)) {
            return List.of(one);
        }
        if (!isCheap(one, other)) {
            return List.of();
        }
        var found = new Meeting(one, other).all();
        var out = new ArrayList<String>();
        for (String pattern : found) {
            if (found.stream()
                    .noneMatch(wider -> !wider.equals(pattern) && matches(wider, pattern))) {
                out.add(pattern);
            }
        }
        return out;
    }

    private static boolean isCheap(String one, String other) {
        long ones = wildcards(one);
        long others = wildcards(other);
        int longest =
                ones <= 1 && others <= 1
                        ? LONGEST
                        : ones + others <= MOST_WILDCARDS ? LONGEST_OF_MANY : 0;
        return one.length() <= longest && other.length() <= longest;
    }

    private static long wildcards(String pattern) {
        return pattern.chars().filter(c -> c == '*').count();
    }

    /// What the rest of one pattern and the rest of another match both, found once for each two rests, the shortest first.
    private record Meeting(String one, String other) {
        Set<String> all() {
            // rests[j]: of one from i (the row before: from i + 1) and of the other from j.
            List<Set<String>> below = List.of();
            for (int i = one.length(); i >= 0; i--) {
                var row = new ArrayList<Set<String>>();
                for (int j = 0; j <= other.length(); j++) {
                    row.add(Set.of());
                }
                for (int j = other.length(); j >= 0; j--) {
                    row.set(j, at(i, j, below, row));
                }
                below = row;
            }
            return below.getFirst();
        }

        private Set<String> at(int i, int j, List<Set<String>> below, List<Set<String>> row) {
            boolean atEnd = i == one.length();
            boolean otherAtEnd = j == other.length();
            if (atEnd && otherAtEnd) {
                return Set.of("");
            }
            boolean star = !atEnd && one.charAt(i) == '*';
            boolean otherStar = !otherAtEnd && other.charAt(j) == '*';
            var out = new LinkedHashSet<String>();
            if (star && otherStar) {
                behind("*", below.get(j), out);
                behind("*", row.get(j + 1), out);
            } else if (star) {
                out.addAll(below.get(j));
                if (!otherAtEnd) {
                    behind(other.substring(j, j + 1), row.get(j + 1), out);
                }
            } else if (otherStar) {
                out.addAll(row.get(j + 1));
                if (!atEnd) {
                    behind(one.substring(i, i + 1), below.get(j), out);
                }
            } else if (!atEnd && !otherAtEnd && isSame(one.charAt(i), other.charAt(j))) {
                behind(one.substring(i, i + 1), below.get(j + 1), out);
            }
            return out;
        }

        private static void behind(String first, Set<String> rests, Set<String> out) {
            for (String rest : rests) {
                out.add(first.equals("*") && rest.startsWith("*") ? rest : first + rest);
            }
        }
    }

    private static boolean isSame(char one, char other) {
        return one == other || Character.toLowerCase(one) == Character.toLowerCase(other);
    }
}
