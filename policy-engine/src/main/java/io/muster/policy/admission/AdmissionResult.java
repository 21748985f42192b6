package io.muster.policy.admission;

import io.muster.core.value.Dynamic;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.EvaluationDetails;
import java.util.List;

/// What came of a request.
public sealed interface AdmissionResult {

    /// The request goes on.
    ///
    /// @param resource after append and modify
    /// @param changedBy the policies that changed it
    /// @param warnings the audit policies that match
    record Admitted(Dynamic resource, List<AssignedPolicy> changedBy, List<Finding> warnings)
            implements AdmissionResult {
        public Admitted {
            changedBy = List.copyOf(changedBy);
            warnings = List.copyOf(warnings);
        }
    }

    /// The request is refused with 403 and Azure's body.
    record Denied(List<Finding> findings, Dynamic body) implements AdmissionResult {
        public Denied {
            findings = List.copyOf(findings);
        }
    }

    /// A policy that matched, and why; a failed evaluation has its message as the reason.
    record Finding(AssignedPolicy policy, EvaluationDetails details) {}
}
