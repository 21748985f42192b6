package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.Operation;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.guest.DesiredApplication;
import io.muster.simulator.guest.FaultProfile;
import io.muster.simulator.guest.GuestFaults;
import io.muster.simulator.guest.GuestRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What commands in guests do and how long they take, as the fault profiles of versions say it, else as the simulator does. Guarded by the simulator's lock.
final class VersionFaults {
    private final Cloud cloud;

    /// The galleries that were last asked for fault profiles, and whether they had any.
    private GalleryCatalog looked = GalleryCatalog.EMPTY;

    private boolean profiled;

    VersionFaults(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Whether any version has a fault profile: looked at once for galleries that stay.
    boolean any() {
        if (cloud.faults().hasProfiles()) {
            return true;
        }
        var galleries = cloud.estate().galleries();
        if (galleries != looked) {
            looked = galleries;
            profiled =
                    galleries.versions().stream()
                            .anyMatch(v ->
                                    !v.resource()
                                            .getIgnoreCase("tags")
                                            .get(FaultProfile.TAG)
                                            .isNull());
        }
        return profiled;
    }

    /// What the commands of a run do.
    GuestFaults of(List<DesiredApplication> desired) {
        if (!any()) {
            return cloud.faults();
        }
        return (machine, application, version, operation, attempt) -> {
            var profile = profile(desired, application, version);
            if (attempt <= profile.reboots(operation)) {
                return new GuestFaults.Outcome.Reboot();
            }
            return profile.share(operation)
                    .map(share -> GuestFaults.seeded(cloud.settings().seed(), share))
                    .orElse(cloud.faults())
                    .outcome(machine, application, version, operation, attempt);
        };
    }

    /// Why a run cannot read what it is to do: as the simulator says, or a version's fault profile, which draws anew with each run.
    Optional<String> ofHost(ResourceId machine, List<DesiredApplication> desired) {
        var fault = cloud.faults().hostFault(machine.key());
        if (fault.isPresent() || !any()) {
            return fault;
        }
        long run = cloud.estate().find(machine).map(StoredResource::revision).orElse(0L);
        for (var wanted : desired) {
            int share = profile(desired, wanted.name(), wanted.version()).hostShare();
            if (share > 0
                    && GuestFaults.seeded(cloud.settings().seed(), share)
                                    .outcome(
                                            machine.key(),
                                            "host",
                                            Long.toString(run),
                                            Operation.Kind.NO_ACTION,
                                            1)
                            instanceof GuestFaults.Outcome.Failure) {
                return Optional.of("request failed with status code 503");
            }
        }
        return Optional.empty();
    }

    /// The time of each command that will run.
    Duration time(GuestRegistry registry, List<DesiredApplication> desired) {
        var total = Duration.ZERO;
        for (var wanted : desired) {
            var before = registry.entries().get(wanted.name());
            var resource = wanted.resource();
            if (resource == null) {
                // No command runs for what cannot be had.
                continue;
            }
            if (before == null) {
                total = total.plus(time(desired, wanted, Operation.Kind.INSTALL));
            } else if (!before.version().equals(wanted.version())) {
                total =
                        resource.actions().hasUpdate()
                                ? total.plus(time(desired, wanted, Operation.Kind.UPDATE))
                                : total.plus(time(desired, wanted, Operation.Kind.INSTALL))
                                        .plus(
                                                profile(desired, wanted.name(), before.version())
                                                        .time(Operation.Kind.REMOVE_FOR_UPDATE));
            }
        }
        for (var entry : registry.entries().entrySet()) {
            if (desired.stream().noneMatch(d -> d.name().equals(entry.getKey()))) {
                total =
                        total.plus(
                                profile(desired, entry.getKey(), entry.getValue().version())
                                        .time(Operation.Kind.REMOVE));
            }
        }
        return total;
    }

    private Duration time(
            List<DesiredApplication> desired, DesiredApplication wanted, Operation.Kind kind) {
        return profile(desired, wanted.name(), wanted.version()).time(kind);
    }

    /// The fault profile of a version of an application that the guest knows by name alone: of the gallery of the wanted one, else, for one that is no longer wanted,
    /// of the first gallery that has it.
    private FaultProfile profile(
            List<DesiredApplication> desired, String application, String version) {
        for (var wanted : desired) {
            var resource = wanted.resource();
            if (resource != null && wanted.name().equals(application)) {
                return profile(resource.applicationId(), version).orElse(FaultProfile.NONE);
            }
        }
        return cloud.estate().galleries().applications().stream()
                .filter(known -> known.id().name().equals(application))
                .flatMap(known -> profile(known.id(), version).stream())
                .findFirst()
                .orElse(FaultProfile.NONE);
    }

    private Optional<FaultProfile> profile(ResourceId application, String version) {
        var id = application.child("versions", version);
        var said = cloud.faults().profile(id);
        if (said.isPresent()) {
            return said;
        }
        return cloud.estate()
                .find(id)
                .map(v -> v.json().get("tags").get(FaultProfile.TAG).textOr(""))
                .map(FaultProfile::parse);
    }
}
