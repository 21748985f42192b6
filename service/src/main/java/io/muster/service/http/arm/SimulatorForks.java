package io.muster.service.http.arm;

import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The forks of a simulated Azure that listen, by name. Thread-safe.
final class SimulatorForks implements AutoCloseable {
    private final int most;
    private final Map<String, Fork> forks = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int numbers;
    private boolean closed;

    SimulatorForks(int most) {
        this.most = most;
    }

    /// @param time the virtual time at which it was made
    record Fork(String name, String time, SimulatedAzureServer server) {
        Dynamic json() {
            var out =
                    Dynamic.bag()
                            .put("name", name)
                            .put("url", server.httpsUrl().toString())
                            .put("forkedAt", time);
            server.httpUrl().ifPresent(url -> out.put("httpUrl", url.toString()));
            return out.build();
        }
    }

    /// Starts what a fork listens with.
    interface Start {
        SimulatedAzureServer start() throws IOException;
    }

    /// Empty when one of that name lives already, or as many as may.
    ///
    /// @param wanted empty for a name that is free
    synchronized Optional<Fork> add(String wanted, String time, Start start) throws IOException {
        if (closed || forks.size() >= most || forks.containsKey(wanted)) {
            return Optional.empty();
        }
        String name = wanted;
        while (name.isEmpty() || forks.containsKey(name)) {
            name = "fork-" + ++numbers;
        }
        var fork = new Fork(name, time, start.start());
        forks.put(name, fork);
        return Optional.of(fork);
    }

    synchronized boolean isFull() {
        return forks.size() >= most;
    }

    synchronized List<Fork> all() {
        return List.copyOf(forks.values());
    }

    /// Whether there was one.
    boolean remove(String name) {
        Fork gone;
        synchronized (this) {
            gone = forks.remove(name);
        }
        if (gone == null) {
            return false;
        }
        gone.server().close();
        return true;
    }

    @Override
    public void close() {
        List<Fork> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(forks.values());
            forks.clear();
        }
        all.forEach(fork -> fork.server().close());
    }
}
