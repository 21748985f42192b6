package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Punycode (RFC 3492): Unicode in the letters that host names may have.
final class Punycode {
    private static final int BASE = 36;
    private static final int MIN = 1;
    private static final int MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final String PREFIX = "xn--";

    /// What parts labels (RFC 3490, section 3.1).
    private static final Pattern DOTS = Pattern.compile("[.\u3002\uFF0E\uFF61]");

    private Punycode() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                        "punycode_from_string",
                        "(text: string): string",
                        Kernels.perRow((v, c) -> Dynamic.of(encode(v[0].textOr(""))))),
                ScalarFunction.of(
                        "punycode_to_string",
                        "(text: string): string",
                        Kernels.perRow((v, c) -> Dynamic.of(decode(v[0].textOr("")).orElse("")))),
                ScalarFunction.of(
                        "punycode_domain_from_string",
                        "(domain: string): string",
                        Kernels.perRow((v, c) -> Dynamic.of(decodedDomain(v[0].textOr(""))))),
                ScalarFunction.of(
                        "punycode_domain_to_string",
                        "(domain: string): string",
                        Kernels.perRow((v, c) -> Dynamic.of(encodedDomain(v[0].textOr(""))))));
    }

    private static List<String> labels(String domain) {
        return Arrays.asList(DOTS.split(domain, -1));
    }

    private static String encodedDomain(String domain) {
        return String.join(".", labels(domain).stream().map(Punycode::encodedLabel).toList());
    }

    /// "" when a label cannot be decoded.
    private static String decodedDomain(String domain) {
        var out = new ArrayList<String>();
        for (var label : labels(domain)) {
            var decoded = decodedLabel(label);
            if (decoded.isEmpty()) {
                return "";
            }
            out.add(decoded.get());
        }
        return String.join(".", out);
    }

    private static String encodedLabel(String label) {
        return label.chars().allMatch(c -> c < 128) ? label : PREFIX + encode(label);
    }

    private static Optional<String> decodedLabel(String label) {
        return label.toLowerCase(Locale.ROOT).startsWith(PREFIX)
                ? decode(label.substring(PREFIX.length()))
                : Optional.of(label);
    }

    static String encode(String text) {
        int[] points = text.codePoints().toArray();
        var out = new StringBuilder();
        for (int point : points) {
            if (point < 128) {
                out.append((char) point);
            }
        }
        int basic = out.length();
        int handled = basic;
        if (basic > 0) {
            out.append('-');
        }
        int n = 128;
        int bias = 72;
        long delta = 0;
        while (handled < points.length) {
            int next = Integer.MAX_VALUE;
            for (int point : points) {
                if (point >= n && point < next) {
                    next = point;
                }
            }
            delta += (long) (next - n) * (handled + 1);
            n = next;
            for (int point : points) {
                if (point < n) {
                    delta++;
                } else if (point == n) {
                    long q = delta;
                    for (int k = BASE; ; k += BASE) {
                        int t = Math.clamp(k - bias, MIN, MAX);
                        if (q < t) {
                            break;
                        }
                        out.append(digit((int) (t + (q - t) % (BASE - t))));
                        q = (q - t) / (BASE - t);
                    }
                    out.append(digit((int) q));
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
            n++;
        }
        return out.toString();
    }

    static Optional<String> decode(String text) {
        int last = text.lastIndexOf('-');
        var out = new StringBuilder(last > 0 ? text.substring(0, last) : "");
        int n = 128;
        int bias = 72;
        long i = 0;
        int at = last < 0 ? 0 : last + 1;
        int length = out.codePointCount(0, out.length());
        while (at < text.length()) {
            long before = i;
            long weight = 1;
            for (int k = BASE; ; k += BASE) {
                if (at >= text.length()) {
                    return Optional.empty();
                }
                int digit = Character.digit(text.charAt(at), 36);
                // In punycode letters come before digits.
                digit = digit < 0 ? -1 : digit < 10 ? digit + 26 : digit - 10;
                at++;
                if (digit < 0) {
                    return Optional.empty();
                }
                i += digit * weight;
                int t = Math.clamp(k - bias, MIN, MAX);
                if (digit < t) {
                    break;
                }
                weight *= BASE - t;
                if (weight > Integer.MAX_VALUE || i > Integer.MAX_VALUE) {
                    return Optional.empty();
                }
            }
            length++;
            bias = adapt(i - before, length, before == 0);
            n += (int) (i / length);
            i %= length;
            if (!Character.isValidCodePoint(n)) {
                return Optional.empty();
            }
            out.insert(out.offsetByCodePoints(0, (int) i), Character.toString(n));
            i++;
        }
        return Optional.of(out.toString());
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int adapt(long delta, int points, boolean first) {
        long d = first ? delta / DAMP : delta / 2;
        d += d / points;
        int k = 0;
        while (d > (BASE - MIN) * MAX / 2) {
            d /= BASE - MIN;
            k += BASE;
        }
        return (int) (k + (BASE - MIN + 1) * d / (d + SKEW));
    }
}
