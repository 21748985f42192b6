package io.muster.inventory.source.azure;

import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.source.CollectionProgress.Reading;
import io.muster.inventory.source.SourceFault;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// How far the reading of one scope has come, as kept for the next process. What cannot be kept is only read again: that is noted, and no
/// reason to stop. Confined to one thread.
final class ScopeProgress {
    /// Rows read longer ago are read again: an estate does not stand still.
    static final Duration OLDEST = Duration.ofHours(1);

    private final CollectionProgress progress;
    private final Reading reading;
    private final InstantSource clock;
    private final List<SourceFault> notes = new ArrayList<>();
    private List<Dynamic> before = List.of();
    private boolean whole;
    private boolean keeps = true;

    private ScopeProgress(CollectionProgress progress, Reading reading, InstantSource clock) {
        this.progress = progress;
        this.reading = reading;
        this.clock = clock;
    }

    /// Nothing is kept.
    static ScopeProgress none() {
        return new ScopeProgress(
                CollectionProgress.NONE, new Reading("", "", ""), InstantSource.system());
    }

    static ScopeProgress of(CollectionProgress progress, Reading reading, InstantSource clock) {
        var own = new ScopeProgress(progress, reading, clock);
        own.find();
        return own;
    }

    private void find() {
        try {
            var kept = progress.find(reading);
            if (kept.isEmpty() || kept.get().rows().isEmpty() && !kept.get().whole()) {
                return;
            }
            var age = Duration.between(kept.get().begun(), clock.instant());
            if (age.compareTo(OLDEST) > 0) {
                progress.forget(reading);
                note(
                        "%d rows that an interrupted collection had read are %s old: read again from the beginning"
                                .formatted(kept.get().rows().size(), age));
                return;
            }
            before = kept.get().rows();
            whole = kept.get().whole();
            note(
                    "goes on behind %d rows that an interrupted collection had read since %s"
                            .formatted(before.size(), kept.get().begun()));
        } catch (IOException unreadable) {
            note(
                    "what an interrupted collection had read is unreadable, so it is read again from the beginning: "
                            + unreadable.getMessage());
        }
    }

    private void note(String message) {
        notes.add(SourceFault.warning(reading.scope() + " " + reading.table(), message));
    }

    /// Read before, in the order of ids.
    List<Dynamic> before() {
        return before;
    }

    /// Whether there is no more to read.
    boolean isWhole() {
        return whole;
    }

    List<SourceFault> notes() {
        return notes;
    }

    /// The rows that came next.
    void took(List<Dynamic> rows, boolean last) {
        if (!keeps || rows.isEmpty() && !last) {
            return;
        }
        try {
            progress.add(reading, clock.instant(), rows, last);
        } catch (IOException fault) {
            keeps = false;
            note("how far the reading has come cannot be kept: " + fault.getMessage());
        }
    }

    /// What was read does not count any more.
    void restarted() {
        try {
            progress.forget(reading);
        } catch (IOException fault) {
            // Rows of a torn reading must not be taken for the beginning of a sound one.
            keeps = false;
            note("what was read of a torn reading cannot be dropped: " + fault.getMessage());
        }
    }
}
