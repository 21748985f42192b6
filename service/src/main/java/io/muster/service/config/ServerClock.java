package io.muster.service.config;

import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.time.InstantSourceFactory;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// The clock that a server was started with. Micronaut brings one of its own, which would else be taken.
public record ServerClock(InstantSource source) {

    @Factory
    static final class Clocks {
        @Singleton
        @Replaces(bean = InstantSource.class, factory = InstantSourceFactory.class)
        InstantSource clock(ServerClock given) {
            return given.source();
        }
    }
}
