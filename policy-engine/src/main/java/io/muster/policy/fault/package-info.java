/// The ways a policy document can be malformed, each with a name of its own, and the collector that gives them their place.
@NullMarked
package io.muster.policy.fault;

import org.jspecify.annotations.NullMarked;
