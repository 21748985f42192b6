package io.muster.remediation.apply.dryrun;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmPort;
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
/// Reads run in parallel, as many at once as the task's deployments would.
public record DryRun(ArmPort arm, TaskPlanner planner) {

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

    public List<Line> run(RemediationTask task) throws RemediationException, InterruptedException {
        return run(task, planner.resources(task));
    }

    /// The same for resources that are known already.
    public List<Line> run(RemediationTask task, List<PlannedResource> planned)
            throws InterruptedException {
        var reading = new Semaphore(task.settings().parallelDeployments());
        List<Future<Line>> lines = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (var resource : planned) {
                    reading.acquire();
                    lines.add(
                            threads.submit(() -> {
                                try {
                                    return line(task, resource);
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

    private Line line(RemediationTask task, PlannedResource planned) throws InterruptedException {
        try {
            var now = arm.read(planned.resource());
            var goal = planner.goal(task, planned.resource());
            return new Line(
                    planned.resource(), planned.location(), goal.decide(now, ItemHistory.EMPTY));
        } catch (ArmException fault) {
            return new Line(
                    planned.resource(),
                    planned.location(),
                    new Decision.Refuse(fault.failure().code(), fault.failure().message()));
        }
    }
}
