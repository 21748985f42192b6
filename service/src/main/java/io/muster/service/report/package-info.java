/// What a scan found, as text, JSON, SARIF, JUnit and HTML.
@NullMarked
package io.muster.service.report;

import org.jspecify.annotations.NullMarked;
