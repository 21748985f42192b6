package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.VmApplicationErrors;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.plan.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Says before anything is sent what ARM would refuse for lack of rights, in its own words. Rights are asked for once a resource group while they last; only where
/// the group's do not do is the resource itself asked, which may have more. Whatever cannot be told is let pass: ARM has the last word. Safe for many threads.
public final class Access {
    /// As long as Azure itself may take to let a new role count.
    private static final Duration KEPT = Duration.ofMinutes(5);

    private static final int MOST_KEPT = 10_000;
    private static final String READ = "Microsoft.Compute/galleries/applications/versions/read";

    private final ArmPort arm;
    private final InstantSource clock;
    private final Predicate<ResourceId> shared;
    private final ConcurrentHashMap<ResourceId, Known> groups = new ConcurrentHashMap<>();

    /// @param shared whether machines may get what a gallery has without a right to read it, as far as is known
    public Access(ArmPort arm, InstantSource clock, Predicate<ResourceId> shared) {
        this.arm = arm;
        this.clock = clock;
        this.shared = shared;
    }

    /// @param rights empty when ARM does not tell
    private record Known(Optional<Rights> rights, Instant until) {}

    /// Why a change would be refused; empty when it would not, as far as can be told.
    public Optional<Decision.Refuse> refuse(ResourceChange change) throws InterruptedException {
        var written = refuseWrite(change);
        return written.isPresent() || !(change instanceof ResourceChange.Patch patch)
                ? written
                : refuseRead(patch);
    }

    /// Whoever puts an application on a machine must be able to read it in its gallery.
    private Optional<Decision.Refuse> refuseRead(ResourceChange.Patch patch)
            throws InterruptedException {
        for (var change : patch.changes()) {
            if (!change.path().endsWith("applicationProfile")) {
                continue;
            }
            var before = ApplicationProfile.read(change.before());
            for (var entry : ApplicationProfile.read(change.after()).entries()) {
                var reference = entry.reference();
                if (reference.isPresent()
                        && !before.has(reference.get().applicationId())
                        && !shared.test(reference.get().galleryId())
                        && !isReadable(reference.get().applicationId())) {
                    var error = VmApplicationErrors.notAuthorized();
                    return Optional.of(
                            new Decision.Refuse(
                                    error.code(),
                                    error.message()
                                            + " ("
                                            + reference.get().text()
                                            + ": no permission for '"
                                            + READ
                                            + "')"));
                }
            }
        }
        return Optional.empty();
    }

    private boolean isReadable(ResourceId application) throws InterruptedException {
        var container = container(application);
        var known = container.isEmpty() ? Optional.<Rights>empty() : ofGroup(container.get());
        if (known.isEmpty() || known.get().permissions().isEmpty() || known.get().allows(READ)) {
            return true;
        }
        var own = ask(application);
        return own.isEmpty() || own.get().permissions().isEmpty() || own.get().allows(READ);
    }

    private Optional<Decision.Refuse> refuseWrite(ResourceChange change)
            throws InterruptedException {
        var over = change instanceof ResourceChange.Deploy d ? d.deploymentId() : change.target();
        String action = action(change);
        var container = container(over);
        if (container.isEmpty()) {
            return Optional.empty();
        }
        var known = ofGroup(container.get());
        if (known.isEmpty() || known.get().allows(action)) {
            return Optional.empty();
        }
        var rights = ask(change.target());
        // Who could read the resource has some right: no permission at all is no answer.
        if (rights.isEmpty() || rights.get().permissions().isEmpty()) {
            return Optional.empty();
        }
        // A right on the resource is none to deploy beside it.
        return !(change instanceof ResourceChange.Deploy) && rights.get().allows(action)
                ? Optional.empty()
                : Optional.of(
                        new Decision.Refuse(
                                "AuthorizationFailed", words(rights.get(), action, over)));
    }

    private static String action(ResourceChange change) {
        return switch (change) {
            case ResourceChange.Patch(var target, _, _) -> target.type().text() + "/write";
            case ResourceChange.Reapply(var target) -> target.type().text() + "/reapply/action";
            case ResourceChange.UpgradeInstances(var target, _) ->
                    target.type().text() + "/manualUpgrade/action";
            case ResourceChange.Deploy _ -> "Microsoft.Resources/deployments/write";
        };
    }

    /// The resource group that it lies in, else its subscription.
    private static Optional<ResourceId> container(ResourceId id) {
        return id.subscriptionId()
                .map(subscription ->
                        ResourceId.parse(
                                "/subscriptions/"
                                        + subscription
                                        + id.resourceGroup()
                                                .map(group -> "/resourceGroups/" + group)
                                                .orElse("")));
    }

    private Optional<Rights> ofGroup(ResourceId group) throws InterruptedException {
        var now = clock.instant();
        @Nullable Known known = groups.get(group);
        if (known != null && now.isBefore(known.until())) {
            return known.rights();
        }
        var rights = ask(group);
        if (groups.size() >= MOST_KEPT) {
            groups.clear();
        }
        groups.put(group, new Known(rights, now.plus(KEPT)));
        return rights;
    }

    private Optional<Rights> ask(ResourceId scope) throws InterruptedException {
        try {
            return arm.rights(scope);
        } catch (ArmException unknown) {
            // Whoever may write need not be able to read his rights: the write itself will tell.
            return Optional.empty();
        }
    }

    /// Azure's text.
    private static String words(Rights rights, String action, ResourceId over) {
        String who =
                rights.client().isEmpty() && rights.objectId().isEmpty()
                        ? ""
                        : " '" + rights.client() + "' with object id '" + rights.objectId() + "'";
        return "The client"
                + who
                + " does not have authorization to perform action '"
                + action
                + "' over scope '"
                + over.text()
                + "' or the scope is invalid. If access was recently granted, please refresh your"
                + " credentials.";
    }
}
