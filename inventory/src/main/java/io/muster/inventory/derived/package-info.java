/// Tables that no source has, computed from a snapshot when a query reads them: `vmapplications`, `vmextensions`, `galleryversions`,
/// `collections`.
///
/// All are virtual. The first reading of one costs a pass over the machines (about 10 microseconds a machine) or the galleries; what it gave
/// for a segment of machines is kept with that segment, so after an update only changed segments are computed again, all of
/// them when a gallery changed, and uniform instances when a scale set did. A filter on `id` or the machine's id does not make it cheaper; one that reads no column costs the same.
@NullMarked
package io.muster.inventory.derived;

import org.jspecify.annotations.NullMarked;
