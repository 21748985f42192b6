package io.muster.simulator.storage;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.Estate;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The blobs of the estate's storage accounts. Accounts and containers are resources of the estate; blobs are not, as in Azure. Guarded by the simulator's lock.
public final class BlobStore implements KeptState {
    private static final String ACCOUNT = "microsoft.storage/storageaccounts";
    private static final String CONTAINER =
            "microsoft.storage/storageaccounts/blobservices/containers";

    private final Estate estate;
    private final Map<String, Blob> blobs = new LinkedHashMap<>();

    public BlobStore(Estate estate) {
        this.estate = estate;
    }

    private static String key(String account, String container, String blob) {
        return account.toLowerCase(Locale.ROOT)
                + "/"
                + container.toLowerCase(Locale.ROOT)
                + "/"
                + blob;
    }

    public void put(String account, String container, String name, Blob blob) {
        blobs.put(key(account, container, name), blob);
    }

    /// Whether there was one.
    public boolean delete(String account, String container, String name) {
        return blobs.remove(key(account, container, name)) != null;
    }

    public Optional<Blob> find(String account, String container, String name) {
        return Optional.ofNullable(blobs.get(key(account, container, name)));
    }

    /// The account of that name in whatever subscription: names are unique in all of Azure.
    public Optional<StoredResource> account(String name) {
        return estate.ofType(ACCOUNT).stream()
                .filter(r -> r.id().name().equalsIgnoreCase(name))
                .findFirst();
    }

    public Optional<StoredResource> container(StoredResource account, String name) {
        return estate.below(account.id(), CONTAINER).stream()
                .filter(c -> c.id().name().equalsIgnoreCase(name))
                .findFirst();
    }

    /// How the reader's own identity, beside the link, may read what lies in a container.
    public enum Identity {
        /// It has none.
        NONE,
        READS,
        MAY_NOT
    }

    /// What a reader of the link gets. The link itself is tried first, an identity second.
    ///
    /// @param identity what the reader's own identity may, by container (a gallery's)
    public BlobAnswer read(String link, Instant now, Function<ResourceId, Identity> identity) {
        var address = BlobAddress.parse(link);
        if (address.isEmpty()) {
            return new BlobAnswer.Elsewhere();
        }
        var at = address.get();
        var account = account(at.account());
        if (account.isEmpty()) {
            return new BlobAnswer.Elsewhere();
        }
        var container = container(account.get(), at.container());
        if (at.hasSas() && !allows(at.query(), "r", now)) {
            return new BlobAnswer.Forbidden();
        }
        if (container.isEmpty()) {
            return new BlobAnswer.Refused("The specified container does not exist");
        }
        if (!at.hasSas() && !isPublic(account.get(), container.get())) {
            switch (identity.apply(container.get().id())) {
                case NONE -> {
                    return new BlobAnswer.Refused(
                            "Public access is not permitted on this storage account");
                }
                case MAY_NOT -> {
                    return new BlobAnswer.Forbidden();
                }
                case READS -> {}
            }
        }
        return find(at.account(), at.container(), at.blob())
                .<BlobAnswer>map(BlobAnswer.Found::new)
                .orElseGet(BlobAnswer.Missing::new);
    }

    private static boolean isPublic(StoredResource account, StoredResource container) {
        String access = container.properties().get("publicAccess").textOr("None");
        return account.properties().get("allowBlobPublicAccess").boolOr(true)
                && (access.equalsIgnoreCase("Blob") || access.equalsIgnoreCase("Container"));
    }

    /// Whether a link's own SAS lets its holder write a blob or delete it.
    public boolean mayWrite(String link, boolean delete, Instant now) {
        return BlobAddress.parse(link)
                .filter(BlobAddress::hasSas)
                .filter(at ->
                        allows(at.query(), delete ? "d" : "w", now)
                                // The right to create is none to write over what is there.
                                || !delete
                                        && allows(at.query(), "c", now)
                                        && find(at.account(), at.container(), at.blob()).isEmpty())
                .isPresent();
    }

    /// A signature with a right (`r`, `w`, `c`, `d`), within its time.
    private static boolean allows(Map<String, String> sas, String right, Instant now) {
        var expiry = time(sas.getOrDefault("se", ""));
        String start = sas.getOrDefault("st", "");
        return !sas.getOrDefault("sig", "").isEmpty()
                && sas.getOrDefault("sp", "").contains(right)
                && expiry.filter(now::isBefore).isPresent()
                && (start.isEmpty() || time(start).filter(s -> !now.isBefore(s)).isPresent());
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(
                    text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                            : OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }

    /// Drops the blobs of an account or container that is deleted.
    public void forget(ResourceId id) {
        var names = id.names();
        String prefix =
                names.getFirst().toLowerCase(Locale.ROOT)
                        + "/"
                        + (id.isOfType(CONTAINER) ? id.name().toLowerCase(Locale.ROOT) + "/" : "");
        if (id.isOfType(ACCOUNT) || id.isOfType(CONTAINER)) {
            blobs.keySet().removeIf(key -> key.startsWith(prefix));
        }
    }

    @Override
    public String kind() {
        return "blob";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        blobs.forEach((key, blob) ->
                sink.accept(
                        Dynamic.bag()
                                .put("path", key)
                                .put("blobType", blob.kind().wireName())
                                .put("size", blob.size())
                                .build()));
    }

    @Override
    public void take(Dynamic kept) {
        String type = kept.get("blobType").textOr("");
        blobs.put(
                kept.get("path").textOr(""),
                new Blob(
                        Blob.Kind.parse(type)
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "'" + type + "' is no type of blob")),
                        kept.get("size").longOr(0)));
    }
}
