package io.muster.policy.incremental;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.policy.evaluate.columnar.Columns;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The machines and scale sets whose profile asks for one of some gallery applications: whom a change in a gallery can concern.
final class ApplicationUsers {
    private static final List<String> MACHINE =
            List.of("properties", "applicationProfile", "galleryApplications");
    private static final List<String> SCALE_SET =
            List.of(
                    "properties",
                    "virtualMachineProfile",
                    "applicationProfile",
                    "galleryApplications");

    private ApplicationUsers() {}

    /// What the references to the applications that a gallery, an application or a version stands for begin with; lower case.
    static String prefix(ResourceId id) {
        var above = id.isOfType(GalleryApplicationVersion.TYPE) ? id.parent().orElse(id) : id;
        return above.text().toLowerCase(Locale.ROOT) + "/";
    }

    /// Their ordinals.
    static RoaringBitmap of(Set<String> prefixes, Snapshot snapshot) {
        var found = new RoaringBitmap();
        if (!prefixes.isEmpty()) {
            for (var segment : snapshot.segmentsOf(Machine.VM_TYPE)) {
                add(segment, MACHINE, prefixes, found);
            }
            for (var segment : snapshot.segmentsOf(Machine.SCALE_SET_TYPE)) {
                add(segment, SCALE_SET, prefixes, found);
            }
        }
        return found;
    }

    private static void add(
            ResourceSegment segment, List<String> path, Set<String> prefixes, RoaringBitmap found) {
        var references = References.of(segment, path, prefixes);
        segment.rows()
                .live()
                .forEach(row -> {
                    boolean asks =
                            references == null
                                    ? asks(segment.resource(row), prefixes)
                                    : references.isAny(row);
                    if (asks) {
                        found.add(segment.ordinal(row));
                    }
                });
    }

    /// The same by the document, where columns cannot say.
    private static boolean asks(Dynamic resource, Set<String> prefixes) {
        return ApplicationProfile.ofResource(resource).entries().stream()
                .anyMatch(entry -> isMeant(entry.packageReferenceId(), prefixes));
    }

    private static boolean isMeant(String reference, Set<String> prefixes) {
        String lower = reference.toLowerCase(Locale.ROOT).strip();
        return prefixes.stream().anyMatch(lower::startsWith);
    }

    /// Which of the references in a segment's profiles are meant: told once a distinct text.
    private record References(int[] offsets, IntPredicate meant) {
        static @Nullable References of(
                ResourceSegment segment, List<String> path, Set<String> prefixes) {
            Column at = segment.root();
            for (String name : path) {
                at = Columns.member(at, name);
                if (at == null) {
                    return null;
                }
            }
            var elements = at.dense().elements();
            var texts = Columns.member(elements.values(), "packageReferenceId");
            if (texts == null) {
                return null;
            }
            if (texts.dense() instanceof StringColumn known) {
                var meant = new boolean[known.dictionary().size()];
                var text = known.dictionary().reader();
                for (int code = 0; code < meant.length; code++) {
                    meant[code] = isMeant(text.apply(code), prefixes);
                }
                return new References(
                        elements.offsets(),
                        element ->
                                known.codes().get(element) >= 0
                                        && meant[known.codes().get(element)]);
            }
            return new References(
                    elements.offsets(),
                    element -> isMeant(texts.dynamic(element).textOr(""), prefixes));
        }

        boolean isAny(int row) {
            for (int element = offsets[row]; element < offsets[row + 1]; element++) {
                if (meant.test(element)) {
                    return true;
                }
            }
            return false;
        }
    }
}
