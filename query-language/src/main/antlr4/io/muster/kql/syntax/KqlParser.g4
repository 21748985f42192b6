// KQL. A pipeline stands wherever a parenthesised value or an argument may: the binder tells tables from scalars.
parser grammar KqlParser;

options { tokenVocab = KqlLexer; }

query: SEMICOLON* statement (SEMICOLON+ statement)* SEMICOLON* EOF;

statement
    : LET name ASSIGN letValue                                                 # LetStatement
    | SET name (ASSIGN (name | literal))?                                      # SetStatement
    | DECLARE QUERY_PARAMETERS OPEN parameter (COMMA parameter)* CLOSE         # ParametersStatement
    | DECLARE PATTERN name (ASSIGN OPEN columnDeclaration (COMMA columnDeclaration)* CLOSE
        (OPEN_BRACKET columnDeclaration CLOSE_BRACKET)? OPEN_BRACE patternArm+ CLOSE_BRACE)? # PatternStatement
    | pipeline                                                                 # QueryStatement
    ;

letValue: lambda | pipeline;
patternArm: OPEN STRING (COMMA STRING)* CLOSE (DOT OPEN_BRACKET STRING CLOSE_BRACKET)? ASSIGN lambdaBody SEMICOLON?;
lambda: VIEW? OPEN (parameter (COMMA parameter)*)? CLOSE lambdaBody;
lambdaBody: OPEN_BRACE (statement (SEMICOLON+ statement)* SEMICOLON*)? CLOSE_BRACE;
// A table with further columns fits anyway: the star beside columns says no more.
parameter: name COLON (type | OPEN (STAR | (columnDeclaration (COMMA columnDeclaration)* (COMMA STAR)?)?) CLOSE) (ASSIGN expression)?;
columnDeclaration: name COLON type;
type: IDENTIFIER | DYNAMIC;

pipeline
    : head (PIPE operator)*
    | operator (PIPE operator)*
    ;

head
    : PRINT (namedExpression (COMMA namedExpression)*)?                        # PrintHead
    | RANGE name FROM expression TO expression STEP expression                 # RangeHead
    | DATATABLE OPEN (columnDeclaration (COMMA columnDeclaration)*)? COMMA? CLOSE
        OPEN_BRACKET (expression (COMMA expression)* COMMA?)? CLOSE_BRACKET    # DatatableHead
    | unionOperator                                                            # UnionHead
    | searchOperator                                                           # SearchHead
    | findOperator                                                             # FindHead
    | expression                                                               # ExpressionHead
    ;

operator
    : WHERE hint* expression                                                   # WhereOperator
    | EXTEND namedExpression (COMMA namedExpression)* COMMA?                   # ExtendOperator
    | PROJECT (namedExpression (COMMA namedExpression)* COMMA?)?               # ProjectOperator
    | PROJECT_AWAY wildcardName (COMMA wildcardName)*                          # ProjectAwayOperator
    | PROJECT_KEEP wildcardName (COMMA wildcardName)*                          # ProjectKeepOperator
    | PROJECT_RENAME namedExpression (COMMA namedExpression)*                  # ProjectRenameOperator
    | PROJECT_REORDER reorderItem (COMMA reorderItem)*                         # ProjectReorderOperator
    | PROJECT_BY_NAMES expression (COMMA expression)*                          # ProjectByNamesOperator
    | DISTINCT hint* (STAR | namedExpression (COMMA namedExpression)*)         # DistinctOperator
    | COUNT (AS name)?                                                         # CountOperator
    | (TAKE | LIMIT) hint* expression                                          # TakeOperator
    | SORT hint* BY sortKey (COMMA sortKey)*                                   # SortOperator
    | TOP hint* expression BY sortKey (COMMA sortKey)*                         # TopOperator
    // `by` first: at the head of a summarize it is never a column.
    | SUMMARIZE hint* (BY namedExpression (COMMA namedExpression)*
        | namedExpression (COMMA namedExpression)* COMMA? (BY namedExpression (COMMA namedExpression)*)?)? # SummarizeOperator
    | JOIN kindParameter* tableOperand (ON expression (COMMA expression)*)?    # JoinOperator
    | LOOKUP kindParameter* tableOperand ON expression (COMMA expression)*     # LookupOperator
    | unionOperator                                                            # UnionPipeOperator
    | MV_EXPAND expandParameter* expandItem (COMMA expandItem)* (LIMIT expression)? # MvExpandOperator
    | MV_APPLY expandParameter* expandItem (COMMA expandItem)* (LIMIT expression)? ON OPEN subPipeline CLOSE # MvApplyOperator
    | kindOf=(PARSE | PARSE_WHERE) parseParameter* expression WITH parseItem+  # ParseOperator
    | PARSE_KV expression AS OPEN columnDeclaration (COMMA columnDeclaration)* CLOSE (WITH OPEN property (COMMA property)* CLOSE)? # ParseKvOperator
    | GETSCHEMA (KIND ASSIGN name)?                                            # GetSchemaOperator
    | SERIALIZE hint* (namedExpression (COMMA namedExpression)*)?              # SerializeOperator
    | AS hint* name                                                            # AsOperator
    | RENDER name (WITH? OPEN property (COMMA property)* CLOSE | renderWord*)  # RenderOperator
    | MAKE_SERIES kindParameter* seriesItem (COMMA seriesItem)* ON namedExpression seriesRange? hint* (BY namedExpression (COMMA namedExpression)*)? # MakeSeriesOperator
    | TOP_NESTED topNestedLevel (COMMA TOP_NESTED topNestedLevel)*             # TopNestedOperator
    | TOP_HITTERS expression OF namedExpression (BY namedExpression)?          # TopHittersOperator
    | SAMPLE expression                                                        # SampleOperator
    | SAMPLE_DISTINCT expression OF namedExpression                            # SampleDistinctOperator
    | searchOperator                                                           # SearchPipeOperator
    | EVALUATE hint* call (COLON OPEN (keep=STAR COMMA?)? (columnDeclaration (COMMA columnDeclaration)*)? CLOSE)? # EvaluateOperator
    | INVOKE call                                                              # InvokeOperator
    | PARTITION hint* BY name hint* (OPEN subPipeline CLOSE | OPEN_BRACE pipeline CLOSE_BRACE) # PartitionOperator
    | FORK (forkLeg)+                                                          # ForkOperator
    | FACET BY name (COMMA name)* (WITH (OPEN subPipeline CLOSE | operator))?  # FacetOperator
    | REDUCE kindParameter* BY namedExpression (WITH property (COMMA property)*)? # ReduceOperator
    | SCAN scanParameter* (PARTITION BY expression (COMMA expression)*)? (DECLARE OPEN scanDeclaration (COMMA scanDeclaration)* CLOSE)? WITH OPEN scanStep+ CLOSE # ScanOperator
    | CONSUME (hint | name ASSIGN literal)*                                                            # ConsumeOperator
    ;

unionOperator: UNION unionParameter* unionLeg (COMMA unionLeg)*;
unionLeg: OPEN pipeline CLOSE | call | wildcardName | databaseTable;
unionParameter
    : KIND ASSIGN name | WITHSOURCE ASSIGN name | ISFUZZY ASSIGN (TRUE | FALSE) | hint
    ;
searchOperator: SEARCH kindParameter* (IN OPEN unionLeg (COMMA unionLeg)* CLOSE)? expression;
findOperator
    : FIND findParameter* (IN OPEN unionLeg (COMMA unionLeg)* CLOSE)? WHERE? expression
      (PROJECT_SMART | PROJECT findColumn (COMMA findColumn)*)?
    ;
findParameter: WITHSOURCE ASSIGN name | hint;
findColumn: name (COLON type)? | call;

hint: HINT ASSIGN (name | literal);
kindParameter: KIND ASSIGN name | hint;
expandParameter
    : (KIND | BAGEXPANSION) ASSIGN name
    | WITH_ITEMINDEX ASSIGN name
    | hint
    ;
parseParameter: KIND ASSIGN name | FLAGS ASSIGN name | hint;
scanParameter: WITH_MATCH_ID ASSIGN name | hint;
property: name ASSIGN (expression | name);
renderWord: name (ASSIGN (name | literal))?;

tableOperand: OPEN pipeline CLOSE | call | databaseTable | name;
databaseTable: call (DOT (call | name))+;
subPipeline: OPEN subPipeline CLOSE | operator (PIPE operator)* | pipeline;
forkLeg: (name ASSIGN)? OPEN subPipeline CLOSE;

sortKey: namedExpression (ASC | DESC)? (NULLS (FIRST | LAST))?;
expandItem: (name ASSIGN)? expression (TO TYPEOF OPEN type CLOSE)?;
parseItem: STAR | STRING | name (COLON type)?;
seriesItem: namedExpression (DEFAULT ASSIGN expression)?;
seriesRange
    : (FROM expression)? (TO expression)? STEP expression
    | IN RANGE OPEN expression COMMA expression COMMA expression CLOSE
    ;
topNestedLevel: expression? OF namedExpression (WITH OTHERS ASSIGN expression)? BY namedExpression (ASC | DESC)?;
reorderItem: wildcardName (ASC | DESC | GRANNY_ASC | GRANNY_DESC)?;
scanDeclaration: name COLON type (ASSIGN expression)?;
scanStep
    : STEP name (OUTPUT ASSIGN (name))? COLON expression
      (ARROW scanAssignment (COMMA scanAssignment)*)? SEMICOLON
    ;
scanAssignment: name ASSIGN expression;

namedExpression: (name ASSIGN | OPEN name (COMMA name)* COMMA? CLOSE ASSIGN)? expression;

expression
    : primary                                                                  # PrimaryExpression
    | expression DOT (memberName | OPEN_BRACKET (STRING | index=expression) CLOSE_BRACKET | call)   # MemberExpression
    | expression OPEN_BRACKET expression CLOSE_BRACKET                         # IndexExpression
    | sign=(PLUS | MINUS) expression                                           # SignExpression
    | expression op=(STAR | SLASH | PERCENT) expression                        # BinaryExpression
    | expression op=(PLUS | MINUS) expression                                  # BinaryExpression
    | expression op=(LT | GT | LE | GE) expression                             # BinaryExpression
    | expression op=(EQ | NE | EQ_CI | NE_CI | CONTAINS | NOT_CONTAINS | CONTAINS_CS | NOT_CONTAINS_CS
        | STARTSWITH | NOT_STARTSWITH | STARTSWITH_CS | NOT_STARTSWITH_CS
        | ENDSWITH | NOT_ENDSWITH | ENDSWITH_CS | NOT_ENDSWITH_CS
        | HAS | NOT_HAS | HAS_CS | NOT_HAS_CS | HASPREFIX | NOT_HASPREFIX | HASPREFIX_CS | NOT_HASPREFIX_CS
        | HASSUFFIX | NOT_HASSUFFIX | HASSUFFIX_CS | NOT_HASSUFFIX_CS
        | LIKE | NOT_LIKE | LIKE_CS | NOT_LIKE_CS | MATCHES_REGEX | COLON) expression # BinaryExpression
    | expression op=(IN | NOT_IN | IN_CI | NOT_IN_CI | HAS_ANY | HAS_ALL | NOT_HAS_ANY | NOT_HAS_ALL) OPEN (pipeline (COMMA pipeline)* COMMA?)? CLOSE # InExpression
    | expression op=(BETWEEN | NOT_BETWEEN) OPEN expression DOTDOT expression CLOSE # BetweenExpression
    | expression op=AND expression                                             # BinaryExpression
    | expression op=OR expression                                              # BinaryExpression
    ;

primary
    : literal
    | call
    | TYPEOF OPEN (type | STAR) (COMMA type)* CLOSE
    | name
    | OPEN pipeline CLOSE
    | STAR
    ;

call: callName OPEN (argument (COMMA argument)* COMMA?)? CLOSE;
callName: IDENTIFIER | OPEN_BRACKET STRING CLOSE_BRACKET | operatorName | HAS_ANY | HAS_ALL | NOT_LIKE;
argument: (name ASSIGN)? pipeline;

literal
    : LONG_LITERAL | REAL_LITERAL | TIMESPAN_LITERAL | TRUE | FALSE | NULL | TYPED_LITERAL
    | STRING+
    | DYNAMIC OPEN json CLOSE
    ;

json
    : OPEN_BRACE (jsonMember (COMMA jsonMember)* COMMA?)? CLOSE_BRACE
    | OPEN_BRACKET (json (COMMA json)* COMMA?)? CLOSE_BRACKET
    | sign=(MINUS | PLUS)? (LONG_LITERAL | REAL_LITERAL)
    | STRING
    | TRUE | FALSE | NULL
    | TYPED_LITERAL | TIMESPAN_LITERAL
    | DYNAMIC OPEN json CLOSE
    | IDENTIFIER
    ;
jsonMember: (STRING | name) COLON json;

wildcardName: name | (name | STAR | LONG_LITERAL)+;

memberName: name | reservedName;

name: IDENTIFIER | OPEN_BRACKET STRING CLOSE_BRACKET | operatorName | wordName;
operatorName
    : AS | CONSUME | COUNT | DISTINCT | EVALUATE | FACET | FIND | FORK | GETSCHEMA | INVOKE | JOIN | LOOKUP | PARSE | PARTITION | RANGE
    | REDUCE | RENDER | SAMPLE | SCAN | SEARCH | SERIALIZE | SORT | TAKE | LIMIT | TOP | PATTERN | VIEW | SET | DECLARE | QUERY_PARAMETERS
    | EXTERNALDATA | PRINT
    ;
// Words within operators: columns may be called so, functions not (`summarize by (x)` calls nothing).
wordName
    : ASC | BAGEXPANSION | BY | DEFAULT | DESC | FLAGS | FIRST | FROM | ISFUZZY | KIND | LAST | NULLS | OF | ON | OTHERS | OUTPUT | STEP | TO
    | WITH | WITH_ITEMINDEX | WITH_MATCH_ID | WITHSOURCE | WITHNOSOURCE | LIKE
    ;
reservedName
    : LET | DATATABLE | EXTEND | PROJECT | SUMMARIZE | UNION | WHERE | AND | OR | BETWEEN | CONTAINS | CONTAINS_CS
    | STARTSWITH | STARTSWITH_CS | ENDSWITH | ENDSWITH_CS | HAS | HAS_CS | HASPREFIX | HASPREFIX_CS | HASSUFFIX | HASSUFFIX_CS
    | HAS_ANY | HAS_ALL | IN | TRUE | FALSE | NULL | LIKE_CS
    ;
