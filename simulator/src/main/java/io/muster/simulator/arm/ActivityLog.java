package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.KeptState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// `Microsoft.Insights/eventtypes/management/values`: one event a write, newest first. Guarded by the simulator's lock.
final class ActivityLog implements KeptState {
    private static final Pattern PATH =
            Pattern.compile(
                    "/subscriptions/([^/]+)/providers/microsoft\\.insights/eventtypes/management/values",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern TERM =
            Pattern.compile(
                    "(\\w+)\\s+(eq|ge|le|gt|lt)\\s+(?:'([^']*)'|([-+.:\\w]+))",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern AND = Pattern.compile("\\s+and\\s+", Pattern.CASE_INSENSITIVE);

    /// Events kept; Azure keeps 90 days.
    private static final int KEPT = 100_000;

    private record Event(
            Instant time,
            String method,
            String resourceId,
            String operationName,
            int status,
            String correlationId,
            String caller,
            Dynamic policies,
            long number) {
        boolean failed() {
            return status >= 400;
        }

        String outcome() {
            return failed() ? "Failed" : "Succeeded";
        }

        String level() {
            return failed() ? "Error" : policies.isNull() ? "Informational" : "Warning";
        }
    }

    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private long numbers;

    static boolean isActivityPath(String path) {
        return PATH.matcher(path).matches();
    }

    /// The subscription whose log lies at a path.
    static ResourceId subscription(String path) {
        var parts = PATH.matcher(path);
        if (!parts.matches()) {
            throw new ArmFault(404, "NotFound", "There is nothing at '" + path + "'.");
        }
        return ResourceId.parse("/subscriptions/" + parts.group(1));
    }

    /// Keeps a write on a resource; token requests and the like are none.
    void note(Instant now, ArmRequest request, ArmResponse answer) {
        String path = request.path();
        var id = request.id();
        String action = "write";
        if (id.isEmpty()) {
            int slash = path.lastIndexOf('/');
            id = slash <= 0 ? id : ResourceId.tryParse(path.substring(0, slash));
            action = path.substring(slash + 1) + "/action";
        } else if (request.method().equals("DELETE")) {
            action = "delete";
        }
        if (id.isEmpty() || id.get().subscriptionId().isEmpty()) {
            return;
        }
        events.addFirst(
                new Event(
                        now,
                        request.method(),
                        id.get().text(),
                        id.get().type().text() + "/" + action,
                        answer.status(),
                        request.header("x-ms-correlation-request-id")
                                .orElse(new UUID(0, numbers).toString()),
                        Tokens.caller(request),
                        Dynamic.NULL,
                        numbers++));
        if (events.size() > KEPT) {
            events.removeLast();
        }
    }

    /// Keeps what policies had to say of a write that was taken.
    ///
    /// @param policies what becomes the event's `properties.policies`
    void warn(Instant now, ArmRequest request, ResourceId id, Dynamic policies) {
        events.addFirst(
                new Event(
                        now,
                        request.method(),
                        id.text(),
                        "Microsoft.Authorization/policies/audit/action",
                        200,
                        request.header("x-ms-correlation-request-id")
                                .orElse(new UUID(0, numbers).toString()),
                        Tokens.caller(request),
                        policies,
                        numbers++));
        if (events.size() > KEPT) {
            events.removeLast();
        }
    }

    @Override
    public String kind() {
        return "event";
    }

    /// From the oldest on.
    @Override
    public void export(Consumer<Dynamic> sink) {
        events.descendingIterator()
                .forEachRemaining(event ->
                        sink.accept(
                                Dynamic.bag()
                                        .put("time", event.time().toString())
                                        .put("method", event.method())
                                        .put("resourceId", event.resourceId())
                                        .put("operationName", event.operationName())
                                        .put("status", event.status())
                                        .put("correlationId", event.correlationId())
                                        .put("caller", event.caller())
                                        .put("policies", event.policies())
                                        .put("number", event.number())
                                        .build()));
        sink.accept(Dynamic.bag().put("next", numbers).build());
    }

    @Override
    public void take(Dynamic kept) {
        if (kept.get("time").isNull()) {
            numbers = kept.get("next").longOr(0);
            return;
        }
        events.addFirst(
                new Event(
                        Instant.parse(kept.get("time").textOr("")),
                        kept.get("method").textOr(""),
                        kept.get("resourceId").textOr(""),
                        kept.get("operationName").textOr(""),
                        (int) kept.get("status").longOr(0),
                        kept.get("correlationId").textOr(""),
                        kept.get("caller").textOr(""),
                        kept.get("policies"),
                        kept.get("number").longOr(0)));
    }

    ArmResponse answer(Cloud cloud, ArmRequest request) {
        var path = PATH.matcher(request.path());
        if (!path.matches()) {
            throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
        }
        String prefix = "/subscriptions/" + path.group(1).toLowerCase(Locale.ROOT);
        cloud.requireContainer(ResourceId.parse(prefix));
        var filter = filter(request.parameter("$filter").orElse(""));
        var out = new ArrayList<Dynamic>();
        for (var event : events) {
            if (event.resourceId().toLowerCase(Locale.ROOT).startsWith(prefix)
                    && filter.test(event)) {
                out.add(selected(request, json(event)));
            }
        }
        return cloud.page(request, out);
    }

    /// `$select`: the members that are named, whatever their case; all without it.
    private static Dynamic selected(ArmRequest request, Dynamic event) {
        var wanted = request.parameter("$select").filter(names -> !names.isBlank());
        if (wanted.isEmpty()) {
            return event;
        }
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : wanted.get().split(",")) {
            names.add(name.strip());
        }
        Dynamic out = event;
        for (String member : event.members().keySet()) {
            if (!names.contains(member)) {
                out = out.without(member);
            }
        }
        return out;
    }

    private static Predicate<Event> filter(String text) {
        Predicate<Event> all = _ -> true;
        if (text.isBlank()) {
            return all;
        }
        for (String part : AND.split(text.strip())) {
            var term = TERM.matcher(part.strip());
            if (!term.matches()) {
                throw invalid(text);
            }
            String value = term.group(3) == null ? term.group(4) : term.group(3);
            String comparison = term.group(2).toLowerCase(Locale.ROOT);
            all =
                    all.and(
                            switch (term.group(1).toLowerCase(Locale.ROOT)) {
                                case "eventtimestamp" -> time(comparison, value, text);
                                case "resourcegroupname" ->
                                        e ->
                                                ResourceId.parse(e.resourceId())
                                                        .resourceGroup()
                                                        .filter(value::equalsIgnoreCase)
                                                        .isPresent();
                                case "resourceuri", "resourceid" ->
                                        e -> e.resourceId().equalsIgnoreCase(value);
                                case "correlationid" ->
                                        e -> e.correlationId().equalsIgnoreCase(value);
                                case "resourceprovider" ->
                                        e ->
                                                ResourceId.parse(e.resourceId())
                                                        .namespace()
                                                        .equalsIgnoreCase(value);
                                case "caller" -> e -> e.caller().equalsIgnoreCase(value);
                                case "status" -> e -> e.outcome().equalsIgnoreCase(value);
                                case "levels" -> among(value, Event::level);
                                case "operationname", "operations" ->
                                        among(value, Event::operationName);
                                // All that is kept here are operations, and asked for by who
                                // administers.
                                case "eventchannels" ->
                                        among(value, _ -> "Admin")
                                                .or(among(value, _ -> "Operation"));
                                default -> throw invalid(text);
                            });
        }
        return all;
    }

    /// Whether the event's own is one of a list of values.
    private static Predicate<Event> among(String values, Function<Event, String> own) {
        var wanted = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String value : values.split(",")) {
            wanted.add(value.strip());
        }
        return e -> wanted.contains(own.apply(e));
    }

    /// A time with or without its offset, or a date, which is its beginning; without an offset in UTC.
    private static Optional<Instant> instant(String text) {
        try {
            var time =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(
                            text, OffsetDateTime::from, LocalDateTime::from);
            return Optional.of(
                    time instanceof OffsetDateTime known
                            ? known.toInstant()
                            : LocalDateTime.from(time).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException noTime) {
            return date(text);
        }
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
        } catch (DateTimeException noDate) {
            return Optional.empty();
        }
    }

    private static Predicate<Event> time(String comparison, String value, String text) {
        var at = instant(value).orElseThrow(() -> invalid(text));
        return switch (comparison) {
            case "ge" -> e -> !e.time().isBefore(at);
            case "gt" -> e -> e.time().isAfter(at);
            case "le" -> e -> !e.time().isAfter(at);
            case "lt" -> e -> e.time().isBefore(at);
            default -> e -> e.time().equals(at);
        };
    }

    private static ArmFault invalid(String filter) {
        return ArmFault.badRequest("BadRequest", "The filter '" + filter + "' is not valid.");
    }

    private static Dynamic json(Event event) {
        var id = ResourceId.parse(event.resourceId());
        var json =
                Dynamic.bag()
                        .put("eventDataId", new UUID(1, event.number()).toString())
                        .put("eventTimestamp", event.time().toString())
                        .put("submissionTimestamp", event.time().toString())
                        .put("caller", event.caller())
                        .put("correlationId", event.correlationId())
                        .put("level", event.level())
                        .put("channels", "Operation")
                        .put(
                                "category",
                                named(event.policies().isNull() ? "Administrative" : "Policy"))
                        .put("eventName", named("EndRequest"))
                        .put("operationName", named(event.operationName()))
                        .put("status", named(event.outcome()))
                        .put("subStatus", named(Integer.toString(event.status())))
                        .put("resourceId", event.resourceId())
                        .put("resourceGroupName", id.resourceGroup().orElse(""))
                        .put("resourceProviderName", named(id.namespace()))
                        .put("resourceType", named(id.type().text()))
                        .put("subscriptionId", id.subscriptionId().orElse(""));
        if (!event.policies().isNull()) {
            // A string that holds JSON, as Azure has it.
            json.put(
                    "properties",
                    Dynamic.bag().put("policies", Json.write(event.policies())).build());
        }
        return json.build();
    }

    private static Dynamic named(String value) {
        return Dynamic.bag().put("value", value).put("localizedValue", value).build();
    }
}
