/// Files as a source: NDJSON, JSON arrays, Resource Graph answers, ARM lists and ARM example payloads, plain or gzip, read as streams.
@NullMarked
package io.muster.inventory.source.json;

import org.jspecify.annotations.NullMarked;
