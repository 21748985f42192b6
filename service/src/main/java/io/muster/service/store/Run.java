package io.muster.service.store;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/// A collection or scan that was begun.
///
/// @param kind `collect` or `scan`
/// @param state `running`, `succeeded`, `partial` or `failed`
/// @param endedAt null while it runs
/// @param detail what it found or why it failed, a JSON object
@MappedEntity("run")
public record Run(
        @Id String id,
        String kind,
        String state,
        OffsetDateTime startedAt,
        @Nullable OffsetDateTime endedAt,
        String detail) {}
