package io.muster.service.store;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.OffsetDateTime;

/// A query kept under a resource id (`Microsoft.ResourceGraph/queries`).
///
/// @param id as it was put
/// @param tags a JSON object
@MappedEntity("saved_query")
public record SavedQuery(
        @Id String id,
        String location,
        String tags,
        String query,
        String description,
        String etag,
        OffsetDateTime changedAt) {}
