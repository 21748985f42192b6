package io.muster.policy.admission;

import io.muster.core.value.Dynamic;

/// A request to write or delete a resource, as policies see it.
///
/// @param resource the whole resource as it is to be (a PATCH merged): `id`, `type`, `name` filled in; for a deletion the one that exists
/// @param existing the resource as it is; null value when there is none
/// @param apiVersion of the request
/// @param identity claims of the caller; an empty object when nothing is known
public record AdmissionRequest(
        Operation operation,
        Dynamic resource,
        Dynamic existing,
        String apiVersion,
        Dynamic identity) {

    /// What is asked.
    public enum Operation {
        WRITE,
        DELETE
    }

    public static AdmissionRequest write(Dynamic resource, Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.WRITE, resource, existing, apiVersion, Dynamic.EMPTY_BAG);
    }

    public static AdmissionRequest delete(Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.DELETE, existing, existing, apiVersion, Dynamic.EMPTY_BAG);
    }
}
