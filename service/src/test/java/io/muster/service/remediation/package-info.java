/// Remediation over real sockets and real databases.
@NullMarked
package io.muster.service.remediation;

import org.jspecify.annotations.NullMarked;
