package io.muster.inventory.vm;

import org.jspecify.annotations.Nullable;

/// What the state of a machine's applications depends on besides its profile and what its guest reported: the same for very many machines.
///
/// @param location normalised
/// @param system null when not known
/// @param instanceViewKnown whether what the guest reported is known
/// @param agentMissing whether the instance view shows no VM agent that answers
/// @param latestModelApplied false for a uniform instance that has not got the set's model yet
public record MachineFacts(
        Machine.Kind kind,
        String location,
        @Nullable OperatingSystem system,
        boolean instanceViewKnown,
        boolean agentMissing,
        boolean latestModelApplied) {}
