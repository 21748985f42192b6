package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.LatestResolver;
import io.muster.simulator.estate.Agenda;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.VirtualClock;
import io.muster.simulator.guest.GuestFaults;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What every route works on. Guarded by the simulator's lock.
record Cloud(
        Estate estate,
        Agenda agenda,
        VirtualClock clock,
        SimulatorSettings settings,
        GuestFaults faults,
        Operations operations) {

    /// Resolves `latest` against the galleries as they stand.
    LatestResolver resolver() {
        return estate.resolver(settings.resolution(), now());
    }

    /// The time at which what happens happens.
    Instant now() {
        return agenda.now(clock);
    }

    StoredResource get(ResourceId id) {
        requireContainer(id);
        return estate.find(id).orElseThrow(() -> ArmFault.notFound(id));
    }

    void requireContainer(ResourceId id) {
        if (estate.hasContainer(id)) {
            return;
        }
        var subscription = ResourceId.parse("/subscriptions/" + id.subscriptionId().orElse(""));
        if (estate.find(subscription).isEmpty()) {
            throw new ArmFault(
                    404,
                    "SubscriptionNotFound",
                    "The subscription '" + subscription.name() + "' could not be found.");
        }
        throw new ArmFault(
                404,
                "ResourceGroupNotFound",
                "Resource group '" + id.resourceGroup().orElse("") + "' could not be found.");
    }

    /// The JSON object of a request's body.
    static Dynamic body(ArmRequest request) {
        try {
            var json = Json.parse(request.body());
            if (json instanceof Dynamic.Bag) {
                return BodyForm.read(json);
            }
            throw ArmFault.badRequest(
                    "InvalidRequestContent",
                    "The request content was invalid: a JSON object was expected.");
        } catch (JsonException fault) {
            throw ArmFault.badRequest(
                    "InvalidRequestContent",
                    "The request content was invalid and could not be deserialized: '"
                            + fault.getMessage()
                            + "', line "
                            + fault.line()
                            + ", position "
                            + fault.column()
                            + ".");
        }
    }

    /// Refuses what is to be nested in a resource that is not there.
    void requireParent(ResourceId id) {
        if (id.parent().isEmpty() || UNKEPT.contains(id.namespace().toLowerCase(Locale.ROOT))) {
            return;
        }
        var top = id.top();
        if (estate.find(top).isEmpty()) {
            throw noParent(top);
        }
    }

    static ArmFault noParent(ResourceId parent) {
        return new ArmFault(
                404,
                "ParentResourceNotFound",
                "Can not perform requested operation on nested resource. Parent resource '"
                        + parent.name()
                        + "' not found.");
    }

    /// Namespaces whose outer types are no resources: what is nested in them stands by itself.
    private static final Set<String> UNKEPT =
            Set.of(
                    "microsoft.authorization",
                    "microsoft.insights",
                    "microsoft.management",
                    "microsoft.policyinsights",
                    "microsoft.resources");

    /// Refuses the request when its `If-Match` or `If-None-Match` does not fit the resource as it stands. Either may name several; a weak tag is the same as no strong
    /// one, so that it fits no `If-Match` and each `If-None-Match` that names the same version (RFC 9110, 13.1).
    static void requireMatch(ArmRequest request, Optional<StoredResource> stored) {
        var wanted = request.header("If-Match");
        if (wanted.isPresent() && stored.filter(is -> names(wanted.get(), is, false)).isEmpty()) {
            throw preconditionFailed(wanted.get());
        }
        var unwanted = request.header("If-None-Match");
        if (unwanted.isPresent()
                && stored.filter(is -> names(unwanted.get(), is, true)).isPresent()) {
            throw preconditionFailed(unwanted.get());
        }
    }

    private static boolean names(String tags, StoredResource stored, boolean weak) {
        for (String written : tags.split(",")) {
            String tag = written.strip();
            String known = weak && tag.startsWith("W/") ? tag.substring(2) : tag;
            if (known.equals("*") || known.equals(stored.etag())) {
                return true;
            }
        }
        return false;
    }

    private static ArmFault preconditionFailed(String etag) {
        return new ArmFault(
                412,
                "PreconditionFailed",
                "The condition '"
                        + etag
                        + "' set in the request does not match the current version of the resource.");
    }

    /// The body of a PUT as the resource it makes: id, name and type come from the path.
    static Dynamic named(ResourceId id, String type, Dynamic body) {
        var members = new LinkedHashMap<String, Dynamic>();
        members.put("id", Dynamic.of(id.text()));
        members.put("name", Dynamic.of(id.name()));
        members.put("type", Dynamic.of(type));
        body.members().forEach(members::putIfAbsent);
        if (members.get("location") instanceof Dynamic.Text(var location)) {
            members.put("location", Dynamic.of(Location.normalise(location)));
        }
        return new Dynamic.Bag(members);
    }

    /// A page of a list, the next one by `$skiptoken`. With `$top` pages are no longer than that.
    ArmResponse page(ArmRequest request, List<Dynamic> items) {
        int from = request.parameter("$skiptoken").map(Cloud::offset).orElse(0);
        int most =
                Math.min(
                        settings.pageSize(),
                        request.parameter("$top").map(Cloud::top).orElse(Integer.MAX_VALUE));
        int to = (int) Math.min(items.size(), (long) from + most);
        var answer =
                Dynamic.bag().put("value", Dynamic.array(items.subList(Math.min(from, to), to)));
        if (to < items.size()) {
            var query =
                    new StringBuilder(
                            "?api-version=" + request.parameter("api-version").orElse(""));
            for (String kept :
                    List.of("$expand", "$filter", "$select", "$top", "statusonly", "sharedTo")) {
                request.parameter(kept)
                        .ifPresent(value ->
                                query.append('&')
                                        .append(kept)
                                        .append('=')
                                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
            }
            answer.put(
                    "nextLink",
                    request.origin() + request.uri().getRawPath() + query + "&$skiptoken=" + to);
        }
        return ArmResponse.of(200, answer.build());
    }

    private static int top(String text) {
        try {
            int top = Integer.parseInt(text);
            if (top > 0) {
                return top;
            }
        } catch (NumberFormatException reported) {
            throw invalidTop(text);
        }
        throw invalidTop(text);
    }

    private static ArmFault invalidTop(String text) {
        return ArmFault.badRequest(
                "InvalidTopInQueryString",
                "Invalid $top '" + text + "': a positive number is expected.");
    }

    private static int offset(String token) {
        try {
            return Math.max(0, Integer.parseInt(token));
        } catch (NumberFormatException notOurs) {
            throw ArmFault.badRequest(
                    "InvalidSkipToken", "The skip token '" + token + "' is invalid.");
        }
    }
}
