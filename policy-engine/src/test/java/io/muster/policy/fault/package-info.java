/// Every diagnostic of policy documents with its place.
@NullMarked
package io.muster.policy.fault;

import org.jspecify.annotations.NullMarked;
