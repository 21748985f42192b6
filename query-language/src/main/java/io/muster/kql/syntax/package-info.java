/// KQL text to tree: the grammar, the tree ([Query], [Expression], [TabularOperator], [Statement]), its printer.
/// Start at [KqlSyntax]. `AstBuilder` is the one class of the room that sees ANTLR; nothing here knows columns or types of data.
@NullMarked
package io.muster.kql.syntax;

import org.jspecify.annotations.NullMarked;
