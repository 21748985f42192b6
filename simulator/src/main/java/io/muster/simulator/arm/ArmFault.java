package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.AzureError;

/// A request that ARM refuses: status, code and message of its error body.
public final class ArmFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final transient Dynamic error;

    public ArmFault(int status, String code, String message) {
        this(status, Dynamic.bag().put("code", code).put("message", message).build());
    }

    /// @param error the value of the body's `error`
    public ArmFault(int status, Dynamic error) {
        super(error.get("message").textOr(""), null, false, false);
        this.status = status;
        this.error = error;
    }

    public static ArmFault of(AzureError error) {
        return new ArmFault(error.status(), error.code(), error.message());
    }

    public static ArmFault badRequest(String code, String message) {
        return new ArmFault(400, code, message);
    }

    public static ArmFault notFound(ResourceId id) {
        String group = id.resourceGroup().orElse("");
        return new ArmFault(
                404,
                "ResourceNotFound",
                "The Resource '"
                        + id.type()
                        + "/"
                        + id.fullName()
                        + "' under resource group '"
                        + group
                        + "' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix");
    }

    /// The path knows no such method.
    static ArmFault notAllowed(ArmRequest request) {
        return new ArmFault(
                405,
                "MethodNotAllowed",
                "The method '"
                        + request.method()
                        + "' is not allowed at '"
                        + request.path()
                        + "'.");
    }

    public int status() {
        return status;
    }

    public Dynamic error() {
        return error;
    }

    public ArmResponse response() {
        return ArmResponse.of(status, Dynamic.bag().put("error", error).build());
    }
}
