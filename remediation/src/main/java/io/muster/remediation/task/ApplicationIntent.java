package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.GalleryApplication;
import io.muster.remediation.pace.Members;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is to become of gallery applications on machines: what Azure's own remediation lacks.
public sealed interface ApplicationIntent {
    /// The application is in the profile; where it is not, it is added.
    ///
    /// @param version `Major.Minor.Patch` or `latest`
    /// @param placement order and flags of an entry that is added
    record Require(ResourceId application, String version, Placement placement)
            implements ApplicationIntent {
        public Require {
            checkApplication(application);
            if (ApplicationReference.parse(application.text() + "/versions/" + version).isEmpty()) {
                throw new IllegalArgumentException("'" + version + "' is no version");
            }
        }

        public ApplicationReference reference() {
            return new ApplicationReference(application.child("versions", version));
        }
    }

    /// A machine that pins the application pins a version as wanted. Those that ask for `latest`, or
    /// not for the application at all, are left alone.
    record Raise(ResourceId application, VersionTarget target) implements ApplicationIntent {
        public Raise {
            checkApplication(application);
        }
    }

    /// A machine that asks for `latest` runs what `latest` means.
    record CatchUp(ResourceId application) implements ApplicationIntent {
        public CatchUp {
            checkApplication(application);
        }
    }

    /// What failed or was skipped is tried again: removed, then added back.
    ///
    /// @param application null for every application
    record Retry(@Nullable ResourceId application) implements ApplicationIntent {
        public Retry {
            if (application != null) {
                checkApplication(application);
            }
        }
    }

    /// The application is there, at a version as wanted, and runs: added where it is missing, raised where it is pinned below, made to catch up where `latest` runs
    /// late, tried again where it failed.
    ///
    /// @param placement order and flags of an entry that is added
    record Ensure(ResourceId application, VersionTarget target, Placement placement)
            implements ApplicationIntent {
        public Ensure {
            checkApplication(application);
        }
    }

    /// The application is not in the profile.
    record Forbid(ResourceId application) implements ApplicationIntent {
        public Forbid {
            checkApplication(application);
        }
    }

    /// The application, where it is in the profile, has that order and those flags.
    record Arrange(ResourceId application, Placement placement) implements ApplicationIntent {
        public Arrange {
            checkApplication(application);
        }
    }

    /// Order and flags of an entry; null leaves one as it is (or absent).
    record Placement(
            @Nullable Integer order,
            @Nullable Boolean treatFailureAsDeploymentFailure,
            @Nullable Boolean enableAutomaticUpgrade) {
        public static final Placement ANY = new Placement(null, null, null);
    }

    private static void checkApplication(ResourceId id) {
        if (!id.isOfType(GalleryApplication.TYPE)) {
            throw new IllegalArgumentException("'" + id + "' is no gallery application");
        }
    }

    /// The application it is about; empty when it is about all.
    default Optional<ResourceId> about() {
        return switch (this) {
            case Require require -> Optional.of(require.application());
            case Raise raise -> Optional.of(raise.application());
            case CatchUp catchUp -> Optional.of(catchUp.application());
            case Retry retry -> Optional.ofNullable(retry.application());
            case Ensure ensure -> Optional.of(ensure.application());
            case Forbid forbid -> Optional.of(forbid.application());
            case Arrange arrange -> Optional.of(arrange.application());
        };
    }

    /// `require`, `raise`, `catchUp`, `retry`, `ensure`, `forbid` or `arrange`.
    default String kind() {
        return switch (this) {
            case Require _ -> "require";
            case Raise _ -> "raise";
            case CatchUp _ -> "catchUp";
            case Retry _ -> "retry";
            case Ensure _ -> "ensure";
            case Forbid _ -> "forbid";
            case Arrange _ -> "arrange";
        };
    }

    /// `{"kind", "applicationId"?, "version"? | "target"?, "order"?, ...}`.
    default Dynamic toDynamic() {
        var out = Dynamic.bag().put("kind", kind());
        about().ifPresent(id -> out.put("applicationId", id.text()));
        switch (this) {
            case Require(_, var version, var placement) -> {
                out.put("version", version);
                put(placement, out);
            }
            case Raise(_, var target) -> out.put("target", target.text());
            case Arrange(_, var placement) -> put(placement, out);
            case Ensure(_, var target, var placement) -> {
                out.put("target", target.text());
                put(placement, out);
            }
            case CatchUp _, Retry _, Forbid _ -> {}
        }
        return out.build();
    }

    private static void put(Placement placement, Dynamic.BagBuilder out) {
        if (placement.order() != null) {
            out.put("order", placement.order());
        }
        if (placement.treatFailureAsDeploymentFailure() != null) {
            out.put("treatFailureAsDeploymentFailure", placement.treatFailureAsDeploymentFailure());
        }
        if (placement.enableAutomaticUpgrade() != null) {
            out.put("enableAutomaticUpgrade", placement.enableAutomaticUpgrade());
        }
    }

    /// Reads [#toDynamic].
    ///
    /// @throws IllegalArgumentException that says what is wrong with it
    static ApplicationIntent fromDynamic(Dynamic value) {
        String kind = value.getIgnoreCase("kind").textOr("");
        if (!List.of("require", "raise", "catchUp", "retry", "ensure", "forbid", "arrange")
                .contains(kind)) {
            throw new IllegalArgumentException(
                    "'"
                            + kind
                            + "' is no kind of application remediation: require, raise, catchUp,"
                            + " retry, ensure, forbid and arrange are");
        }
        Members.only(value, "the application remediation '" + kind + "'", members(kind));
        var id = Members.text(value, "applicationId").map(ResourceId::parse).orElse(null);
        if (id == null) {
            if (kind.equals("retry")) {
                return new Retry(null);
            }
            throw new IllegalArgumentException("'" + kind + "' needs an applicationId");
        }
        return switch (kind) {
            case "require" ->
                    new Require(
                            id, Members.text(value, "version").orElse("latest"), placement(value));
            case "raise" -> new Raise(id, target(value));
            case "catchUp" -> new CatchUp(id);
            case "retry" -> new Retry(id);
            case "ensure" -> new Ensure(id, target(value), placement(value));
            case "forbid" -> new Forbid(id);
            default -> new Arrange(id, placement(value));
        };
    }

    /// What may be said of a kind: a version where a target belongs would be taken for none, and the newest be installed.
    private static List<String> members(String kind) {
        List<String> placed =
                List.of("order", "treatFailureAsDeploymentFailure", "enableAutomaticUpgrade");
        return switch (kind) {
            case "require" -> joined(List.of("kind", "applicationId", "version"), placed);
            case "raise" -> List.of("kind", "applicationId", "target");
            case "ensure" -> joined(List.of("kind", "applicationId", "target"), placed);
            case "arrange" -> joined(List.of("kind", "applicationId"), placed);
            default -> List.of("kind", "applicationId");
        };
    }

    private static List<String> joined(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static VersionTarget target(Dynamic value) {
        return VersionTarget.parse(Members.text(value, "target").orElse("newest"));
    }

    private static Placement placement(Dynamic value) {
        return new Placement(
                order(value.getIgnoreCase("order")),
                Members.flag(value, "treatFailureAsDeploymentFailure"),
                Members.flag(value, "enableAutomaticUpgrade"));
    }

    private static @Nullable Integer order(Dynamic order) {
        return switch (order) {
            case Dynamic.Null() -> null;
            case Dynamic.Whole(var number) when number >= 0 && number <= Integer.MAX_VALUE ->
                    (int) number;
            default ->
                    throw new IllegalArgumentException(
                            "The property 'order' must be a whole number from 0 to 2147483647");
        };
    }
}
