package io.muster.service.demo;

import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.service.http.arm.SimulatedAzureServer;
import io.muster.service.http.arm.SimulatorLimits;
import io.muster.service.tls.TlsMaterial;
import io.muster.simulator.SimulatedAzure;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.fault.FaultPlan;
import io.muster.simulator.fault.WireFaults;
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
        var azure = seeded(machines, seed, new VirtualClock(clock.instant(), clock));
        return start(azure, tls, httpsPort, httpPort, SimulatorLimits.DEFAULT);
    }

    /// Of an estate that is there already.
    public static DemoEstate start(
            SimulatedAzure azure,
            TlsMaterial tls,
            int httpsPort,
            Optional<Integer> httpPort,
            SimulatorLimits limits)
            throws IOException {
        return new DemoEstate(
                azure,
                SimulatedAzureServer.start(
                        azure,
                        tls.serverContext(),
                        httpsPort,
                        httpPort,
                        azure.faults().map(FaultPlan::wireFaults).orElse(WireFaults.NONE),
                        limits));
    }

    /// A simulated Azure with nothing in it, whose Resource Graph is our engine.
    public static SimulatedAzure empty(VirtualClock clock) {
        var options = QueryOptions.DEFAULT.withClock(clock);
        return new SimulatedAzure(
                SimulatorSettings.DEFAULT,
                clock,
                (catalog, query) -> Kql.run(query, catalog, options).table());
    }

    /// A simulated Azure with a seeded estate.
    ///
    /// @param machines virtual machines, about
    public static SimulatedAzure seeded(int machines, long seed, VirtualClock clock) {
        var azure = empty(clock);
        new EstateGenerator(EstateSize.ofMachines(machines), seed).write(azure::seed);
        return azure;
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
