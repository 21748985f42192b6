package io.muster.service.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// SIGTERM and SIGINT: the virtual machine is kept until the command has closed what it opened, ten seconds at most.
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    }

    private void stop() {
        asked.countDown();
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("muster: stopped before everything was closed");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    void await() throws InterruptedException {
        asked.await();
    }

    /// Everything is closed.
    @Override
    public void close() {
        done.countDown();
    }
}
