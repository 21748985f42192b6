/// VM Applications: galleries and their versions, the profiles that ask for them, and what the
/// guest says it did. Pure functions over JSON values; knows no source and no table.
///
/// From question to answer:
/// 1. [io.muster.inventory.vm.GalleryCatalog] reads galleries, applications and versions,
///    [io.muster.inventory.vm.Machine] a machine with its
///    [io.muster.inventory.vm.ApplicationProfile].
/// 2. [io.muster.inventory.vm.LatestResolver] says which version a machine gets and why others are
///    passed over.
/// 3. [io.muster.inventory.vm.ExtensionMessage] reads what VMAppExtension reported.
/// 4. [io.muster.inventory.vm.MachineAssessment] joins them to one
///    [io.muster.inventory.vm.ApplicationState] per application, with warnings.
@NullMarked
package io.muster.inventory.vm;

import org.jspecify.annotations.NullMarked;
