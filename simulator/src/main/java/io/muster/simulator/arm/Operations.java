package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.Agenda;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import io.muster.simulator.estate.VirtualClock;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Long-running operations by their id, and what of them is under way on which resource. Guarded by the simulator's lock.
final class Operations implements KeptState {
    /// One operation; unfinished while `end` is null.
    static final class Operation {
        final String name;
        final Instant start;
        private @Nullable Instant end;
        private @Nullable Dynamic error;

        /// What a caller who follows `Location` is answered when it has ended well.
        private int result = 200;

        /// What is to be done when it has ended.
        private List<Task> waiting = List.of();

        /// The subscription below which it was said to be found, empty as long as nobody was told.
        private String subscription = "";

        /// Who was told to follow it: most often one, once.
        private List<String> followers = List.of();

        Operation(String name, Instant start) {
            this.name = name;
            this.start = start;
        }

        boolean isRunning() {
            return end == null;
        }

        int result() {
            return result;
        }

        boolean isOf(String wanted) {
            return subscription.equals(ANY) || subscription.equalsIgnoreCase(wanted);
        }

        boolean isFollowedBy(String caller) {
            return followers.contains(caller);
        }

        private void followedBy(String caller) {
            if (!isFollowedBy(caller)) {
                var more = new ArrayList<>(followers);
                more.add(caller);
                followers = List.copyOf(more);
            }
        }

        /// Ends without content.
        Operation withoutContent() {
            result = 204;
            return this;
        }

        Optional<Dynamic> error() {
            return Optional.ofNullable(error);
        }

        Dynamic json() {
            var json = Dynamic.bag().put("startTime", start.toString());
            var finished = end;
            var failure = error;
            if (finished != null) {
                json.put("endTime", finished.toString());
            }
            json.put(
                    "status",
                    finished == null ? "InProgress" : failure == null ? "Succeeded" : "Failed");
            json.put("name", name);
            if (failure != null) {
                json.put("error", failure);
            }
            return json.build();
        }
    }

    /// Of an operation of a state that does not say whose it is: those may look who may read operations somewhere.
    private static final String ANY = "*";

    private final VirtualClock clock;
    private final Agenda agenda;
    private final int retryAfterSeconds;
    private final Duration kept;
    private final Map<String, Operation> operations = new LinkedHashMap<>();

    /// What has ended, the first first.
    private final PriorityQueue<Ended> ended =
            new PriorityQueue<>(Comparator.comparing(Ended::at).thenComparing(Ended::operation));

    private final UnderWay underWay = new UnderWay();
    private long next;

    private record Ended(Instant at, String operation) {}

    /// @param kept how long what has ended can be found
    Operations(VirtualClock clock, Agenda agenda, int retryAfterSeconds, Duration kept) {
        this.kept = kept;
        this.clock = clock;
        this.agenda = agenda;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /// Counted, not random: one seed gives one history.
    private String name() {
        return new UUID(0x4D55535445520000L | 0x4000L, 0x8000000000000000L | ++next).toString();
    }

    /// One that is about no single resource, or whose work is done at once.
    Operation start() {
        var now = agenda.now(clock);
        forget(now.minus(kept));
        var operation = new Operation(name(), now);
        operations.put(operation.name, operation);
        return operation;
    }

    /// Drops what ended before a time: nobody asks for it any more.
    private void forget(Instant before) {
        for (var first = ended.peek();
                first != null && first.at().isBefore(before);
                first = ended.peek()) {
            ended.remove();
            operations.remove(first.operation());
        }
    }

    /// One whose work was refused before it began: nobody was told of it.
    void discard(Operation operation) {
        operations.remove(operation.name);
    }

    /// One that ended so long ago that it cannot be found any more.
    static Operation past(String name, Instant start, Instant end) {
        var operation = new Operation(name, start);
        operation.end = end;
        return operation;
    }

    /// One that writes a resource. An earlier write of it that is under way ends here: what it wrote was written over, and what is due of it is left undone.
    Operation startWrite(ResourceId id) {
        var operation = start();
        beginWrite(id, operation.name);
        return operation;
    }

    /// The same as a part of another operation, which ends by itself: nobody can follow it.
    String startPart(ResourceId id) {
        String name = name();
        beginWrite(id, name);
        return name;
    }

    void beginWrite(ResourceId id, String operation) {
        underWay.write(id, operation).ifPresent(earlier -> finish(earlier, overtaken()));
    }

    /// One that goes on beside writes of a resource.
    Operation startBeside(ResourceId id) {
        var operation = start();
        underWay.beside(id, operation.name);
        return operation;
    }

    String startPartBeside(ResourceId id) {
        String name = name();
        underWay.beside(id, name);
        return name;
    }

    /// Whether what is due is still what is under way on a resource, and no later write came nor the resource went: then it was ended already.
    boolean ends(ResourceId id, String operation) {
        return underWay.end(id, operation);
    }

    boolean isUnderWay(ResourceId id, String operation) {
        return underWay.has(id, operation);
    }

    /// Whether anything is under way on a resource.
    boolean isBusy(ResourceId id) {
        return underWay.isBusy(id);
    }

    boolean hasWrite(ResourceId id) {
        return underWay.write(id).isPresent();
    }

    /// The write of a resource that is under way, where it can be followed.
    Optional<Operation> write(ResourceId id) {
        return underWay.write(id).flatMap(this::find);
    }

    /// What was under way on a resource that is gone ends.
    void gone(ResourceId id) {
        underWay.forget(id).forEach(operation -> finish(operation, preempted("resource")));
    }

    Optional<Operation> find(String name) {
        return Optional.ofNullable(operations.get(name.toLowerCase(Locale.ROOT)));
    }

    /// The name of the operation that an answer says to follow.
    static Optional<String> followed(ArmResponse answer) {
        return Optional.ofNullable(answer.headers().get("Azure-AsyncOperation"))
                .map(url -> url.substring(0, url.indexOf('?')))
                .map(path -> path.substring(path.lastIndexOf('/') + 1));
    }

    /// Ends an operation now.
    ///
    /// @param failure null when it succeeded
    void finish(Operation operation, @Nullable Dynamic failure) {
        var now = agenda.now(clock);
        if (operation.end == null) {
            operation.end = now;
            ended.add(new Ended(now, operation.name));
        }
        operation.error = failure;
        operation.waiting.forEach(task -> agenda.at(now, task));
        operation.waiting = List.of();
    }

    private static Dynamic overtaken() {
        return Dynamic.bag()
                .put("code", "OperationPreempted")
                .put(
                        "message",
                        "Operation execution has been preempted by a more recent operation.")
                .build();
    }

    /// Why an operation on what is gone did not end well.
    static Dynamic preempted(String what) {
        return Dynamic.bag()
                .put("code", "OperationPreempted")
                .put("message", "The " + what + " was deleted while the operation ran.")
                .build();
    }

    /// Ends the operation of that name, if there is one.
    void finish(String name, @Nullable Dynamic failure) {
        find(name).ifPresent(operation -> finish(operation, failure));
    }

    /// Lets a task be performed when an operation has ended; at once when it has.
    void whenFinished(Operation operation, Task task) {
        if (!operation.isRunning()) {
            agenda.at(agenda.now(clock), task);
            return;
        }
        var more = new ArrayList<>(operation.waiting);
        more.add(task);
        operation.waiting = List.copyOf(more);
    }

    @Override
    public String kind() {
        return "operation";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        for (var operation : operations.values()) {
            sink.accept(
                    operation
                            .json()
                            .with("result", Dynamic.of(operation.result))
                            .with("subscription", Dynamic.of(operation.subscription))
                            .with(
                                    "followers",
                                    Dynamic.array(
                                            operation.followers.stream().map(Dynamic::of).toList()))
                            .with(
                                    "waiting",
                                    Dynamic.array(
                                            operation.waiting.stream()
                                                    .map(Task::toJson)
                                                    .toList())));
        }
        underWay.export(sink);
        sink.accept(Dynamic.bag().put("next", next).build());
    }

    @Override
    public void take(Dynamic kept) {
        if (!kept.get("resource").isNull()) {
            underWay.take(kept);
            return;
        }
        String name = kept.get("name").textOr("");
        if (name.isEmpty()) {
            next = kept.get("next").longOr(0);
            return;
        }
        var operation = new Operation(name, Instant.parse(kept.get("startTime").textOr("")));
        kept.get("endTime")
                .asText()
                .map(Instant::parse)
                .ifPresent(end -> {
                    operation.end = end;
                    ended.add(new Ended(end, name));
                });
        operation.error = kept.get("error").isNull() ? null : kept.get("error");
        operation.result = Math.toIntExact(kept.get("result").longOr(200));
        operation.waiting = kept.get("waiting").items().stream().map(Task::ofJson).toList();
        operation.subscription = kept.get("subscription").textOr(ANY);
        kept.get("followers").items().forEach(who -> operation.followedBy(who.textOr("")));
        operations.put(name, operation);
    }

    private String url(
            ArmRequest request,
            Operation operation,
            String subscription,
            String location,
            String kind) {
        return request.origin()
                + "/subscriptions/"
                + segment(subscription)
                + "/providers/Microsoft.Compute/locations/"
                + (location.isEmpty() ? "global" : segment(location))
                + "/"
                + kind
                + "/"
                + operation.name
                + "?p="
                + operation.name
                + "&api-version="
                + request.parameter("api-version").orElse("2024-07-01");
    }

    /// As it stands in an address, whatever it is made of.
    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// The headers by which a caller follows a write.
    ArmResponse follow(
            ArmResponse answer,
            ArmRequest request,
            Operation operation,
            String subscription,
            String location) {
        operation.subscription = subscription;
        operation.followedBy(Tokens.caller(request));
        return answer.with(
                Map.of(
                        "Azure-AsyncOperation",
                        url(request, operation, subscription, location, "operations"),
                        "Retry-After",
                        Integer.toString(retryAfterSeconds)));
    }

    /// The same about a resource, by its subscription and region.
    ArmResponse accepted(ArmRequest request, Operation operation, StoredResource about) {
        return accepted(
                request,
                operation,
                about.id().subscriptionId().orElse(""),
                about.json().get("location").textOr(""));
    }

    /// 202 with both kinds of header: what a POST or DELETE answers.
    ArmResponse accepted(
            ArmRequest request, Operation operation, String subscription, String location) {
        return follow(ArmResponse.empty(202), request, operation, subscription, location)
                .with(
                        "Location",
                        url(request, operation, subscription, location, "operationResults"));
    }
}
