package io.muster.service;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import io.muster.service.config.ListenHost;
import io.muster.service.config.ServerClock;
import io.muster.service.config.ServerOptions;
import io.muster.service.config.SettingsCheck;
import io.muster.service.fleet.FleetSources;
import io.muster.service.tls.TlsMaterial;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A running server: Micronaut's context with its listeners. Closing it stops them.
public final class MusterServer implements AutoCloseable {
    private final ApplicationContext context;
    private final EmbeddedServer server;
    private final Optional<TlsMaterial> tls;
    private final String host;
    private final int httpPort;
    private final int httpsPort;

    private MusterServer(
            ApplicationContext context,
            EmbeddedServer server,
            Optional<TlsMaterial> tls,
            String host,
            int httpPort,
            int httpsPort) {
        this.context = context;
        this.server = server;
        this.tls = tls;
        this.host = host;
        this.httpPort = httpPort;
        this.httpsPort = httpsPort;
    }

    /// Starts a server; returns when it answers.
    ///
    /// @param sources what it collects from
    /// @param more further Micronaut properties, over those of the options
    /// @throws IOException when the data folder or its certificates cannot be used
    /// @throws io.muster.service.config.BadSetting when a setting makes no sense
    public static MusterServer start(
            ServerOptions options,
            InstantSource clock,
            Map<String, Object> more,
            FleetSources sources)
            throws IOException {
        var properties = new LinkedHashMap<>(options.properties());
        var host = new ListenHost(options.host());
        int httpPort = orFree(options.httpPort());
        properties.put("micronaut.server.port", httpPort);
        Optional<TlsMaterial> tls = Optional.empty();
        int httpsPort = -1;
        if (options.httpsPort().isPresent()) {
            var material = TlsMaterial.ensure(options.data().resolve("tls"), clock.instant(), host);
            tls = Optional.of(material);
            httpsPort = orFree(options.httpsPort().get());
            properties.put("micronaut.server.dual-protocol", true);
            properties.put("micronaut.server.ssl.enabled", true);
            properties.put("micronaut.server.ssl.port", httpsPort);
            properties.put("micronaut.server.ssl.build-self-signed", false);
            properties.put("micronaut.server.ssl.key-store.type", "PKCS12");
            properties.put(
                    "micronaut.server.ssl.key-store.path",
                    "file:" + material.keyStore().toAbsolutePath());
            properties.put("micronaut.server.ssl.key-store.password", material.password());
        }
        properties.putAll(more);
        var context =
                ApplicationContext.builder()
                        .deduceEnvironment(false)
                        .banner(false)
                        .properties(properties)
                        .singletons(new ServerClock(clock), sources)
                        .build();
        var server = started(context);
        return new MusterServer(context, server, tls, host.inUrl(), httpPort, httpsPort);
    }

    private static EmbeddedServer started(ApplicationContext context) {
        try {
            SettingsCheck.checkSchedules(context.getEnvironment().start());
            context.start();
            SettingsCheck.check(context);
            return context.getBean(EmbeddedServer.class).start();
        } catch (RuntimeException refused) {
            context.close();
            throw refused;
        }
    }

    /// With two listeners Micronaut tells the port of one only, so a free one is looked for first.
    private static int orFree(int port) throws IOException {
        if (port != 0) {
            return port;
        }
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /// `http://127.0.0.1:8686`.
    public String httpUrl() {
        return "http://" + host + ":" + httpPort;
    }

    /// `https://127.0.0.1:8687`, when it listens there.
    public Optional<String> httpsUrl() {
        return tls.map(_ -> "https://" + host + ":" + httpsPort);
    }

    public Optional<TlsMaterial> tls() {
        return tls;
    }

    /// A bean of the running server.
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        server.stop();
        context.close();
    }
}
