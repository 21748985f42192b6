/// TLS for a server on one machine: a certificate authority made on first start, kept in the data folder, and the server certificate it
/// signs. Clients are told the authority's PEM file. Knows nothing of HTTP. Start at [io.muster.service.tls.TlsMaterial].
@NullMarked
package io.muster.service.tls;

import org.jspecify.annotations.NullMarked;
