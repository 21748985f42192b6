/// The Azure SDKs for Java, as anybody uses them, against the simulated Azure and this server over HTTPS.
@NullMarked
package io.muster.service.clients;

import org.jspecify.annotations.NullMarked;
