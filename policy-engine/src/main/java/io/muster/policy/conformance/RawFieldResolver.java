package io.muster.policy.conformance;

import io.muster.policy.alias.Alias;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.alias.FieldResolver;
import org.jspecify.annotations.Nullable;

/// Every name is a path from the document's root. Azure would refuse such a definition; cases without an alias table are written so.
final class RawFieldResolver implements FieldResolver {
    @Override
    public Resolution resolve(String field, String resourceType, @Nullable String apiVersion) {
        return new Resolution.Found(FieldPath.parse(field));
    }

    @Override
    public boolean isKnown(String field) {
        return true;
    }

    @Override
    public boolean isArray(String field, String resourceType) {
        return false;
    }

    @Override
    public Alias.Modifiable modifiable(
            String field, String resourceType, @Nullable String apiVersion) {
        return Alias.Modifiable.UNKNOWN;
    }
}
