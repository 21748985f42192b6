package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.muster.remediation.Remediation;
import jakarta.inject.Singleton;

/// After a start goes on with the tasks that a stop or a crash left unfinished.
@Singleton
@Requires(beans = Remediation.class)
final class ResumeTasks implements ApplicationEventListener<ServerStartupEvent> {
    private final Remediation remediation;
    private final AfterTask after;

    ResumeTasks(Remediation remediation, AfterTask after) {
        this.remediation = remediation;
        this.after = after;
    }

    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        var open = remediation.all().stream().filter(task -> !task.state().isTerminal()).toList();
        remediation.resume();
        open.forEach(task -> after.follow(task.id()));
    }
}
