package io.muster.remediation.apply;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Time as the runner sees it: what it is, and waiting for it to pass. Tests let it pass by itself.
public interface Pacer extends InstantSource {
    void pause(Duration duration) throws InterruptedException;

    /// The machine's own clock.
    static Pacer system() {
        return new Pacer() {
            @Override
            public Instant instant() {
                return InstantSource.system().instant();
            }

            @Override
            public void pause(Duration duration) throws InterruptedException {
                Thread.sleep(duration);
            }
        };
    }
}
