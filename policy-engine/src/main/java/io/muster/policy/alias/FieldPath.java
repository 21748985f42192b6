package io.muster.policy.alias;

import java.util.ArrayList;
import java.util.List;

/// A path from the root of a resource document: `properties.securityRules[*].properties.access`, `properties['a.b']`. Names ignore case.
public record FieldPath(List<Step> steps) {

    /// One step of a path.
    public sealed interface Step {
        /// Into the member of that name.
        record Member(String name) implements Step {}

        /// Into every element of the array.
        record Each() implements Step {}

        /// Into one element. No alias has it; the conformance cases' raw mode does.
        record At(int index) implements Step {}
    }

    private static final Step EACH = new Step.Each();

    public FieldPath {
        steps = List.copyOf(steps);
    }

    /// Reads a path; a text that is none (an unclosed bracket) reads as one member of that name.
    public static FieldPath parse(String text) {
        List<Step> steps = new ArrayList<>();
        var name = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '.') {
                flush(name, steps);
                i++;
            } else if (c == '[') {
                int end = text.indexOf(']', i);
                if (end < 0) {
                    return new FieldPath(List.of(new Step.Member(text)));
                }
                flush(name, steps);
                String inside = text.substring(i + 1, end);
                if (inside.equals("*")) {
                    steps.add(EACH);
                } else if (inside.matches("[0-9]{1,6}")) {
                    steps.add(new Step.At(Integer.parseInt(inside)));
                } else {
                    steps.add(new Step.Member(unquote(inside)));
                }
                i = end + 1;
            } else {
                name.append(c);
                i++;
            }
        }
        flush(name, steps);
        return new FieldPath(steps);
    }

    private static void flush(StringBuilder name, List<Step> steps) {
        if (!name.isEmpty()) {
            steps.add(new Step.Member(name.toString()));
            name.setLength(0);
        }
    }

    private static String unquote(String inside) {
        boolean quoted = inside.length() >= 2 && inside.startsWith("'") && inside.endsWith("'");
        return quoted ? inside.substring(1, inside.length() - 1) : inside;
    }

    /// How many `[*]` the path has.
    public int stars() {
        int stars = 0;
        for (var step : steps) {
            stars += step instanceof Step.Each ? 1 : 0;
        }
        return stars;
    }

    /// The path up to and with its n-th `[*]` (from 1).
    public FieldPath throughStar(int n) {
        int seen = 0;
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Each && ++seen == n) {
                return new FieldPath(steps.subList(0, i + 1));
            }
        }
        return this;
    }

    /// The path of the members of the array at this path.
    public FieldPath each() {
        List<Step> all = new ArrayList<>(steps);
        all.add(EACH);
        return new FieldPath(all);
    }

    /// Whether this path starts with all steps of the other, names ignoring case.
    public boolean startsWith(FieldPath other) {
        if (other.steps.size() > steps.size()) {
            return false;
        }
        for (int i = 0; i < other.steps.size(); i++) {
            if (!same(steps.get(i), other.steps.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(Step a, Step b) {
        return a instanceof Step.Member(var x) && b instanceof Step.Member(var y)
                ? x.equalsIgnoreCase(y)
                : a.equals(b);
    }

    /// The path as an alias catalogue writes it.
    public String text() {
        var out = new StringBuilder();
        for (var step : steps) {
            switch (step) {
                case Step.Each() -> out.append("[*]");
                case Step.At(var index) -> out.append('[').append(index).append(']');
                case Step.Member(var name) -> {
                    boolean plain = name.indexOf('.') < 0 && name.indexOf('[') < 0;
                    if (plain) {
                        out.append(out.isEmpty() ? "" : ".").append(name);
                    } else {
                        out.append("['").append(name).append("']");
                    }
                }
            }
        }
        return out.toString();
    }
}
