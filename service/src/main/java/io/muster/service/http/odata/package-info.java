/// The part of OData that Policy Insights speaks: `$filter`, `$apply`, `$orderby`, `$select`, `$top`.
@NullMarked
package io.muster.service.http.odata;

import org.jspecify.annotations.NullMarked;
