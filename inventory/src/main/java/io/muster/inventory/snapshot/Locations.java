package io.muster.inventory.snapshot;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// For each ordinal the segment and the row where its resource stands. Immutable; a change copies the pages it touches and shares the others,
/// so that one changed resource costs the same in any fleet.
final class Locations {
    /// Ordinals of a page.
    private static final int PAGE = 4096;

    private static final int NOWHERE = -1;

    static final Locations EMPTY = new Locations(List.of(), new Page[0], 0);

    /// A stretch of ordinals.
    ///
    /// @param segmentIds the segments that this page speaks of
    /// @param places the index in `segmentIds` in the upper half, the row in the lower; [#NOWHERE] where there is no resource
    private record Page(long[] segmentIds, int[] places) {
        static final Page EMPTY = new Page(new long[0], nowhere());

        private static int[] nowhere() {
            int[] places = new int[PAGE];
            Arrays.fill(places, NOWHERE);
            return places;
        }
    }

    private final Map<Long, ResourceSegment> segments;
    private final @Nullable Page[] pages;
    private final int limit;

    private Locations(List<ResourceSegment> segments, @Nullable Page[] pages, int limit) {
        this.segments = new HashMap<>();
        segments.forEach(segment -> this.segments.put(segment.id(), segment));
        this.pages = pages;
        this.limit = limit;
    }

    static Locations of(List<ResourceSegment> segments, int limit) {
        return EMPTY.with(segments, segments, List.of(), limit);
    }

    /// The locations of a snapshot that has other segments.
    ///
    /// @param all the segments of that snapshot
    /// @param added those of them that are new; where two have one ordinal the later counts
    /// @param gone ordinals that are nowhere now, unless `added` has them
    Locations with(
            List<ResourceSegment> all,
            List<ResourceSegment> added,
            List<Integer> gone,
            int ordinalLimit) {
        var edit = new Edit(pages, ordinalLimit);
        for (int ordinal : gone) {
            edit.put(ordinal, NOWHERE, 0);
        }
        for (var segment : added) {
            var deleted = segment.rows().deleted();
            for (int row = 0; row < segment.size(); row++) {
                if (deleted == null || !deleted.get(row)) {
                    edit.put(segment.ordinal(row), row, segment.id());
                }
            }
        }
        return new Locations(all, edit.finished(), ordinalLimit);
    }

    /// One more than the highest ordinal.
    int limit() {
        return limit;
    }

    Snapshot.@Nullable Place get(int ordinal) {
        if (ordinal < 0 || ordinal >= limit) {
            return null;
        }
        var page = pages[ordinal / PAGE];
        int place = page == null ? NOWHERE : page.places[ordinal % PAGE];
        if (place == NOWHERE) {
            return null;
        }
        var segment = segments.get(page.segmentIds[place >>> 16]);
        if (segment == null) {
            throw new IllegalStateException("ordinal " + ordinal + " is in no segment");
        }
        return new Snapshot.Place(segment, place & 0xFFFF);
    }

    /// Copies pages as they are first written.
    private static final class Edit {
        private final @Nullable Page[] pages;
        private final boolean[] own;

        Edit(@Nullable Page[] before, int limit) {
            pages = Arrays.copyOf(before, Math.max(before.length, (limit + PAGE - 1) / PAGE));
            own = new boolean[pages.length];
        }

        void put(int ordinal, int row, long segmentId) {
            int at = ordinal / PAGE;
            var page = pages[at];
            if (page == null) {
                page = Page.EMPTY;
            }
            if (!own[at]) {
                page = new Page(page.segmentIds, page.places.clone());
                own[at] = true;
            }
            int place = NOWHERE;
            if (row != NOWHERE) {
                int index = indexOf(page.segmentIds, segmentId);
                if (index < 0) {
                    page = withSegment(page, segmentId);
                    index = page.segmentIds.length - 1;
                }
                place = index << 16 | row;
            }
            page.places[ordinal % PAGE] = place;
            pages[at] = page;
        }

        /// The last is the likeliest.
        private static int indexOf(long[] ids, long id) {
            for (int i = ids.length - 1; i >= 0; i--) {
                if (ids[i] == id) {
                    return i;
                }
            }
            return -1;
        }

        /// Leaves out the segments that no place names any more once there are many.
        private static Page withSegment(Page page, long segmentId) {
            if (page.segmentIds.length < 64 || page.segmentIds.length % 64 != 0) {
                long[] more = Arrays.copyOf(page.segmentIds, page.segmentIds.length + 1);
                more[page.segmentIds.length] = segmentId;
                return new Page(more, page.places);
            }
            int[] renumbered = new int[page.segmentIds.length];
            Arrays.fill(renumbered, -1);
            long[] used = new long[page.segmentIds.length + 1];
            int count = 0;
            for (int i = 0; i < PAGE; i++) {
                int place = page.places[i];
                if (place != NOWHERE) {
                    int index = place >>> 16;
                    if (renumbered[index] < 0) {
                        used[count] = page.segmentIds[index];
                        renumbered[index] = count++;
                    }
                    page.places[i] = renumbered[index] << 16 | place & 0xFFFF;
                }
            }
            used[count] = segmentId;
            return new Page(Arrays.copyOf(used, count + 1), page.places);
        }

        @Nullable Page[] finished() {
            return pages;
        }
    }
}
