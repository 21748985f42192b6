/// HTTP to the fleet: what each resource of the API answers. Requests come through [io.muster.service.http.ArmController], which knows
/// Micronaut; the classes that answer see only [io.muster.service.http.route.ArmCall].
@NullMarked
package io.muster.service.http;

import org.jspecify.annotations.NullMarked;
