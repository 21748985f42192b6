package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.TextFinder;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/// IPv4 and IPv6 addresses and networks, from their texts. What is no address gives null.
public final class NetworkFunctions {
    /// Characters of an IPv4 address, and of what may be one with a prefix.
    private static final int LONGEST = 15;

    private static final int LONGEST_NETWORK = 64;

    private NetworkFunctions() {}

    /// An IPv4 address and how many of its bits count.
    private record Network(long address, int prefix) {
        long masked() {
            return address & mask(prefix);
        }
    }

    private static long mask(int prefix) {
        return prefix <= 0 ? 0 : 0xFFFFFFFFL << 32 - prefix & 0xFFFFFFFFL;
    }

    static FunctionFamily family() {
        return new FunctionFamily(
                "Networks",
                List.of(
                        ScalarFunction.of(
                                "parse_ipv4",
                                "(ip: string): long",
                                Kernels.perRow((v, c) ->
                                        network(v[0].textOr(""))
                                                .map(n -> Dynamic.of(n.masked()))
                                                .orElse(Dynamic.NULL))),
                        ScalarFunction.of(
                                "parse_ipv4_mask",
                                "(ip: string, prefix: long): long",
                                Kernels.perRow((v, c) ->
                                        network(v[0].textOr(""))
                                                .map(n ->
                                                        Dynamic.of(
                                                                n.address()
                                                                        & mask(prefix(n, v[1]))))
                                                .orElse(Dynamic.NULL))),
                        ScalarFunction.of(
                                "format_ipv4",
                                "(ip: any, prefix?: long): string",
                                Kernels.perRow((v, c) -> format(v, false))),
                        ScalarFunction.of(
                                "format_ipv4_mask",
                                "(ip: any, prefix?: long): string",
                                Kernels.perRow((v, c) -> format(v, true))),
                        ScalarFunction.of(
                                "ipv4_compare",
                                "(ip1: string, ip2: string, prefix?: long): long",
                                Kernels.perRow((v, c) -> compare(v))),
                        ScalarFunction.of(
                                "ipv4_is_match",
                                "(ip1: string, ip2: string, prefix?: long): bool",
                                Kernels.perRow((v, c) ->
                                        compare(v) instanceof Dynamic.Whole(var w)
                                                ? Dynamic.of(w == 0)
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "ipv4_is_in_range",
                                "(ip: string, range: string): bool",
                                Kernels.perRow(
                                        (v, c) -> inRange(v[0].textOr(""), v[1].textOr("")))),
                        ScalarFunction.of(
                                "ipv4_is_in_any_range",
                                "(ip: string, range...: any): bool",
                                Kernels.perRow((v, c) -> inAnyRange(v, NetworkFunctions::inRange))),
                        ScalarFunction.of(
                                "ipv4_is_private",
                                "(ip: string): bool",
                                Kernels.perRow((v, c) ->
                                        network(v[0].textOr("")).isEmpty()
                                                ? Dynamic.NULL
                                                : Dynamic.of(
                                                        isTrue(
                                                                        inRange(
                                                                                v[0].textOr(""),
                                                                                "10.0.0.0/8"))
                                                                || isTrue(
                                                                        inRange(
                                                                                v[0].textOr(""),
                                                                                "172.16.0.0/12"))
                                                                || isTrue(
                                                                        inRange(
                                                                                v[0].textOr(""),
                                                                                "192.168.0.0/16"))))),
                        ScalarFunction.of(
                                "ipv4_netmask_suffix",
                                "(ip: string): long",
                                Kernels.perRow((v, c) ->
                                        network(v[0].textOr(""))
                                                .map(n -> Dynamic.of((long) n.prefix()))
                                                .orElse(Dynamic.NULL))),
                        ScalarFunction.of(
                                "ipv4_range_to_cidr_list",
                                "(start: string, end: string): dynamic",
                                Kernels.perRow((v, c) -> cidrs(v[0].textOr(""), v[1].textOr("")))),
                        hasIp("has_ipv4", false),
                        hasIp("has_any_ipv4", false),
                        hasIp("has_ipv4_prefix", true),
                        hasIp("has_any_ipv4_prefix", true),
                        ScalarFunction.of(
                                "parse_ipv6",
                                "(ip: string): string",
                                Kernels.text(
                                        s -> ipv6(s).map(n -> n.format(n.prefix())).orElse(""))),
                        ScalarFunction.of(
                                "parse_ipv6_mask",
                                "(ip: string, prefix: long): string",
                                Kernels.perRow((v, c) ->
                                        Dynamic.of(
                                                ipv6(v[0].textOr(""))
                                                        .map(n ->
                                                                n.format(
                                                                        (int)
                                                                                Math.min(
                                                                                        n.prefix(),
                                                                                        Columns
                                                                                                .longOf(
                                                                                                        v[
                                                                                                                1]))))
                                                        .orElse("")))),
                        ScalarFunction.of(
                                "ipv6_compare",
                                "(ip1: string, ip2: string, prefix?: long): long",
                                Kernels.perRow((v, c) -> compare6(v))),
                        ScalarFunction.of(
                                "ipv6_is_match",
                                "(ip1: string, ip2: string, prefix?: long): bool",
                                Kernels.perRow((v, c) ->
                                        compare6(v) instanceof Dynamic.Whole(var w)
                                                ? Dynamic.of(w == 0)
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "ipv6_is_in_range",
                                "(ip: string, range: string): bool",
                                Kernels.perRow(
                                        (v, c) -> inRange6(v[0].textOr(""), v[1].textOr("")))),
                        ScalarFunction.of(
                                "ipv6_is_in_any_range",
                                "(ip: string, range...: any): bool",
                                Kernels.perRow(
                                        (v, c) -> inAnyRange(v, NetworkFunctions::inRange6)))));
    }

    /** True where a range has the address, else null where something was no address or range. */
    private static Dynamic inAnyRange(
            Dynamic[] values, BiFunction<String, String, Dynamic> inRange) {
        String ip = values[0].textOr("");
        Dynamic result = Dynamic.FALSE;
        var pace = new MemoryMeter.Pace();
        for (int i = 1; i < values.length; i++) {
            for (var range : Comparisons.items(values[i])) {
                pace.did(64 + ip.length());
                var one = inRange.apply(ip, ScalarText.of(range));
                if (isTrue(one)) {
                    return one;
                }
                result = one.isNull() ? one : result;
            }
        }
        return result;
    }

    private static boolean isTrue(Dynamic value) {
        return value.boolOr(false);
    }

    private static int prefix(Network network, Dynamic given) {
        return Math.clamp(Math.min(network.prefix(), Columns.longOf(given)), 0, 32);
    }

    /// `a.b.c.d` or `a.b.c.d/n`; fewer parts stand for zeros behind when a prefix is given.
    private static Optional<Network> network(String text) {
        String s = text.strip();
        int prefix = 32;
        int slash = s.length() > LONGEST_NETWORK ? -1 : s.indexOf('/');
        if (slash >= 0) {
            var bits = ScalarText.parseLong(s.substring(slash + 1));
            if (bits.isEmpty() || bits.getAsLong() < 0 || bits.getAsLong() > 32) {
                return Optional.empty();
            }
            prefix = (int) bits.getAsLong();
            s = s.substring(0, slash);
        }
        var address = address(s);
        return address.isPresent()
                ? Optional.of(new Network(address.getAsLong(), prefix))
                : Optional.empty();
    }

    private static OptionalLong address(String text) {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("\\.", -1);
        if (parts.length != 4) {
            return OptionalLong.empty();
        }
        long address = 0;
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return OptionalLong.empty();
            }
            int value = Integer.parseInt(part);
            if (value > 255) {
                return OptionalLong.empty();
            }
            address = address << 8 | value;
        }
        return OptionalLong.of(address);
    }

    private static String dotted(long address) {
        return (address >> 24 & 255)
                + "."
                + (address >> 16 & 255)
                + "."
                + (address >> 8 & 255)
                + "."
                + (address & 255);
    }

    private static Dynamic format(Dynamic[] v, boolean withMask) {
        Network network;
        if (v[0] instanceof Dynamic.Text(var t)) {
            var parsed = network(t);
            if (parsed.isEmpty()) {
                return Dynamic.of("");
            }
            network = parsed.get();
        } else {
            long address = Columns.longOf(v[0]);
            if (address < 0 || address > 0xFFFFFFFFL) {
                return Dynamic.of("");
            }
            network = new Network(address, 32);
        }
        if (v.length > 1 && (Columns.longOf(v[1]) < 0 || Columns.longOf(v[1]) > 32)) {
            return Dynamic.of("");
        }
        int prefix = v.length > 1 ? prefix(network, v[1]) : network.prefix();
        String shown = dotted(network.address() & mask(prefix));
        return Dynamic.of(withMask ? shown + "/" + prefix : shown);
    }

    private static Dynamic compare(Dynamic[] v) {
        var a = network(v[0].textOr(""));
        var b = network(v[1].textOr(""));
        if (a.isEmpty() || b.isEmpty()) {
            return Dynamic.NULL;
        }
        long given = v.length > 2 ? Columns.longOf(v[2]) : 32;
        if (given < 0 || given > 32) {
            return Dynamic.NULL;
        }
        int prefix = (int) Math.min(given, Math.min(a.get().prefix(), b.get().prefix()));
        return Dynamic.of(
                (long)
                        Long.compare(
                                a.get().address() & mask(prefix),
                                b.get().address() & mask(prefix)));
    }

    private static Dynamic inRange(String ip, String range) {
        var address = network(ip);
        var network = network(range);
        if (address.isEmpty() || network.isEmpty()) {
            return Dynamic.NULL;
        }
        long mask = mask(network.get().prefix());
        return Dynamic.of((address.get().masked() & mask) == (network.get().address() & mask));
    }

    private static Dynamic cidrs(String start, String end) {
        var from = address(start);
        var to = address(end);
        if (from.isEmpty() || to.isEmpty() || from.getAsLong() > to.getAsLong()) {
            return Dynamic.NULL;
        }
        var out = new ArrayList<Dynamic>();
        long at = from.getAsLong();
        while (at <= to.getAsLong()) {
            int bits = at == 0 ? 32 : Long.numberOfTrailingZeros(at);
            while (bits > 0 && at + (1L << bits) - 1 > to.getAsLong()) {
                bits--;
            }
            out.add(Dynamic.of(dotted(at) + "/" + (32 - bits)));
            at += 1L << bits;
        }
        return new Dynamic.Array(out);
    }

    /// An address stands in a text where no letter, digit or point touches it.
    private static ScalarFunction hasIp(String name, boolean prefix) {
        return ScalarFunction.of(
                name,
                "(source: string, ip...: any): bool",
                Kernels.perRow((v, c) -> {
                    for (int i = 1; i < v.length; i++) {
                        for (var ip : Comparisons.items(v[i])) {
                            if (has(v[0].textOr(""), ScalarText.of(ip), prefix)) {
                                return Dynamic.TRUE;
                            }
                        }
                    }
                    return Dynamic.FALSE;
                }));
    }

    private static boolean has(String text, String ip, boolean prefix) {
        if (prefix ? !ip.endsWith(".") && address(ip).isEmpty() : address(ip).isEmpty()) {
            return false;
        }
        var finder = new TextFinder(text, ip);
        for (int at = finder.from(0); at >= 0; at = finder.from(at + 1)) {
            int end = at + ip.length();
            boolean before = at == 0 || !touches(text.charAt(at - 1));
            int to = end;
            // Longer ones are no address anyway.
            while (prefix
                    && to < text.length()
                    && to <= at + LONGEST
                    && (Character.isDigit(text.charAt(to)) || text.charAt(to) == '.')) {
                to++;
            }
            boolean after =
                    prefix
                            ? address(text.substring(at, to)).isPresent()
                                    && (to == text.length() || !touches(text.charAt(to)))
                            : end == text.length() || !touches(text.charAt(end));
            if (before && after) {
                return true;
            }
        }
        return false;
    }

    private static boolean touches(char c) {
        return Character.isLetterOrDigit(c) || c == '.';
    }

    /// An IPv6 address (or an IPv4 one mapped into it) and how many of its bits count.
    public record Network6(BigInteger address, int prefix) {
        /// The address with all but its first bits 0.
        public BigInteger masked(int bits) {
            int kept = Math.clamp(bits, 0, 128);
            return address.shiftRight(128 - kept).shiftLeft(128 - kept);
        }

        /// Eight groups of four hexadecimal digits.
        String format(int bits) {
            String hex = String.format(Locale.ROOT, "%032x", masked(bits));
            var groups = new ArrayList<String>();
            for (int i = 0; i < 32; i += 4) {
                groups.add(hex.substring(i, i + 4));
            }
            return String.join(":", groups);
        }
    }

    /// An address with the number of bits that count, of 128; addresses of four numbers are mapped. Empty when the text is none, or is of
    /// the other kind.
    public static Optional<Network6> range(String text, boolean four) {
        return four && text.indexOf(':') >= 0 ? Optional.empty() : ipv6(text);
    }

    private static Optional<Network6> ipv6(String text) {
        String s = text.strip();
        int prefix = 128;
        boolean four = s.indexOf(':') < 0;
        int slash = s.indexOf('/');
        if (slash >= 0) {
            var bits = ScalarText.parseLong(s.substring(slash + 1));
            if (bits.isEmpty() || bits.getAsLong() < 0 || bits.getAsLong() > (four ? 32 : 128)) {
                return Optional.empty();
            }
            prefix = (int) bits.getAsLong() + (four ? 96 : 0);
            s = s.substring(0, slash);
        }
        if (four) {
            var address = address(s);
            if (address.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    new Network6(
                            BigInteger.valueOf(0xFFFFL)
                                    .shiftLeft(32)
                                    .or(BigInteger.valueOf(address.getAsLong())),
                            prefix));
        }
        int lastColon = s.lastIndexOf(':');
        if (s.indexOf('.') > lastColon) {
            var tail = address(s.substring(lastColon + 1));
            if (tail.isEmpty()) {
                return Optional.empty();
            }
            s =
                    s.substring(0, lastColon + 1)
                            + Long.toHexString(tail.getAsLong() >> 16)
                            + ":"
                            + Long.toHexString(tail.getAsLong() & 0xFFFF);
            if (s.startsWith("::") && s.indexOf(':', 2) == s.lastIndexOf(':')) {
                s = "::ffff" + s.substring(1);
                // A prefix written behind four numbers is one of theirs.
                prefix = slash >= 0 && prefix <= 32 ? prefix + 96 : prefix;
            }
        }
        String[] halves = s.split("::", -1);
        if (halves.length > 2) {
            return Optional.empty();
        }
        String[] head = halves[0].isEmpty() ? new String[0] : halves[0].split(":", -1);
        String[] tail =
                halves.length < 2 || halves[1].isEmpty() ? new String[0] : halves[1].split(":", -1);
        int missing = 8 - head.length - tail.length;
        if (halves.length == 1 ? missing != 0 : missing < 1) {
            return Optional.empty();
        }
        BigInteger address = BigInteger.ZERO;
        for (int i = 0; i < 8; i++) {
            String group =
                    i < head.length
                            ? head[i]
                            : i < head.length + missing ? "0" : tail[i - head.length - missing];
            if (group.isEmpty()
                    || group.length() > 4
                    || !group.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                return Optional.empty();
            }
            address = address.shiftLeft(16).or(BigInteger.valueOf(Integer.parseInt(group, 16)));
        }
        return Optional.of(new Network6(address, prefix));
    }

    private static Dynamic compare6(Dynamic[] v) {
        var a = ipv6(v[0].textOr(""));
        var b = ipv6(v[1].textOr(""));
        long given = v.length > 2 ? Columns.longOf(v[2]) : 128;
        if (a.isEmpty() || b.isEmpty() || given < 0 || given > 128) {
            return Dynamic.NULL;
        }
        int prefix = (int) Math.min(given, Math.min(a.get().prefix(), b.get().prefix()));
        return Dynamic.of((long) a.get().masked(prefix).compareTo(b.get().masked(prefix)));
    }

    private static Dynamic inRange6(String ip, String range) {
        var address = ipv6(ip);
        var network = ipv6(range);
        if (address.isEmpty() || network.isEmpty()) {
            return Dynamic.NULL;
        }
        int prefix = network.get().prefix();
        return Dynamic.of(address.get().masked(prefix).equals(network.get().masked(prefix)));
    }
}
