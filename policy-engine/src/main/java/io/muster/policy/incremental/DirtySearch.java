package io.muster.policy.incremental;

import static java.util.stream.Collectors.toSet;

import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Gallery;
import io.muster.inventory.vm.GalleryApplication;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.CompiledRule;
import io.muster.policy.compile.RuleReads;
import io.muster.policy.definition.Attestation;
import io.muster.policy.definition.Exemption;
import io.muster.policy.evaluate.RelatedResources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Which verdicts may have turned between a finished scan and what is there now. Confined to one thread.
final class DirtySearch {
    private static final String SUBSCRIPTION = "microsoft.resources/subscriptions";
    private static final String GROUP = "microsoft.resources/subscriptions/resourcegroups";
    private static final String MANAGEMENT_GROUP = "microsoft.management/managementgroups";

    /// Above so many changed related resources judging everything over columns costs less than finding out who looks at which.
    private static final int FEW = 256;

    private static final Set<String> GALLERY_TYPES =
            Set.of(
                    Gallery.TYPE.toLowerCase(Locale.ROOT),
                    GalleryApplication.TYPE.toLowerCase(Locale.ROOT),
                    GalleryApplicationVersion.TYPE.toLowerCase(Locale.ROOT));

    private final FleetState earlier;
    private final PolicyEngine engine;
    private final Snapshot snapshot;
    private final Instant now;
    private final ChangedResources changed;
    private final List<ChangedResources.Changed> changedContainers;

    /// Whose applications a gallery changed, and whose reached an end of life.
    private final RoaringBitmap ofGalleries;

    private final RoaringBitmap ofEnds;
    private final boolean samePolicies;

    /// Aliases may mean other paths.
    private final boolean otherFields;

    private final boolean sameHierarchy;
    private final Set<String> movedSubscriptions;
    private final List<Turned<Exemption>> exemptions;
    private final List<Turned<Attestation>> attestations;

    /// What definitions have in common that look at nothing but the evaluated resource. Not written.
    private final Dirty resourcesOnly = new Dirty();

    private final Map<Scope, RoaringBitmap> below = new HashMap<>();

    DirtySearch(FleetState earlier, PolicyEngine engine, Snapshot snapshot, Instant now) {
        this.earlier = earlier;
        this.engine = engine;
        this.snapshot = snapshot;
        this.now = now;
        this.changed = ChangedResources.between(earlier.snapshot(), snapshot);
        this.changedContainers =
                changed.all().stream()
                        .filter(c -> c.type().equals(SUBSCRIPTION) || c.type().equals(GROUP))
                        .toList();
        boolean asked =
                engine.reads().stream()
                        .anyMatch(reads ->
                                reads.related().stream().anyMatch(DirtySearch::isAssessment));
        this.ofGalleries =
                asked
                        ? ApplicationUsers.of(
                                changed.all().stream()
                                        .filter(c -> GALLERY_TYPES.contains(c.type()))
                                        .map(c -> ApplicationUsers.prefix(c.id()))
                                        .collect(toSet()),
                                snapshot)
                        : new RoaringBitmap();
        this.ofEnds =
                asked ? ApplicationUsers.of(endsOfLifePassed(), snapshot) : new RoaringBitmap();
        this.samePolicies = earlier.engine().hasSamePolicies(engine);
        this.otherFields = hasOtherFields(earlier, engine);
        this.sameHierarchy =
                earlier.engine().catalog().hierarchy().equals(engine.catalog().hierarchy());
        this.movedSubscriptions = movedSubscriptions();
        var had = earlier.engine().catalog();
        var has = engine.catalog();
        this.exemptions = turned(had.exemptions(), has.exemptions(), Exemption::isInForce);
        this.attestations = turned(had.attestations(), has.attestations(), Attestation::isInForce);
        this.resourcesOnly.add(Cause.RESOURCE, changed.ordinals());
    }

    @SuppressWarnings("ReferenceEquality") // a catalogue of aliases is as large as it gets
    private static boolean hasOtherFields(FleetState earlier, PolicyEngine engine) {
        return earlier.engine().fields() != engine.fields();
    }

    /// @param reads of that policy
    /// @return not to be written
    Dirty of(AssignedPolicy policy, RuleReads reads) {
        if (samePolicies
                && sameHierarchy
                && exemptions.isEmpty()
                && attestations.isEmpty()
                && reads.isOfResourceOnly()) {
            return resourcesOnly;
        }
        var dirty = new Dirty();
        if (!samePolicies) {
            var before = earlier.engine().policy(policy.key());
            if (otherFields || before.isEmpty() || !isSame(before.get(), policy)) {
                dirty.addAll(Cause.POLICY);
            }
        }
        dirty.add(Cause.RESOURCE, changed.ordinals());
        if (reads.clock() && now.isAfter(earlier.at())) {
            dirty.addAll(Cause.TIME);
        }
        addRelated(policy, reads, dirty);
        addContainers(reads, dirty);
        addMoved(policy, dirty);
        addExemptions(policy, dirty);
        addAttestations(policy, dirty);
        return dirty;
    }

    /// Whether both decide alike: what a verdict follows from is compared, as written where that is shorter. What an assignment is called or says of itself is no part of it, nor is
    /// what other members of an initiative are given.
    @SuppressWarnings("ReferenceEquality") // where nothing was compiled anew nothing is compared
    private static boolean isSame(AssignedPolicy before, AssignedPolicy now) {
        return before == now
                || (before.assignment().scope().equals(now.assignment().scope())
                        && before.assignment().notScopes().equals(now.assignment().notScopes())
                        && before.assignment()
                                .resourceSelectors()
                                .equals(now.assignment().resourceSelectors())
                        && before.policyFunction().equals(now.policyFunction())
                        && isSame(before.rule(), now.rule())
                        && haveSameAlternatives(before, now));
    }

    private static boolean isSame(CompiledRule before, CompiledRule now) {
        return before.definition().json().equals(now.definition().json())
                && before.definition().version().equals(now.definition().version())
                && before.parameters().equals(now.parameters())
                && before.effect().equals(now.effect());
    }

    private static boolean haveSameAlternatives(AssignedPolicy before, AssignedPolicy now) {
        var one = before.alternatives();
        var other = now.alternatives();
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!one.get(i).overrides().equals(other.get(i).overrides())
                    || !isSame(one.get(i).rule(), other.get(i).rule())) {
                return false;
            }
        }
        return true;
    }

    private void addRelated(AssignedPolicy policy, RuleReads reads, Dirty dirty) {
        for (var search : reads.related()) {
            if (isAssessment(search)) {
                dirty.add(Cause.RELATED, ofGalleries);
                dirty.add(Cause.TIME, ofEnds);
            }
            var touching =
                    changed.all().stream()
                            .filter(c ->
                                    search.isOf(c.type())
                                            || (RelatedResources.ASSESSMENTS.equalsIgnoreCase(
                                                            search.type())
                                                    && c.type()
                                                            .equalsIgnoreCase(
                                                                    Machine.INSTANCE_TYPE)))
                            .toList();
            if (touching.isEmpty()) {
                continue;
            }
            if (search.elsewhere() || touching.size() > FEW) {
                dirty.addAll(Cause.RELATED);
            } else {
                dirty.add(Cause.RELATED, records(policy, id -> isAround(id, search, touching)));
            }
        }
    }

    /// Whether an evaluated resource may look at one of those that changed: what lies beneath it, or beside it in its group or subscription.
    private static boolean isAround(
            ResourceId evaluated,
            RuleReads.Related search,
            List<ChangedResources.Changed> touching) {
        for (var each : touching) {
            if (each.id().isUnder(evaluated)) {
                return true;
            }
            boolean sameSubscription =
                    isSame(evaluated.subscriptionId(), each.id().subscriptionId());
            boolean beside =
                    search.wholeSubscription()
                            || evaluated.resourceGroup().isEmpty()
                            || isSame(evaluated.resourceGroup(), each.id().resourceGroup());
            boolean beneathIsMeant =
                    each.type().startsWith(evaluated.type().lower() + "/") && search.type() != null;
            if (sameSubscription && beside && !beneathIsMeant) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSame(Optional<String> one, Optional<String> other) {
        return one.orElse("").equalsIgnoreCase(other.orElse(""));
    }

    private void addContainers(RuleReads reads, Dirty dirty) {
        if (!reads.group() && !reads.subscription()) {
            return;
        }
        for (var container : changedContainers) {
            boolean isGroup = container.type().equals(GROUP);
            if (isGroup ? reads.group() : reads.subscription()) {
                dirty.add(Cause.CONTAINER, below(Scope.of(container.id())));
            }
        }
    }

    private void addMoved(AssignedPolicy policy, Dirty dirty) {
        if (sameHierarchy || !looksAtManagementGroups(policy)) {
            return;
        }
        for (String subscription : movedSubscriptions) {
            dirty.add(Cause.HIERARCHY, below(new Scope.Subscription(subscription)));
        }
        for (var each : changed.all()) {
            if (each.type().equals(MANAGEMENT_GROUP)) {
                dirty.add(Cause.HIERARCHY, below(Scope.of(each.id())));
            }
        }
    }

    private boolean looksAtManagementGroups(AssignedPolicy policy) {
        var assignment = policy.assignment();
        return assignment.scope() instanceof Scope.ManagementGroup
                || assignment.notScopes().stream().anyMatch(Scope.ManagementGroup.class::isInstance)
                || engine.catalog().exemptions().stream()
                        .anyMatch(e -> e.scope() instanceof Scope.ManagementGroup);
    }

    private void addExemptions(AssignedPolicy policy, Dirty dirty) {
        for (var turned : exemptions) {
            var exemption = turned.of();
            if (exemption.isAbout(policy.assignment().id(), policy.referenceId())) {
                dirty.add(
                        turned.stood() ? Cause.TIME : Cause.EXEMPTION,
                        records(policy, id -> isOrWasIn(exemption.scope(), id)));
            }
        }
    }

    /// A subscription may have left a management group together with the exemption of that group.
    private boolean isOrWasIn(Scope scope, ResourceId id) {
        return engine.catalog().hierarchy().contains(scope, id)
                || (!sameHierarchy && earlier.engine().catalog().hierarchy().contains(scope, id));
    }

    private void addAttestations(AssignedPolicy policy, Dirty dirty) {
        for (var turned : attestations) {
            if (turned.of().isAbout(policy.assignment().id(), policy.referenceId())) {
                var about = new RoaringBitmap();
                snapshot.ordinal(turned.of().scope().id()).ifPresent(about::add);
                dirty.add(turned.stood() ? Cause.TIME : Cause.ATTESTATION, about);
            }
        }
    }

    /// An exemption or attestation that began or ceased to count.
    ///
    /// @param stood whether it was there all the time, so that its date decided
    private record Turned<T>(T of, boolean stood) {}

    private <T> List<Turned<T>> turned(
            Collection<T> before, Collection<T> after, BiPredicate<T, Instant> inForce) {
        var had = new HashSet<>(before);
        var has = new HashSet<>(after);
        var all = new LinkedHashSet<>(before);
        all.addAll(after);
        List<Turned<T>> turned = new ArrayList<>();
        for (var each : all) {
            boolean then = had.contains(each) && inForce.test(each, earlier.at());
            boolean current = has.contains(each) && inForce.test(each, now);
            if (then != current) {
                turned.add(new Turned<>(each, had.contains(each) && has.contains(each)));
            }
        }
        return List.copyOf(turned);
    }

    /// The resources that had a record and pass: where neither the resource nor the rule changed, no other can get one.
    private RoaringBitmap records(AssignedPolicy policy, Predicate<ResourceId> wanted) {
        var found = new RoaringBitmap();
        earlier.verdicts()
                .of(policy.key())
                .records()
                .forEach((int ordinal) ->
                        snapshot.idOf(ordinal)
                                .flatMap(ResourceId::tryParse)
                                .filter(wanted)
                                .ifPresent(_ -> found.add(ordinal)));
        return found;
    }

    /// Every resource in a subscription or resource group, itself included.
    private RoaringBitmap below(Scope scope) {
        return below.computeIfAbsent(
                scope,
                _ -> {
                    var found = new RoaringBitmap();
                    for (var segment : snapshot.segments()) {
                        segment.rows()
                                .live()
                                .forEach(row ->
                                        ResourceId.tryParse(segment.resourceId(row))
                                                .filter(id ->
                                                        ManagementHierarchy.NONE.contains(
                                                                scope, id))
                                                .ifPresent(_ -> found.add(segment.ordinal(row))));
                    }
                    return found;
                });
    }

    /// The subscriptions whose chain of management groups is another now, lower case.
    private Set<String> movedSubscriptions() {
        var moved = new TreeSet<String>();
        var then = earlier.engine().catalog().hierarchy();
        var current = engine.catalog().hierarchy();
        if (sameHierarchy) {
            return moved;
        }
        var known = new HashSet<String>();
        for (var state : List.of(earlier.snapshot(), snapshot)) {
            for (var segment : state.segmentsOf(SUBSCRIPTION)) {
                segment.rows()
                        .live()
                        .forEach(
                                row -> subscription(segment.resourceId(row)).ifPresent(known::add));
            }
        }
        for (String subscription : known) {
            var scope = new Scope.Subscription(subscription);
            if (!then.ancestors(scope).equals(current.ancestors(scope))) {
                moved.add(subscription);
            }
        }
        return moved;
    }

    private static Optional<String> subscription(String id) {
        return ResourceId.tryParse(id)
                .flatMap(ResourceId::subscriptionId)
                .map(text -> text.toLowerCase(Locale.ROOT));
    }

    private static boolean isAssessment(RuleReads.Related search) {
        return search.type() == null
                || RelatedResources.ASSESSMENTS.equalsIgnoreCase(search.type());
    }

    /// The applications with a version whose end of life lies between the two snapshots.
    private Set<String> endsOfLifePassed() {
        var then = earlier.snapshot().takenAt();
        var current = snapshot.takenAt();
        var passed = new HashSet<String>();
        if (!current.isAfter(then)) {
            return passed;
        }
        for (var segment : snapshot.segmentsOf(GalleryApplicationVersion.TYPE)) {
            segment.rows()
                    .live()
                    .forEach(row ->
                            GalleryApplicationVersion.read(segment.resource(row))
                                    .filter(version ->
                                            isBetween(version.endOfLife(), then, current))
                                    .ifPresent(version ->
                                            passed.add(ApplicationUsers.prefix(version.id()))));
        }
        return passed;
    }

    private static boolean isBetween(@Nullable Instant end, Instant then, Instant current) {
        return end != null && end.isAfter(then) && !end.isAfter(current);
    }
}
