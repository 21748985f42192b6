package io.muster.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.Turns;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void whoGetsNoTurnInTimeIsRefusedAndTheNextOneGetsIt() throws Exception {
        var turns = new Turns(1, Duration.ofMillis(1), "TooManyRequests", "Waited %s.");
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var first =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return turns.<String, InterruptedException>take(() -> {
                            begun.countDown();
                            assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
                            return "first";
                        });
                    } catch (Exception fault) {
                        throw new AssertionError(fault);
                    }
                });
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> turns.<String, RuntimeException>take(() -> "second"))
                .isInstanceOfSatisfying(
                        ArmException.class, refused -> assertThat(refused.status()).isEqualTo(429))
                .hasMessageContaining("PT0.001S");
        end.countDown();
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(turns.<String, RuntimeException>take(() -> "third")).isEqualTo("third");
    }
}
