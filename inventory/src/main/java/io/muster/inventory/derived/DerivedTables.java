package io.muster.inventory.derived;

import io.muster.core.column.TableSource;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.ProfileAdvice;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The derived tables of one snapshot. Immutable but for what is computed lazily; thread-safe.
public final class DerivedTables {
    private final Snapshot snapshot;
    private final ResolutionSettings settings;
    private final VmApplicationLimits limits;
    private final Instant now;
    private final Galleries galleries;
    private final List<Galleries.SegmentState> sets;
    private volatile @Nullable ProfileAdvice advice;
    private volatile @Nullable LatestResolver resolver;

    /// @param now decides what is past its end of life
    public DerivedTables(
            Snapshot snapshot,
            ResolutionSettings settings,
            VmApplicationLimits limits,
            Instant now) {
        this.snapshot = snapshot;
        this.settings = settings;
        this.limits = limits;
        this.now = now;
        this.galleries = Galleries.of(snapshot);
        this.sets = Galleries.SegmentState.of(snapshot.segmentsOf(Machine.SCALE_SET_TYPE));
    }

    public static DerivedTables of(Snapshot snapshot) {
        return new DerivedTables(
                snapshot, ResolutionSettings.DEFAULT, VmApplicationLimits.NOW, snapshot.takenAt());
    }

    /// The tables, in the order to show them.
    public List<TableSource> tables() {
        var tables = new ArrayList<TableSource>();
        tables.add(new VmApplicationsTable(this));
        tables.add(new VmExtensionsTable(this));
        tables.add(new GalleryVersionsTable(this));
        tables.add(new CollectionsTable(snapshot));
        ChangesTable.NAMES.forEach(name -> tables.add(new ChangesTable(name, snapshot)));
        return List.copyOf(tables);
    }

    /// What a machine's rows depend on besides the machine: the same for two snapshots means the same rows.
    ///
    /// @param sets the scale sets, where rows depend on them
    /// @param ended the last end of life that a version of the galleries has come to; null when none has. All there is of the time: between two ends nothing differs
    record SharedState(
            Galleries galleries,
            List<Galleries.SegmentState> sets,
            ResolutionSettings settings,
            VmApplicationLimits limits,
            @Nullable Instant ended) {
        boolean differsInGalleriesOnly(SharedState other) {
            return sets.equals(other.sets)
                    && settings.equals(other.settings)
                    && limits.equals(other.limits);
        }

        /// The applications that mean something else than they did then: changed, or with a version whose life has ended in between.
        Set<ResourceId> changedSince(SharedState then) {
            var changed = galleries.changedSince(then.galleries);
            if (!Objects.equals(ended, then.ended)) {
                for (var version : galleries.catalog().versions()) {
                    if (then.hasEnded(version) != hasEnded(version)) {
                        changed.add(version.applicationId());
                    }
                }
            }
            return changed;
        }

        private boolean hasEnded(GalleryApplicationVersion version) {
            return ended != null && version.isPastEndOfLife(ended);
        }
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /// What warnings and findings are measured by.
    public VmApplicationLimits limits() {
        return limits;
    }

    /// Decides what is past its end of life.
    public Instant now() {
        return now;
    }

    /// Equal for snapshots in which the rows of a machine of that type depend on the same besides the machine: galleries, and for a uniform instance
    /// scale sets.
    SharedState stateOf(String type) {
        return new SharedState(
                galleries,
                type.equals(Machine.INSTANCE_TYPE) ? sets : List.of(),
                settings,
                limits,
                galleries.catalog().lastEndOfLife(now).orElse(null));
    }

    /// Keeps what versions' commands do.
    ProfileAdvice advice() {
        var known = advice;
        if (known == null) {
            known = new ProfileAdvice(resolver(), limits, now);
            advice = known;
        }
        return known;
    }

    /// Reads the galleries on first use, as far as no snapshot before has.
    public LatestResolver resolver() {
        var known = resolver;
        if (known == null) {
            // Two threads may both make one; they answer the same.
            known = new LatestResolver(galleries.catalog(), settings, now);
            resolver = known;
        }
        return known;
    }
}
