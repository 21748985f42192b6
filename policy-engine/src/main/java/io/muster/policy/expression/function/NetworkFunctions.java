package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;
import static io.muster.policy.expression.function.Arguments.whole;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.math.BigInteger;
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
                            var range = IpRange.of(text("ipRangeContains", a, 0));
                            var target = IpRange.of(text("ipRangeContains", a, 1));
                            return Dynamic.of(range.contains(target));
                        }));
    }

    /// Those that rules may not use. Source: azure/azure-resource-manager/templates/template-functions-cidr.
    static List<TemplateFunction> templateFunctions() {
        return List.of(
                new TemplateFunction("parseCidr", 1, 1, NetworkFunctions::parseCidr),
                new TemplateFunction("cidrSubnet", 3, 3, NetworkFunctions::cidrSubnet),
                new TemplateFunction("cidrHost", 2, 2, NetworkFunctions::cidrHost));
    }

    private static Dynamic parseCidr(List<Dynamic> a) throws EvaluationFailure {
        var network = IpRange.network(text("parseCidr", a, 0));
        var out =
                Dynamic.bag()
                        .put("network", network.text(network.first()))
                        .put("netmask", network.text(network.mask()));
        // Of IPv4 the first address names the network and the last all of it; too short a network
        // has no other.
        boolean reserves = network.bits() == 32 && network.prefix() < 31;
        if (network.bits() == 32) {
            out.put("broadcast", network.text(network.last()));
        }
        var ends = reserves ? BigInteger.ONE : BigInteger.ZERO;
        return out.put("firstUsable", network.text(network.first().add(ends)))
                .put("lastUsable", network.text(network.last().subtract(ends)))
                .put("cidr", network.prefix())
                .build();
    }

    private static Dynamic cidrSubnet(List<Dynamic> a) throws EvaluationFailure {
        var network = IpRange.network(text("cidrSubnet", a, 0));
        long prefix = whole("cidrSubnet", a, 1);
        long index = whole("cidrSubnet", a, 2);
        if (prefix < network.prefix() || prefix > network.bits()) {
            throw new EvaluationFailure(
                    "'cidrSubnet' cannot split /%d into /%d".formatted(network.prefix(), prefix));
        }
        var first =
                network.first().add(network.size((int) prefix).multiply(BigInteger.valueOf(index)));
        if (index < 0 || first.compareTo(network.last()) > 0) {
            throw new EvaluationFailure(
                    "'cidrSubnet' has no subnet %d of /%d in /%d"
                            .formatted(index, prefix, network.prefix()));
        }
        return Dynamic.of(network.text(first) + "/" + prefix);
    }

    private static Dynamic cidrHost(List<Dynamic> a) throws EvaluationFailure {
        var network = IpRange.network(text("cidrHost", a, 0));
        long index = whole("cidrHost", a, 1);
        // The address of the network itself is no host's, nor is the broadcast address of IPv4.
        var host = network.first().add(BigInteger.valueOf(index)).add(BigInteger.ONE);
        var end = network.bits() == 32 ? network.last() : network.last().add(BigInteger.ONE);
        if (index < 0 || host.compareTo(end) >= 0) {
            throw new EvaluationFailure(
                    "'cidrHost' has no host %d in /%d".formatted(index, network.prefix()));
        }
        return Dynamic.of(network.text(host));
    }
}
