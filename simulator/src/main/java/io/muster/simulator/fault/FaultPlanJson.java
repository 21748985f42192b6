package io.muster.simulator.fault;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.guest.FaultProfile;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/// Fault plans as JSON. What is not known is refused: a misspelt fault would silently never happen.
final class FaultPlanJson {
    private static final String VERSIONS = "Microsoft.Compute/galleries/applications/versions";

    private FaultPlanJson() {}

    static Dynamic write(FaultPlan plan) {
        var requests = plan.requests();
        var wire = plan.wire();
        var versions = Dynamic.bag();
        plan.guests().versions().forEach((id, profile) -> versions.put(id, profile.text()));
        return Dynamic.bag()
                .put("seed", plan.seed())
                .put(
                        "requests",
                        Dynamic.bag()
                                .put("throttled", requests.throttled())
                                .put("failed", requests.failed())
                                .put("retryAfterSeconds", requests.retryAfterSeconds())
                                .put("shifted", requests.shifted())
                                .put("shiftedBy", requests.shiftedBy())
                                .build())
                .put(
                        "wire",
                        Dynamic.bag()
                                .put("slow", wire.slow())
                                .put("slowBy", wire.slowBy().toString())
                                .put("truncated", wire.truncated())
                                .put("dropped", wire.dropped())
                                .build())
                .put(
                        "guests",
                        Dynamic.bag()
                                .put("failed", plan.guests().failed())
                                .put("versions", versions.build())
                                .build())
                .build();
    }

    static FaultPlan read(Dynamic json, long seed) {
        only(json, "", "seed", "requests", "wire", "guests");
        var requests = part(json, "requests");
        only(
                requests,
                "requests.",
                "throttled",
                "failed",
                "retryAfterSeconds",
                "shifted",
                "shiftedBy");
        var wire = part(json, "wire");
        only(wire, "wire.", "slow", "slowBy", "truncated", "dropped");
        var guests = part(json, "guests");
        only(guests, "guests.", "failed", "versions");
        var versions = new HashMap<String, FaultProfile>();
        part(guests, "versions")
                .members()
                .forEach((id, profile) -> versions.put(id, profile(id, profile)));
        return new FaultPlan(
                json.get("seed").isNull() ? seed : number(json, "", "seed"),
                new FaultPlan.Requests(
                        small(requests, "requests.", "throttled"),
                        small(requests, "requests.", "failed"),
                        small(requests, "requests.", "retryAfterSeconds"),
                        small(requests, "requests.", "shifted"),
                        small(requests, "requests.", "shiftedBy")),
                new FaultPlan.Wire(
                        small(wire, "wire.", "slow"),
                        duration(wire),
                        small(wire, "wire.", "truncated"),
                        small(wire, "wire.", "dropped")),
                new FaultPlan.Guests(small(guests, "guests.", "failed"), versions));
    }

    private static void only(Dynamic json, String at, String... known) {
        for (String name : json.members().keySet()) {
            if (!List.of(known).contains(name)) {
                throw new IllegalArgumentException(
                        "'"
                                + at
                                + name
                                + "' is not known: one of "
                                + String.join(", ", Arrays.asList(known))
                                + ".");
            }
        }
    }

    private static Dynamic part(Dynamic json, String name) {
        var part = json.get(name);
        if (part.isNull()) {
            return Dynamic.EMPTY_BAG;
        }
        if (part instanceof Dynamic.Bag) {
            return part;
        }
        throw new IllegalArgumentException("'" + name + "' takes an object.");
    }

    private static long number(Dynamic json, String at, String name) {
        var value = json.get(name);
        if (value.isNull()) {
            return 0;
        }
        if (value instanceof Dynamic.Whole(var number)) {
            return number;
        }
        throw new IllegalArgumentException("'" + at + name + "' takes a whole number.");
    }

    private static int small(Dynamic json, String at, String name) {
        long number = number(json, at, name);
        if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("'" + at + name + "' is out of range.");
        }
        return (int) number;
    }

    private static Duration duration(Dynamic wire) {
        var value = wire.get("slowBy");
        try {
            return value.isNull() ? Duration.ZERO : Duration.parse(value.textOr(""));
        } catch (DateTimeException none) {
            throw new IllegalArgumentException("'wire.slowBy' takes a duration as PT0.5S.", none);
        }
    }

    private static FaultProfile profile(String version, Dynamic value) {
        if (ResourceId.tryParse(version).filter(id -> id.isOfType(VERSIONS)).isEmpty()) {
            throw new IllegalArgumentException(
                    "'guests.versions' names gallery application versions by their ids, not '"
                            + version
                            + "'.");
        }
        var text = value.textOr("");
        var fault = FaultProfile.fault(text);
        if (fault.isPresent()) {
            throw new IllegalArgumentException(
                    "'guests.versions' says of " + version + ": " + fault.get());
        }
        return FaultProfile.parse(text);
    }
}
