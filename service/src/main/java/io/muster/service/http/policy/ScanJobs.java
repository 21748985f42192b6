package io.muster.service.http.policy;

import io.muster.service.compliance.FleetCompliance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Scans asked for by REST, each on a thread of its own; while one runs a further request joins it.
@Singleton
public final class ScanJobs {
    private static final Logger LOG = LoggerFactory.getLogger(ScanJobs.class);

    /// Ended scans whose outcome can still be asked.
    private static final int KEPT = 1000;

    private final FleetCompliance compliance;
    private final Map<String, State> states = new LinkedHashMap<>();
    private String running = "";

    ScanJobs(FleetCompliance compliance) {
        this.compliance = compliance;
    }

    /// How far a scan is.
    public sealed interface State {
        record Running() implements State {}

        record Done() implements State {}

        record Failed(String why) implements State {}
    }

    /// Starts a scan, or joins the one that runs.
    ///
    /// @return its name
    public synchronized String start() {
        if (!running.isEmpty()) {
            return running;
        }
        String name = UUID.randomUUID().toString();
        running = name;
        put(name, new State.Running());
        // It computes for long: on a virtual thread it would hold a carrier all that time.
        Thread.ofPlatform().daemon().name("scan-" + name).start(() -> run(name));
        return name;
    }

    private void run(String name) {
        // Whatever ends it, an Error too: a scan that is said to run for ever keeps others from
        // starting.
        State end = new State.Failed("The scan failed; the server's log says why.");
        try {
            compliance.scan();
            end = new State.Done();
        } catch (IOException | RuntimeException fault) {
            LOG.error("the scan {} failed", name, fault);
            end = new State.Failed("The scan failed: " + fault.getMessage());
        } finally {
            finish(name, end);
        }
    }

    private synchronized void finish(String name, State end) {
        running = "";
        put(name, end);
    }

    private void put(String name, State state) {
        states.put(name, state);
        if (states.size() > KEPT) {
            states.remove(states.keySet().iterator().next());
        }
    }

    public synchronized Optional<State> state(String name) {
        return Optional.ofNullable(states.get(name));
    }
}
