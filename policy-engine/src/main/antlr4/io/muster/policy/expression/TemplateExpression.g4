grammar TemplateExpression;

// What stands between the brackets of an ARM template expression.
program : expression EOF ;

expression : primary postfix* ;

primary
    : call     # callPrimary
    | STRING   # stringPrimary
    | NUMBER   # numberPrimary
    ;

// A user function of a template has its namespace before the name.
call : NAME ('.' NAME)? '(' (expression (',' expression)*)? ')' ;

postfix
    : '.' member             # memberPostfix
    | '[' expression ']'     # indexPostfix
    ;

member : NAME | NUMBER | WORD ;

STRING : '\'' (~['] | '\'\'')* '\'' ;
NUMBER : '-'? [0-9]+ ;
NAME : [A-Za-z_$] [A-Za-z0-9_$]* ;
WORD : [0-9]+ [A-Za-z_$] [A-Za-z0-9_$]* ;
BLANK : [ \t\r\n\u00a0]+ -> skip ;
