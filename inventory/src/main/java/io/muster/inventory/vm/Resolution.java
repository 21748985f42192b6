package io.muster.inventory.vm;

import java.util.List;

/// Which version a reference means for a machine.
public sealed interface Resolution {
    /// Newer versions that are not taken, newest first.
    List<PassedOver> passedOver();

    /// That version.
    record Resolved(GalleryApplicationVersion version, List<PassedOver> passedOver)
            implements Resolution {
        public Resolved {
            passedOver = List.copyOf(passedOver);
        }
    }

    /// None, and what Azure would answer to a deployment.
    record Unresolved(AzureError error, List<PassedOver> passedOver) implements Resolution {
        public Unresolved {
            passedOver = List.copyOf(passedOver);
        }
    }

    /// A version that `latest` does not mean, and why.
    record PassedOver(GalleryApplicationVersion version, Reason reason, String because) {}

    /// Why a version is passed over.
    enum Reason {
        NAME_IS_NO_NUMBER,
        NOT_PROVISIONED,
        EXCLUDED_FROM_LATEST,
        EXCLUDED_IN_REGION,
        NOT_PUBLISHED_TO_REGION,
        NOT_REPLICATED,
        PAST_END_OF_LIFE
    }
}
