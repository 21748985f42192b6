package io.muster.service.fleet;

import java.io.IOException;

/// What is done whenever a new snapshot is there. An open family; every bean of it runs.
public interface AfterCollection {
    void run() throws IOException, InterruptedException;
}
