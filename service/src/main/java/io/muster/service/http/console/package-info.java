/// What the web console needs beside Azure's REST: its files, and the server's own small API (`docs/api.md`).
@NullMarked
package io.muster.service.http.console;

import org.jspecify.annotations.NullMarked;
