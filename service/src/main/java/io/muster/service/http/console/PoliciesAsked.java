package io.muster.service.http.console;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyFile;
import io.muster.service.compliance.PolicyFolders;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import io.muster.service.report.FleetReports;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Policies that come with a request, and are not in force: `"policies": [{"path", "text"}], "keepGoing"`.
final class PoliciesAsked {
    private static final Path SENT = Path.of("/policies");

    private PoliciesAsked() {}

    static Dynamic body(byte[] body) throws ArmException {
        try {
            return Json.parse(body);
        } catch (JsonException fault) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "The body is no JSON: " + fault.getMessage());
        }
    }

    /// The policies that a body has as files of a folder; empty when it has none, so that those in force are meant.
    static Optional<FleetReports.Others> in(Dynamic asked) throws ArmException {
        if (asked.get("policies").isNull()) {
            return Optional.empty();
        }
        var files = new ArrayList<PolicyFile>();
        for (var file : asked.get("policies").items()) {
            String path = file.get("path").textOr("");
            try {
                if (!path.toLowerCase(Locale.ROOT).endsWith(".json")) {
                    throw new InvalidPathException(path, "a policy's file ends in .json");
                }
                // A bare name must not be completed by the folder that the server runs in.
                files.add(
                        new PolicyFile(
                                SENT.resolve(path).normalize(), file.get("text").textOr("")));
            } catch (InvalidPathException noPath) {
                throw ArmException.badRequest(
                        "InvalidRequestContent",
                        "'%s' is no path of a policy: %s".formatted(path, noPath.getReason()));
            }
        }
        var read = PolicyFolders.assigned(files, AliasCatalog.conventional());
        var errors =
                read.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
        boolean keepGoing = asked.get("keepGoing").boolOr(false);
        if (!errors.isEmpty() && !keepGoing) {
            throw invalid(errors);
        }
        if (read.catalog().assignments().isEmpty()) {
            throw ArmException.badRequest("InvalidPolicy", "None of the policies can be assigned.");
        }
        return Optional.of(new FleetReports.Others(read.catalog(), keepGoing));
    }

    static ArmException invalid(List<Diagnostic> errors) {
        return new ArmException(
                400,
                "InvalidPolicy",
                "%d errors in the policies.".formatted(errors.size()),
                null,
                errors.stream().map(d -> ErrorBody.Detail.of(d.code(), d.render())).toList());
    }
}
