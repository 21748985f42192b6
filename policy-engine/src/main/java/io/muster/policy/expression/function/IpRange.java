package io.muster.policy.expression.function;

import io.muster.policy.expression.EvaluationFailure;
import java.math.BigInteger;
import java.net.InetAddress;

/// Addresses of one family (32 or 128 bits), both ends included.
///
/// @param prefix how many leading bits they share where they were written so; -1 for `first-last`
record IpRange(int bits, int prefix, BigInteger first, BigInteger last) {
    /// An address, `address/prefix` (host bits ignored) or `first-last`.
    static IpRange of(String text) throws EvaluationFailure {
        int dash = text.indexOf('-');
        if (dash >= 0) {
            var first = address(text.substring(0, dash).strip(), text);
            var last = address(text.substring(dash + 1).strip(), text);
            if (first.length != last.length
                    || new BigInteger(1, first).compareTo(new BigInteger(1, last)) > 0) {
                throw unreadable(text);
            }
            return new IpRange(
                    first.length * 8, -1, new BigInteger(1, first), new BigInteger(1, last));
        }
        int slash = text.indexOf('/');
        byte[] bytes = address((slash < 0 ? text : text.substring(0, slash)).strip(), text);
        int bits = bytes.length * 8;
        int prefix = bits;
        if (slash >= 0) {
            String digits = text.substring(slash + 1);
            if (!digits.matches("[0-9]{1,3}") || Integer.parseInt(digits) > bits) {
                throw unreadable(text);
            }
            prefix = Integer.parseInt(digits);
        }
        var host = BigInteger.ONE.shiftLeft(bits - prefix).subtract(BigInteger.ONE);
        var first = new BigInteger(1, bytes).andNot(host);
        return new IpRange(bits, prefix, first, first.or(host));
    }

    private static EvaluationFailure unreadable(String text) {
        return new EvaluationFailure("'" + text + "' is no IP address or range");
    }

    // Only literals: a name must never reach a resolver.
    private static byte[] address(String literal, String whole) throws EvaluationFailure {
        boolean four = literal.matches("([0-9]{1,3}\\.){3}[0-9]{1,3}");
        boolean six = literal.indexOf(':') >= 0 && literal.matches("[0-9A-Fa-f:.]{2,45}");
        if (!four && !six) {
            throw unreadable(whole);
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(literal).getAddress();
            if (four && bytes.length != 4) {
                throw unreadable(whole);
            }
            return six && bytes.length == 4 ? mapped(bytes) : bytes;
        } catch (IllegalArgumentException notALiteral) {
            throw unreadable(whole);
        }
    }

    /// `::ffff:1.2.3.4` is an address of IPv6, though Java reads it as the one of IPv4 that it stands for.
    private static byte[] mapped(byte[] four) {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        System.arraycopy(four, 0, bytes, 12, four.length);
        return bytes;
    }

    /// Of `address/prefix` only, as ranges of networks are written.
    static IpRange network(String text) throws EvaluationFailure {
        if (text.indexOf('/') < 0) {
            throw new EvaluationFailure("'" + text + "' is no range of the form address/prefix");
        }
        return of(text);
    }

    boolean contains(IpRange other) {
        return bits == other.bits
                && first.compareTo(other.first) <= 0
                && last.compareTo(other.last) >= 0;
    }

    /// How many addresses a part with that prefix has.
    BigInteger size(int ofPrefix) {
        return BigInteger.ONE.shiftLeft(bits - ofPrefix);
    }

    /// The bits of a prefix, set.
    BigInteger mask() {
        return size(0).subtract(size(prefix));
    }

    /// An address of the family as it is written: four numbers, or groups with the longest run of zeros left out (RFC 5952).
    String text(BigInteger address) {
        if (bits == 32) {
            long value = address.longValue();
            return "%d.%d.%d.%d"
                    .formatted(value >> 24 & 255, value >> 16 & 255, value >> 8 & 255, value & 255);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = address.shiftRight(112 - 16 * i).intValue() & 0xffff;
        }
        int from = 0;
        int longest = 0;
        for (int i = 0, run = 0; i < 8; i++) {
            run = groups[i] == 0 ? run + 1 : 0;
            if (run > longest) {
                longest = run;
                from = i - run + 1;
            }
        }
        var out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (longest > 1 && i == from) {
                out.append("::");
                i += longest - 1;
            } else {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }
}
