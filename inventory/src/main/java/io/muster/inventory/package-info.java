/// What exists: resources, snapshots and the sources they are collected from.
@NullMarked
package io.muster.inventory;

import org.jspecify.annotations.NullMarked;
