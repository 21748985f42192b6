/// `Microsoft.ResourceGraph`: queries by REST as Azure serves them, saved queries, operations. The contract: rest/api/azureresourcegraph.
@NullMarked
package io.muster.service.http.graph;

import org.jspecify.annotations.NullMarked;
