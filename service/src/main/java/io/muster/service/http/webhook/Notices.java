package io.muster.service.http.webhook;

import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.service.fleet.FleetRounds;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes told of and not yet read. Several of one resource are one; what waits is read together. Safe for many threads.
@Singleton
final class Notices {
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
    private static final int MAX_WAITING = 50_000;

    /// Resources of one reading.
    private static final int BATCH = 500;

    private final FleetRounds rounds;

    /// Guarded by this.
    private final Map<ResourceId, ChangeNotice> waiting = new LinkedHashMap<>();

    private @Nullable Thread reader;
    private boolean stopped;

    Notices(FleetRounds rounds) {
        this.rounds = rounds;
    }

    /// @return false when there is no room; none of them is taken then
    synchronized boolean offer(List<ChangeNotice> told) {
        if (waiting.size() + told.size() > MAX_WAITING || stopped) {
            return false;
        }
        if (!rounds.hasSources()) {
            return true;
        }
        told.forEach(notice -> waiting.merge(notice.id(), notice, ChangeNotice::later));
        if (reader == null && !waiting.isEmpty()) {
            reader = Thread.ofVirtual().name("notices").start(this::readAll);
        }
        return true;
    }

    private void readAll() {
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                try {
                    rounds.follow(batch);
                } catch (SourceException | IOException | RuntimeException fault) {
                    // The next full collection finds what these told of.
                    LOG.error("{} changes told of could not be read", batch.size(), fault);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /// Empty when nothing waits: the reader ends then.
    private synchronized List<ChangeNotice> next() {
        if (waiting.isEmpty() || stopped) {
            reader = null;
            return List.of();
        }
        var batch = waiting.values().stream().limit(BATCH).toList();
        batch.forEach(notice -> waiting.remove(notice.id()));
        return batch;
    }

    @PreDestroy
    synchronized void stop() {
        stopped = true;
        if (reader != null) {
            reader.interrupt();
        }
    }
}
