package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;

/// IP ranges.
final class NetworkFunctions {
    private NetworkFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction(
                        "ipRangeContains",
                        2,
                        2,
                        a -> {
                            var range = Range.of(text("ipRangeContains", a, 0));
                            var target = Range.of(text("ipRangeContains", a, 1));
                            return Dynamic.of(
                                    range.bits == target.bits
                                            && range.first.compareTo(target.first) <= 0
                                            && range.last.compareTo(target.last) >= 0);
                        }));
    }

    /// Addresses of one family (32 or 128 bits), both ends included.
    private record Range(int bits, BigInteger first, BigInteger last) {

        /// An address, `address/prefix` (host bits ignored) or `first-last`.
        static Range of(String text) throws EvaluationFailure {
            int dash = text.indexOf('-');
            if (dash >= 0) {
                var first = address(text.substring(0, dash).strip(), text);
                var last = address(text.substring(dash + 1).strip(), text);
                if (first.length != last.length
                        || new BigInteger(1, first).compareTo(new BigInteger(1, last)) > 0) {
                    throw unreadable(text);
                }
                return new Range(
                        first.length * 8, new BigInteger(1, first), new BigInteger(1, last));
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
            return new Range(bits, first, first.or(host));
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
                return bytes;
            } catch (IllegalArgumentException notALiteral) {
                throw unreadable(whole);
            }
        }
    }
}
