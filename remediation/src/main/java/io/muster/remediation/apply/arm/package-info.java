/// ARM by the Azure SDKs: azure-resourcemanager-compute for machines and scale sets,
/// azure-resourcemanager-resources for deployments. The one place of this module that sees `com.azure`.
/// Endpoint, credential and trust come with the inventory's `AzureConnection`.
///
/// Documents are read and, where an SDK model would lose members, written as raw JSON through the SDK
/// client's own pipeline: a profile must come back as it was, whatever Azure adds to it.
@NullMarked
package io.muster.remediation.apply.arm;

import org.jspecify.annotations.NullMarked;
