/// From a failure to Azure's error body: one handler a kind of failure, and exactly one for our own faults.
@NullMarked
package io.muster.service.http.errors;

import org.jspecify.annotations.NullMarked;
