package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.Members;

/// A request to write or delete a resource, as policies see it.
///
/// @param resource the whole resource as it is to be (a PATCH merged): `id`, `type`, `name` filled in; for a deletion the one that exists
/// @param existing the resource as it is; null value when there is none
/// @param apiVersion of the request; [#LATEST] where it is not known
/// @param identity claims of the caller; an empty object when nothing is known
public record AdmissionRequest(
        Operation operation,
        Dynamic resource,
        Dynamic existing,
        String apiVersion,
        Dynamic identity) {
    /// Later than every API version: a request that names none is taken to be of the newest.
    public static final String LATEST = "9999-12-31";

    /// What is asked.
    public enum Operation {
        /// A whole resource: PUT.
        WRITE,
        /// Parts of one: one that touches only tags is decided by rules about tags.
        PATCH,
        /// Tags alone, by a PATCH that names nothing else or through the tags API.
        TAGS,
        DELETE,
        /// As a part of its resource group's deletion.
        DELETE_WITH_GROUP
    }

    public static AdmissionRequest write(Dynamic resource, Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.WRITE, resource, existing, apiVersion, Dynamic.EMPTY_BAG);
    }

    /// @param resource with the parts merged into it
    public static AdmissionRequest patch(Dynamic resource, Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.PATCH, resource, existing, apiVersion, Dynamic.EMPTY_BAG);
    }

    /// Of a resource whose group is deleted: asked of each resource in the group.
    public static AdmissionRequest deleteWithGroup(Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.DELETE_WITH_GROUP, existing, existing, apiVersion, Dynamic.EMPTY_BAG);
    }

    /// @param resource with the new tags
    public static AdmissionRequest tags(Dynamic resource, Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.TAGS, resource, existing, apiVersion, Dynamic.EMPTY_BAG);
    }

    /// The same sent by somebody.
    ///
    /// @param claims of the caller's token: what `requestContext().identity` gives
    public AdmissionRequest by(Dynamic claims) {
        return new AdmissionRequest(operation, resource, existing, apiVersion, claims);
    }

    /// The same for another resource to be.
    AdmissionRequest of(Dynamic other) {
        return new AdmissionRequest(operation, other, existing, apiVersion, identity);
    }

    /// Whether nothing but tags is touched.
    boolean touchesTagsOnly() {
        return operation == Operation.TAGS
                || (operation == Operation.PATCH
                        && !resource.equals(existing)
                        && withoutTags(resource).equals(withoutTags(existing)));
    }

    private static Dynamic withoutTags(Dynamic document) {
        return document.without(Members.spelling(document, "tags"));
    }

    public static AdmissionRequest delete(Dynamic existing, String apiVersion) {
        return new AdmissionRequest(
                Operation.DELETE, existing, existing, apiVersion, Dynamic.EMPTY_BAG);
    }
}
