package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.Remediation;
import io.muster.remediation.pace.Cron;
import io.muster.remediation.pace.Durations;
import io.muster.remediation.pace.Window;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.plan.policy.AssignmentFacts;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.task.RemediationException;
import io.muster.service.compliance.FleetCompliance;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A policy's own schedule: an assignment whose `metadata` has `musterRemediation`, `{"schedule": cron, "timeZone"?, ...}` with further members of a remediation
/// (`parallelDeployments`, `failureThreshold`, `maintenanceWindows`, ...), is remediated at those times where it is not complied with. Its tasks are named for
/// the assignment and the time, so that several processes create each once.
@Singleton
@Requires(beans = Remediation.class)
final class PolicySchedules {
    private static final Logger LOG = LoggerFactory.getLogger(PolicySchedules.class);
    private static final String MEMBER = "musterRemediation";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Pattern NOT_IN_NAMES = Pattern.compile("[<>%&:\\\\?/#]");
    private static final int LONGEST_REFERENCE = 100;

    /// What became due while the server was being restarted is done late, not forgotten.
    private static final Duration RESTART = Duration.ofMinutes(15);

    private final Remediation remediation;
    private final PolicyCompliance states;
    private final FleetCompliance compliance;
    private final InstantSource clock;
    private Instant looked;

    PolicySchedules(
            Remediation remediation,
            PolicyCompliance states,
            FleetCompliance compliance,
            InstantSource clock) {
        this.remediation = remediation;
        this.states = states;
        this.compliance = compliance;
        this.clock = clock;
        this.looked = clock.instant().minus(RESTART);
    }

    /// Begins what has become due since it was called last.
    synchronized void run() {
        var since = looked;
        var now = clock.instant();
        boolean failed = false;
        for (var assignment : compliance.all(FleetCompliance.Kind.ASSIGNMENT)) {
            var plan = assignment.path("properties", "metadata").getIgnoreCase(MEMBER);
            if (plan.isNull()) {
                continue;
            }
            try {
                var due =
                        last(
                                Cron.parse(Durations.text(plan, "schedule")),
                                Window.zone(plan),
                                since,
                                now);
                if (due.isPresent()) {
                    remediate(ResourceId.parse(assignment.get("id").textOr("")), plan, due.get());
                }
            } catch (FleetBusyException | UncheckedIOException passing) {
                LOG.info(
                        "{} is due and will be looked at again: {}",
                        assignment.get("id").textOr(""),
                        passing.getMessage());
                failed = true;
            } catch (IllegalArgumentException wrong) {
                LOG.warn(
                        "the schedule of {} is at fault: {}",
                        assignment.get("id").textOr(""),
                        wrong.getMessage());
            }
        }
        // What is due keeps its name: it is not begun a second time.
        looked = failed ? since : now;
    }

    /// The last time that came between two instants.
    private static Optional<Instant> last(Cron cron, ZoneId zone, Instant after, Instant until) {
        Optional<Instant> last = Optional.empty();
        var next = cron.next(after, zone);
        while (next.isPresent() && !next.get().isAfter(until)) {
            last = next;
            next = cron.next(next.get(), zone);
        }
        return last;
    }

    private void remediate(ResourceId assignment, Dynamic plan, Instant due) {
        var facts = states.assignment(assignment);
        if (facts.isEmpty()) {
            return;
        }
        var scope = scopeOf(assignment);
        for (var member : facts.get().members()) {
            if (member.isRemediable()
                    && !states.nonCompliant(assignment, member.referenceId(), scope, false)
                            .isEmpty()) {
                try {
                    create(assignment, scope, member, plan, due);
                } catch (RemediationException refused) {
                    // Of an initiative the others have their turn all the same.
                    LOG.warn(
                            "the schedule of {} could not remediate {}: {}",
                            assignment,
                            member.referenceId() == null ? "it" : member.referenceId(),
                            refused.getMessage());
                }
            }
        }
    }

    private void create(
            ResourceId assignment,
            ResourceId scope,
            AssignmentFacts.Member member,
            Dynamic plan,
            Instant due)
            throws RemediationException {
        String reference = member.referenceId();
        String name = name(assignment, reference) + "-" + STAMP.format(due);
        if (remediation.all().stream()
                .anyMatch(t -> t.name().equalsIgnoreCase(name) && t.scope().equals(scope))) {
            return;
        }
        Map<String, Dynamic> properties = new HashMap<>(plan.members());
        properties
                .keySet()
                .removeIf(m -> m.equalsIgnoreCase("schedule") || m.equalsIgnoreCase("timeZone"));
        properties.put("policyAssignmentId", Dynamic.of(assignment.text()));
        if (reference != null) {
            properties.put("policyDefinitionReferenceId", Dynamic.of(reference));
        }
        remediation.create(
                scope,
                name,
                Dynamic.bag().put("properties", new Dynamic.Bag(properties)).build(),
                "schedule");
    }

    /// What a reference ID may have and a remediation's name may not is left out, and told apart by a number that depends on the ID alone.
    private static String name(ResourceId assignment, @Nullable String reference) {
        if (reference == null) {
            return assignment.name();
        }
        String plain = NOT_IN_NAMES.matcher(reference).replaceAll("_");
        return assignment.name()
                + "-"
                + (plain.equals(reference) && plain.length() <= LONGEST_REFERENCE
                        ? plain
                        : plain.substring(0, Math.min(plain.length(), LONGEST_REFERENCE))
                                + "-"
                                + Integer.toHexString(reference.hashCode()));
    }

    private static ResourceId scopeOf(ResourceId assignment) {
        String text = assignment.text();
        return ResourceId.parse(
                text.substring(
                        0,
                        text.toLowerCase(Locale.ROOT)
                                .lastIndexOf("/providers/microsoft.authorization/")));
    }
}
