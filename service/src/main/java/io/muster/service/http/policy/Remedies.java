package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.task.RemediationException;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.odata.Filter;
import io.muster.service.http.odata.ODataException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.wire.ErrorBody;
import java.util.List;
import java.util.Map;

/// What the resources of remediation have in common: their scopes, lists and refusals.
final class Remedies {
    private Remedies() {}

    /// Work that may refuse.
    @FunctionalInterface
    interface Asked<T> {
        T get() throws RemediationException;
    }

    /// Work that takes its time.
    @FunctionalInterface
    interface Slow<T> {
        T get() throws RemediationException, InterruptedException;
    }

    static <T> T asked(Asked<T> work) throws ArmException {
        try {
            return work.get();
        } catch (RemediationException refused) {
            throw new ArmException(
                    refused.status(), refused.code(), String.valueOf(refused.getMessage()));
        } catch (FleetBusyException busy) {
            throw busy(busy);
        }
    }

    /// As Resource Graph answers a query whose turn does not come.
    private static ArmException busy(FleetBusyException busy) {
        return new ArmException(
                429,
                new ErrorBody(
                        new ErrorBody.Fault(
                                "RateLimiting",
                                String.valueOf(busy.getMessage()),
                                null,
                                List.of(),
                                List.of())),
                Map.of("Retry-After", "5"));
    }

    /// 503 when the server stops meanwhile.
    static <T> T uninterrupted(Slow<T> work) throws ArmException {
        try {
            return work.get();
        } catch (RemediationException refused) {
            throw new ArmException(
                    refused.status(), refused.code(), String.valueOf(refused.getMessage()));
        } catch (FleetBusyException busy) {
            throw busy(busy);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ArmException(503, "ServiceUnavailable", "The server is stopping.");
        }
    }

    /// 409 with a code of ours: Azure has no remediation without an Azure.
    static ArmException nothingToWriteTo() {
        return new ArmException(
                409,
                "NoAzureConfigured",
                "This server has no Azure to write to: start it with --azure to create or steer"
                        + " remediations. Those of before can be read.");
    }

    static ResourceId scope(ArmCall call) throws ArmException {
        String text = call.name("scope");
        return ResourceId.tryParse(text)
                .orElseThrow(() ->
                        ArmException.badRequest(
                                "InvalidScope", "The scope '" + text + "' is not valid."));
    }

    static int top(ArmCall call, int most) throws ArmException {
        return call.intParameter("$top", 0, most).orElse(Integer.MAX_VALUE);
    }

    /// `$filter` over the properties and the name of what is listed.
    static Filter filter(ArmCall call) throws ArmException {
        try {
            return Filter.parse(call.parameter("$filter").orElse(""));
        } catch (ODataException fault) {
            throw ArmException.badRequest(
                    "InvalidFilterInQueryString", String.valueOf(fault.getMessage()));
        }
    }

    static ArmAnswer page(List<? extends Dynamic> values) {
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put("value", Dynamic.array(values))
                        .put("nextLink", Dynamic.NULL)
                        .build());
    }
}
