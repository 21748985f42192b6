/// The rules of VMAppExtension, one test a rule.
@NullMarked
package io.muster.simulator.guest;

import org.jspecify.annotations.NullMarked;
