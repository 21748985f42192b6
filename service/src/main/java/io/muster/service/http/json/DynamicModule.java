package io.muster.service.http.json;

import com.fasterxml.jackson.databind.module.SimpleModule;
import io.muster.core.value.Dynamic;
import jakarta.inject.Singleton;

/// Teaches Jackson to write [Dynamic].
@Singleton
final class DynamicModule extends SimpleModule {
    private static final long serialVersionUID = 1L;

    DynamicModule() {
        super("dynamic");
        addSerializer(Dynamic.class, new DynamicSerializer());
    }
}
