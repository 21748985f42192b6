package io.muster.service.demo;

import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.http.arm.SimulatedAzureServer;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/// A simulated Azure with a seeded estate, listening. The same size and seed give the same estate.
public final class DemoEstate implements AutoCloseable {
    private final SimulatedAzure azure;
    private final SimulatedAzureServer server;

    private DemoEstate(SimulatedAzure azure, SimulatedAzureServer server) {
        this.azure = azure;
        this.server = server;
    }

    /// @param machines virtual machines, about
    /// @param httpsPort 0 for a free one
    /// @param httpPort empty: no plain HTTP
    public static DemoEstate start(
            int machines,
            long seed,
            TlsMaterial tls,
            int httpsPort,
            Optional<Integer> httpPort,
            InstantSource clock)
            throws IOException {
        var options = QueryOptions.DEFAULT.withClock(clock);
        var azure =
                new SimulatedAzure(
                        SimulatorSettings.DEFAULT,
                        new VirtualClock(clock.instant(), clock),
                        (catalog, query) -> Kql.run(query, catalog, options).table());
        new EstateGenerator(EstateSize.ofMachines(machines), seed).write(azure::seed);
        return new DemoEstate(
                azure, SimulatedAzureServer.start(azure, tls.serverContext(), httpsPort, httpPort));
    }

    public SimulatedAzure azure() {
        return azure;
    }

    public SimulatedAzureServer server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }
}
