package io.muster.service.config;

import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.time.InstantSourceFactory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// The clock that a server was started with. Micronaut brings one of its own, which would else be taken.
///
/// It tells microseconds, as the database keeps them: a time that is rounded up when it is written lies behind the one that it is asked for by, and what was kept just now
/// would not be found.
public record ServerClock(InstantSource source) {

    @Factory
    static final class Clocks {
        @Singleton
        @Replaces(bean = InstantSource.class, factory = InstantSourceFactory.class)
        InstantSource clock(ServerClock given) {
            return () -> given.source().instant().truncatedTo(ChronoUnit.MICROS);
        }
    }
}
