package io.muster.service.store;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// Tests of what is kept, each by `@MethodSource("both")` on fresh databases of both kinds.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnBothDatabases {
    private Databases databases;

    @BeforeAll
    void start() {
        databases = new Databases();
    }

    @AfterAll
    void stop() throws Exception {
        databases.close();
    }

    Stream<Databases.Named> both() {
        return databases.both();
    }
}
