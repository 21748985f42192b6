package io.muster.service.config;

import java.net.InetAddress;
import java.util.Optional;

/// The host that a server listens on.
///
/// @param text a name or an address, an IPv6 one without brackets
public record ListenHost(String text) {
    /// An address as a URL or an option writes it, looked up nowhere; empty for a name.
    public static Optional<InetAddress> address(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        try {
            return Optional.of(
                    InetAddress.ofLiteral(bracketed ? text.substring(1, text.length() - 1) : text));
        } catch (IllegalArgumentException name) {
            return Optional.empty();
        }
    }

    /// Whether it stands for all addresses of the machine.
    public boolean isEveryAddress() {
        return address(text).map(InetAddress::isAnyLocalAddress).orElse(false);
    }

    /// As callers on this machine write it in a URL (RFC 3986).
    public String inUrl() {
        if (isEveryAddress()) {
            return "127.0.0.1";
        }
        return text.contains(":") ? "[" + text + "]" : text;
    }

    /// Whether a caller who names that host, without a port, means this one; any address means every address.
    public boolean isMeantBy(String host) {
        var named = address(host);
        return named.isPresent()
                ? isEveryAddress() || named.equals(address(text))
                : host.equalsIgnoreCase(text);
    }
}
