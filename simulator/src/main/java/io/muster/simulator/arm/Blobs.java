package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.VmApplicationErrors;
import io.muster.simulator.estate.SimulatorSettings.PackageChecks;
import io.muster.simulator.storage.Blob;
import io.muster.simulator.storage.BlobAnswer;
import io.muster.simulator.storage.BlobStore;
import io.muster.simulator.storage.BlobStore.Identity;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The data plane of storage, `/_storage/{account}/{container}/{blob}` (Azure has a host name an account), and what publishing says of a link.
final class Blobs {
    private static final Pattern PATH = Pattern.compile("/_storage/([^/]+)/([^/]+)/(.+)");

    private static final String HOST = ".blob.core.windows.net/";

    private final Cloud cloud;
    private final BlobStore store;
    private final Access access;

    Blobs(Cloud cloud, BlobStore store, Access access) {
        this.access = access;
        this.cloud = cloud;
        this.store = store;
    }

    BlobStore store() {
        return store;
    }

    static boolean isBlobPath(String path) {
        return path.startsWith("/_storage/");
    }

    /// PUT with `x-ms-blob-type` and, in place of the bytes, `x-ms-blob-content-length`; HEAD; DELETE.
    ArmResponse route(ArmRequest request) {
        var path = PATH.matcher(request.path());
        if (!path.matches()) {
            throw new ArmFault(404, "ResourceNotFound", "The specified resource does not exist.");
        }
        String account = path.group(1);
        String container = path.group(2);
        String name = path.group(3);
        var there =
                store.account(account)
                        .flatMap(a -> store.container(a, container))
                        .orElseThrow(() ->
                                new ArmFault(
                                        404,
                                        "ContainerNotFound",
                                        "The specified container does not exist."));
        requireRight(request, there.id(), account + HOST + container + "/" + name);
        return switch (request.method()) {
            case "PUT" -> put(request, account, container, name);
            case "HEAD", "GET" ->
                    store.find(account, container, name)
                            .map(blob ->
                                    ArmResponse.empty(200)
                                            .with("x-ms-blob-type", blob.kind().wireName())
                                            .with(
                                                    "x-ms-blob-content-length",
                                                    Long.toString(blob.size())))
                            .orElseThrow(Blobs::notFound);
            case "DELETE" -> {
                if (!store.delete(account, container, name)) {
                    throw notFound();
                }
                yield ArmResponse.empty(202);
            }
            default ->
                    throw new ArmFault(
                            405,
                            "UnsupportedHttpVerb",
                            "The resource doesn't support specified Http Verb.");
        };
    }

    private static final String DATA =
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

    /// The right to the data, by a role or by what the link has with it, as the link is read everywhere else. A SAS without a token speaks for itself alone.
    private void requireRight(ArmRequest request, ResourceId container, String path) {
        boolean read = request.method().equals("HEAD") || request.method().equals("GET");
        boolean delete = request.method().equals("DELETE");
        String query = request.uri().getRawQuery();
        String link = "https://" + path.replace(" ", "%20") + (query == null ? "" : "?" + query);
        boolean alone =
                request.parameter("sig").isPresent() && request.header("Authorization").isEmpty();
        if (!alone
                        && access.mayData(
                                Tokens.caller(request),
                                DATA + (read ? "read" : delete ? "delete" : "write"),
                                container)
                || (read ? isOpen(link) : store.mayWrite(link, delete, cloud.now()))) {
            return;
        }
        throw new ArmFault(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.");
    }

    private boolean isOpen(String link) {
        return switch (store.read(link, cloud.now(), _ -> Identity.NONE)) {
            case BlobAnswer.Found _, BlobAnswer.Missing _ -> true;
            case BlobAnswer.Elsewhere _, BlobAnswer.Forbidden _, BlobAnswer.Refused _ -> false;
        };
    }

    private static ArmFault notFound() {
        return new ArmFault(404, "BlobNotFound", "The specified blob does not exist.");
    }

    private ArmResponse put(ArmRequest request, String account, String container, String name) {
        var kind =
                Blob.Kind.parse(request.header("x-ms-blob-type").orElse(""))
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "MissingRequiredHeader",
                                        "An HTTP header that's mandatory for this request is not specified: x-ms-blob-type."));
        long size =
                request.header("x-ms-blob-content-length")
                        .map(Blobs::size)
                        .orElse((long) request.body().length);
        if (kind == Blob.Kind.PAGE && size % 512 != 0) {
            throw ArmFault.badRequest(
                    "InvalidHeaderValue",
                    "The size of a page blob must be a multiple of 512 bytes.");
        }
        store.put(account, container, name, new Blob(kind, size));
        return ArmResponse.empty(201);
    }

    private static long size(String text) {
        try {
            long size = Long.parseLong(text);
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException reported) {
            throw invalidSize();
        }
        throw invalidSize();
    }

    private static ArmFault invalidSize() {
        return ArmFault.badRequest(
                "InvalidHeaderValue", "The value of x-ms-blob-content-length is not valid.");
    }

    /// Why a link cannot be published from; empty when it can.
    ///
    /// @param identities the principals that the gallery can read with
    Optional<AzureError> refuse(String link, long maximum, List<String> identities) {
        return switch (store.read(
                link, cloud.now(), container -> identity(identities, container))) {
            case BlobAnswer.Found(var blob) -> refuse(link, blob, maximum);
            case BlobAnswer.Elsewhere _ ->
                    cloud.settings().packageChecks() == PackageChecks.ALL
                            ? Optional.of(VmApplicationErrors.blobUnreachable(link))
                            : Optional.empty();
            case BlobAnswer.Forbidden _ -> Optional.of(VmApplicationErrors.invalidSas(link));
            case BlobAnswer.Missing _ -> Optional.of(VmApplicationErrors.blobMissing(link));
            case BlobAnswer.Refused(var description) ->
                    Optional.of(VmApplicationErrors.blobError(link, description));
        };
    }

    /// Why a machine cannot read a link, without any identity; empty when it can.
    Optional<AzureError> unreadable(String link) {
        return refuse(link, Long.MAX_VALUE, List.of());
    }

    private Identity identity(List<String> principals, ResourceId container) {
        if (principals.isEmpty()) {
            return Identity.NONE;
        }
        return principals.stream().anyMatch(p -> access.mayData(p, DATA + "read", container))
                ? Identity.READS
                : Identity.MAY_NOT;
    }

    private static Optional<AzureError> refuse(String link, Blob blob, long maximum) {
        if (blob.kind() == Blob.Kind.APPEND) {
            return Optional.of(
                    VmApplicationErrors.wrongBlobKind(
                            blob.kind().wireName(), "Gallery application version create"));
        }
        if (blob.size() == 0) {
            return Optional.of(VmApplicationErrors.blobEmpty(link));
        }
        // Azure's text keeps the limit of its first days, whatever the limit is.
        return blob.size() > maximum
                ? Optional.of(VmApplicationErrors.blobTooLarge(link, blob.size(), "1 GB"))
                : Optional.empty();
    }
}
