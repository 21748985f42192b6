/// Azure as a source, by its own SDKs: Resource Graph pages and compute reads. The one package of this module that sees `com.azure`.
///
/// The SDKs do what they are good at (routes, credentials, paging links); the JSON of each answer is read from its bytes, so that members
/// an SDK's models do not know are kept.
@NullMarked
package io.muster.inventory.source.azure;

import org.jspecify.annotations.NullMarked;
