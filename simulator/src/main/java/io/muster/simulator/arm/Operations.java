package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.simulator.estate.VirtualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Long-running operations by their id. Guarded by the simulator's lock.
final class Operations {
    /// One operation; unfinished while `end` is null.
    static final class Operation {
        final String name;
        final Instant start;
        private @Nullable Instant end;
        private @Nullable Dynamic error;
        private final List<Runnable> waiting = new ArrayList<>();

        Operation(String name, Instant start) {
            this.name = name;
            this.start = start;
        }

        boolean isRunning() {
            return end == null;
        }

        Optional<Dynamic> error() {
            return Optional.ofNullable(error);
        }

        /// @param failure null when it succeeded
        void finish(Instant at, @Nullable Dynamic failure) {
            end = at;
            error = failure;
            waiting.forEach(Runnable::run);
            waiting.clear();
        }

        /// Calls back when it has ended; at once when it has.
        void whenFinished(Runnable action) {
            if (isRunning()) {
                waiting.add(action);
            } else {
                action.run();
            }
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

    private final VirtualClock clock;
    private final int retryAfterSeconds;
    private final Map<String, Operation> operations = new HashMap<>();
    private long next;

    Operations(VirtualClock clock, int retryAfterSeconds) {
        this.clock = clock;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    Operation start() {
        // Counted, not random: one seed gives one history.
        String name =
                new UUID(0x4D55535445520000L | 0x4000L, 0x8000000000000000L | ++next).toString();
        var operation = new Operation(name, clock.instant());
        operations.put(name, operation);
        return operation;
    }

    Optional<Operation> find(String name) {
        return Optional.ofNullable(operations.get(name.toLowerCase(Locale.ROOT)));
    }

    private String url(
            ArmRequest request,
            Operation operation,
            String subscription,
            String location,
            String kind) {
        return request.origin()
                + "/subscriptions/"
                + subscription
                + "/providers/Microsoft.Compute/locations/"
                + (location.isEmpty() ? "global" : location)
                + "/"
                + kind
                + "/"
                + operation.name
                + "?p="
                + operation.name
                + "&api-version="
                + request.parameter("api-version").orElse("2024-07-01");
    }

    /// The headers by which a caller follows a write.
    ArmResponse follow(
            ArmResponse answer,
            ArmRequest request,
            Operation operation,
            String subscription,
            String location) {
        return answer.with(
                        "Azure-AsyncOperation",
                        url(request, operation, subscription, location, "operations"))
                .with("Retry-After", Integer.toString(retryAfterSeconds));
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
