/// Tests of the forms that results are printed in.
@NullMarked
package io.muster.service.cli.output;

import org.jspecify.annotations.NullMarked;
