package io.muster.inventory.vm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What Azure would answer to a write of a model with a profile.
///
/// @param resolver knows the galleries
public record DeploymentCheck(LatestResolver resolver, VmApplicationLimits limits) {

    /// The first refusal, as Azure answers one error a request; empty when the profile would be
    /// taken.
    public Optional<AzureError> refuse(
            ApplicationProfile profile, String region, @Nullable OperatingSystem system) {
        return all(profile, region, system).stream().findFirst();
    }

    /// Every refusal, those of the list as a whole first.
    public List<AzureError> all(
            ApplicationProfile profile, String region, @Nullable OperatingSystem system) {
        var errors = new ArrayList<AzureError>();
        int count = profile.entries().size();
        if (count > limits.applicationsPerMachine()) {
            errors.add(
                    VmApplicationErrors.tooManyApplications(
                            limits.applicationsPerMachine(), count));
        }
        duplicates(profile, errors);
        for (var entry : profile.entries()) {
            refuse(entry, region, system).ifPresent(errors::add);
        }
        return errors;
    }

    /// Why that entry alone would be refused.
    public Optional<AzureError> refuse(
            ProfileEntry entry, String region, @Nullable OperatingSystem system) {
        var reference = entry.reference();
        if (reference.isEmpty()) {
            return Optional.of(VmApplicationErrors.malformedReference(entry.packageReferenceId()));
        }
        return switch (resolver.resolve(reference.get(), region, system)) {
            case Resolution.Resolved _ -> Optional.empty();
            case Resolution.Unresolved(var error, var _) -> Optional.of(error);
        };
    }

    private static void duplicates(ApplicationProfile profile, List<AzureError> errors) {
        var ids = new HashSet<Object>();
        var applications = new HashSet<Object>();
        for (var entry : profile.entries()) {
            var reference = entry.reference();
            if (reference.isEmpty()) {
                continue;
            }
            if (!ids.add(reference.get().versionId())) {
                errors.add(VmApplicationErrors.samePackageTwice());
            } else if (!applications.add(reference.get().applicationId())) {
                errors.add(VmApplicationErrors.sameApplicationTwice(reference.get().application()));
            }
        }
    }
}
