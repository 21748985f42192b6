/// Where Azure tells of changes: Event Grid and activity-log alerts. What they name is read again from its source; nothing they say of a
/// resource's state is taken over.
@NullMarked
package io.muster.service.http.webhook;

import org.jspecify.annotations.NullMarked;
