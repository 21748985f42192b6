/// Holds the lines of the house: who may look into whom, and what no room may do. `service` sees every
/// class, so its tests are where this stands.
@NullMarked
package io.muster.service.house;

import org.jspecify.annotations.NullMarked;
