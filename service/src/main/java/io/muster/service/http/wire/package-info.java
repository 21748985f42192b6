/// Azure's JSON shapes as records; component names are wire names. Holds no logic.
@NullMarked
package io.muster.service.http.wire;

import org.jspecify.annotations.NullMarked;
