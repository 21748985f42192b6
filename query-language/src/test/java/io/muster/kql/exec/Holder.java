package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Takes every turn until it is closed.
final class Holder implements AutoCloseable {
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<Asker<Boolean>> all = new ArrayList<>();

    Holder(Turns turns, int width) {
        for (int i = 0; i < width; i++) {
            all.add(
                    new Asker<>(
                            turns,
                            () -> {
                                go.await();
                                return true;
                            }));
        }
        while (turns.taken() < width) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        go.countDown();
        for (var one : all) {
            assertThat(one.task).succeedsWithin(Asker.LONG);
        }
    }
}
