package io.muster.remediation.apply.dryrun;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.Access;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Reads each resource of a task afresh and says its first step, with the values before and after.
/// Reads run in parallel, as many at once as the task's deployments would. What is busy is asked again as often as a task would, but somebody waits for the
/// answer: not when ARM asks for more time than the longest pause of our own.
public record DryRun(ArmPort arm, TaskPlanner planner, Pacer pacer, RunSettings settings) {

    /// What would be done about one resource.
    ///
    /// @param decision a [Decision.Refuse] when it could not be read
    public record Line(ResourceId resource, String location, Decision decision) {
        /// `{"resourceId", "location", "decision", "change"? | "code", "message"}`.
        public Dynamic toDynamic() {
            var out = Dynamic.bag().put("resourceId", resource.text()).put("location", location);
            switch (decision) {
                case Decision.Satisfied() -> out.put("decision", "compliant");
                case Decision.NotApplicable(var because) ->
                        out.put("decision", "notApplicable").put("message", because);
                case Decision.Refuse(var code, var message) ->
                        out.put("decision", "refused").put("code", code).put("message", message);
                case Decision.Fail(var code, var message) ->
                        out.put("decision", "failed").put("code", code).put("message", message);
                case Decision.Await(var what) -> out.put("decision", "wait").put("message", what);
                case Decision.Act(var intent, ResourceChange change) ->
                        out.put("decision", "change")
                                .put("intent", intent)
                                .put("change", change.toDynamic());
            }
            return out.build();
        }
    }

    /// What a task would do.
    ///
    /// @param found how many resources it is about: more than there are lines when its `resourceCount` leaves some out
    public record Report(List<Line> lines, int found) {
        public Report {
            lines = List.copyOf(lines);
        }
    }

    public Report run(RemediationTask task) throws RemediationException, InterruptedException {
        var chosen = planner.resources(task);
        return new Report(run(task, chosen.resources()), chosen.found());
    }

    /// The same for resources that are known already.
    public List<Line> run(RemediationTask task, List<PlannedResource> planned)
            throws InterruptedException {
        var access = new Access(arm, pacer, planner::isShared);
        var reading = new Semaphore(task.settings().parallelDeployments());
        List<Future<Line>> lines = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (var resource : planned) {
                    reading.acquire();
                    lines.add(
                            threads.submit(() -> {
                                try {
                                    return line(access, task, resource);
                                } finally {
                                    reading.release();
                                }
                            }));
                }
                List<Line> read = new ArrayList<>();
                for (var line : lines) {
                    read.add(line.get());
                }
                return read;
            } catch (ExecutionException fault) {
                threads.shutdownNow();
                throw new IllegalStateException("a dry run was cut off", fault.getCause());
            } catch (InterruptedException stop) {
                threads.shutdownNow();
                throw stop;
            }
        }
    }

    private ArmResource read(ResourceId resource) throws ArmException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return arm.read(resource);
            } catch (ArmException fault) {
                var failure = fault.failure();
                if (!failure.isPassing()
                        || attempt >= settings.attempts()
                        || failure.retryAfter().compareTo(settings.longestPause()) > 0) {
                    throw fault;
                }
                pacer.pause(settings.pause(attempt, failure.retryAfter()));
            }
        }
    }

    private Line line(Access access, RemediationTask task, PlannedResource planned)
            throws InterruptedException {
        try {
            var now = read(planned.resource());
            var decision = planner.goal(task, planned.resource()).decide(now, ItemHistory.EMPTY);
            if (decision instanceof Decision.Act(_, var change)) {
                var refused = access.refuse(change);
                if (refused.isPresent()) {
                    decision = refused.get();
                }
            }
            return new Line(planned.resource(), planned.location(), decision);
        } catch (ArmException fault) {
            return new Line(
                    planned.resource(),
                    planned.location(),
                    new Decision.Refuse(fault.failure().code(), fault.failure().message()));
        }
    }
}
