/// How [io.muster.core.value.Dynamic] passes through Jackson's databind, so that wire records can hold free-form JSON.
@NullMarked
package io.muster.service.http.json;

import org.jspecify.annotations.NullMarked;
