/// Tests of deployment templates.
@NullMarked
package io.muster.policy.template;

import org.jspecify.annotations.NullMarked;
