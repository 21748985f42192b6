/// Campaigns as data: a goal brought to many machines ring by ring, with gates between; what is asked, where it stands, where it is kept. Each ring is run as a
/// remediation task. Who drives them is [io.muster.remediation.Campaigns]. Start at [io.muster.remediation.campaign.Campaign].
@NullMarked
package io.muster.remediation.campaign;

import org.jspecify.annotations.NullMarked;
