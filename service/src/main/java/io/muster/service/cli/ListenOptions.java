package io.muster.service.cli;

import io.muster.service.config.ServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of a server: where it listens, for whom, and its database.
final class ListenOptions {
    /// What a bearer token may be made of (RFC 6750, 2.1).
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    @Mixin private StoreOptions store = new StoreOptions();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE})",
            defaultValue = "127.0.0.1")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "HTTP port, 0 for a free one (default: ${DEFAULT-VALUE})",
            defaultValue = "" + ServerOptions.HTTP_PORT)
    private int port = ServerOptions.HTTP_PORT;

    @Option(
            names = "--https-port",
            paramLabel = "PORT",
            description = "HTTPS port, 0 for a free one (default: ${DEFAULT-VALUE})",
            defaultValue = "" + ServerOptions.HTTPS_PORT)
    private int httpsPort = ServerOptions.HTTPS_PORT;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the bearer token that callers must send")
    private @Nullable Path tokenFile;

    ServerOptions options() throws BadInput, IOException {
        checkPort("--port", port);
        checkPort("--https-port", httpsPort);
        checkHost(host);
        try {
            return new ServerOptions(
                    store.folder(), host, port, Optional.of(httpsPort), token(), store.database());
        } catch (IllegalArgumentException invalid) {
            throw new BadInput(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    static void checkPort(String option, int port) throws BadInput {
        if (port < 0 || port > 65_535) {
            throw new BadInput("%s takes a port from 0 to 65535, not %d".formatted(option, port));
        }
    }

    private static void checkHost(String host) throws BadInput, SocketException {
        try {
            var address = InetAddress.getByName(host);
            if (!address.isAnyLocalAddress()
                    && !address.isLoopbackAddress()
                    && NetworkInterface.getByInetAddress(address) == null) {
                throw new BadInput("--host: '%s' is no address of this machine".formatted(host));
            }
        } catch (UnknownHostException unknown) {
            throw new BadInput("--host: there is no address '%s'".formatted(host), unknown);
        }
    }

    private Optional<String> token() throws BadInput, IOException {
        if (tokenFile == null) {
            return Optional.empty();
        }
        try {
            String token = Files.readString(tokenFile).strip();
            if (!TOKEN.matcher(token).matches()) {
                throw new BadInput(
                        tokenFile + "  holds no token: letters, digits and -._~+/= are expected");
            }
            return Optional.of(token);
        } catch (CharacterCodingException noText) {
            throw new BadInput(tokenFile + "  holds no token: it is not UTF-8 text", noText);
        }
    }
}
