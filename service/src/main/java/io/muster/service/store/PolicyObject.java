package io.muster.service.store;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.OffsetDateTime;

/// A definition, initiative, assignment or exemption as it was put.
///
/// @param id the resource id in lower case
/// @param kind the type's last name in lower case: `policydefinitions`
/// @param body Azure's JSON, complete, with the id in the case it was put in
@MappedEntity("policy_object")
public record PolicyObject(@Id String id, String kind, String body, OffsetDateTime changedAt) {}
