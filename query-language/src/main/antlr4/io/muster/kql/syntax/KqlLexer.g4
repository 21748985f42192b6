// Tokens of KQL. Keywords are lower case; most of them may also be used as names (see `name` in the parser).
lexer grammar KqlLexer;

COMMENT: '//' ~[\r\n]* -> skip;
BLANKS: [ \t\r\n\u00A0\uFEFF]+ -> skip;

// Statements
LET: 'let';
SET: 'set';
DECLARE: 'declare';
QUERY_PARAMETERS: 'query_parameters';
PATTERN: 'pattern';
VIEW: 'view';

// Tabular operators
AS: 'as';
CONSUME: 'consume';
COUNT: 'count';
DATATABLE: 'datatable';
DISTINCT: 'distinct';
EVALUATE: 'evaluate';
EXTEND: 'extend';
EXTERNALDATA: 'externaldata';
FACET: 'facet';
FIND: 'find';
FORK: 'fork';
GETSCHEMA: 'getschema';
INVOKE: 'invoke';
JOIN: 'join';
LOOKUP: 'lookup';
MAKE_SERIES: 'make-series';
MV_APPLY: 'mv-apply';
MV_EXPAND: 'mv-expand' | 'mvexpand';
PARSE: 'parse';
PARSE_WHERE: 'parse-where';
PARSE_KV: 'parse-kv';
PARTITION: 'partition';
PRINT: 'print';
PROJECT: 'project';
PROJECT_AWAY: 'project-away';
PROJECT_BY_NAMES: 'project-by-names';
PROJECT_KEEP: 'project-keep';
PROJECT_RENAME: 'project-rename';
PROJECT_REORDER: 'project-reorder';
PROJECT_SMART: 'project-smart';
RANGE: 'range';
REDUCE: 'reduce';
RENDER: 'render';
SAMPLE: 'sample';
SAMPLE_DISTINCT: 'sample-distinct';
SCAN: 'scan';
SEARCH: 'search';
SERIALIZE: 'serialize';
SORT: 'sort' | 'order';
SUMMARIZE: 'summarize';
TAKE: 'take';
LIMIT: 'limit';
TOP: 'top';
TOP_NESTED: 'top-nested';
TOP_HITTERS: 'top-hitters';
UNION: 'union';
WHERE: 'where' | 'filter';

// Words of operators
ASC: 'asc';
BAGEXPANSION: 'bagexpansion';
BY: 'by';
DEFAULT: 'default';
DESC: 'desc';
FLAGS: 'flags';
FIRST: 'first';
FROM: 'from';
GRANNY_ASC: 'granny-asc';
GRANNY_DESC: 'granny-desc';
ISFUZZY: 'isfuzzy';
KIND: 'kind';
LAST: 'last';
NULLS: 'nulls';
OF: 'of';
ON: 'on';
OTHERS: 'others';
OUTPUT: 'output';
STEP: 'step';
TO: 'to';
TYPEOF: 'typeof';
WITH: 'with';
WITH_ITEMINDEX: 'with_itemindex';
WITH_MATCH_ID: 'with_match_id';
WITHSOURCE: 'withsource' | 'with_source';
WITHNOSOURCE: 'withnosource';

// Operators that are words
AND: 'and';
OR: 'or';
BETWEEN: 'between';
NOT_BETWEEN: '!between';
CONTAINS: 'contains';
NOT_CONTAINS: '!contains' | 'notcontains';
CONTAINS_CS: 'contains_cs' | 'containscs';
NOT_CONTAINS_CS: '!contains_cs' | 'notcontains_cs' | 'notcontainscs';
STARTSWITH: 'startswith';
NOT_STARTSWITH: '!startswith';
STARTSWITH_CS: 'startswith_cs';
NOT_STARTSWITH_CS: '!startswith_cs';
ENDSWITH: 'endswith';
NOT_ENDSWITH: '!endswith';
ENDSWITH_CS: 'endswith_cs';
NOT_ENDSWITH_CS: '!endswith_cs';
HAS: 'has';
NOT_HAS: '!has' | 'nothas';
HAS_CS: 'has_cs';
NOT_HAS_CS: '!has_cs';
HASPREFIX: 'hasprefix';
NOT_HASPREFIX: '!hasprefix';
HASPREFIX_CS: 'hasprefix_cs';
NOT_HASPREFIX_CS: '!hasprefix_cs';
HASSUFFIX: 'hassuffix';
NOT_HASSUFFIX: '!hassuffix';
HASSUFFIX_CS: 'hassuffix_cs';
NOT_HASSUFFIX_CS: '!hassuffix_cs';
HAS_ANY: 'has_any';
HAS_ALL: 'has_all';
NOT_HAS_ANY: '!has_any';
NOT_HAS_ALL: '!has_all';
IN: 'in';
NOT_IN: '!in' | 'notin';
IN_CI: 'in~';
NOT_IN_CI: '!in~';
LIKE: 'like';
NOT_LIKE: 'notlike' | '!like';
LIKE_CS: 'likecs' | 'like_cs';
NOT_LIKE_CS: 'notlikecs' | '!likecs' | 'notlike_cs' | '!like_cs';
MATCHES_REGEX: 'matches' [ \t]+ 'regex';

// Symbols
EQ: '==';
NE: '!=' | '<>';
EQ_CI: '=~';
NE_CI: '!~';
LE: '<=';
GE: '>=';
ARROW: '=>';
LT: '<';
GT: '>';
ASSIGN: '=';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
PERCENT: '%';
DOTDOT: '..';
DOT: '.';
COMMA: ',';
SEMICOLON: ';';
COLON: ':';
PIPE: '|';
OPEN: '(';
CLOSE: ')';
OPEN_BRACKET: '[';
CLOSE_BRACKET: ']';
OPEN_BRACE: '{';
CLOSE_BRACE: '}';

// Literals
TRUE: 'true' | 'True' | 'TRUE';
FALSE: 'false' | 'False' | 'FALSE';
NULL: 'null';
DYNAMIC: 'dynamic';

// `datetime(2020-01-01)`: what stands between the parentheses is no expression.
TYPED_LITERAL
    : ('datetime' | 'date' | 'timespan' | 'time' | 'guid' | 'uuid' | 'uniqueid' | 'bool' | 'boolean' | 'int' | 'int8' | 'int16' | 'int32' | 'int64' | 'long' | 'real' | 'double' | 'float' | 'decimal')
      [ \t\r\n]* '(' [ \t\r\n]* ('"' ~["\r\n]* '"' | '\'' ~['\r\n]* '\'' | ~["'()\r\n] ~[()\r\n]*)? [ \t\r\n]* ')'
    ;

fragment DIGITS: [0-9]+;
fragment EXPONENT: [eE] [+-]? DIGITS;
TIMESPAN_LITERAL
    : DIGITS ('.' DIGITS)?
      ('days' | 'day' | 'd' | 'hours' | 'hour' | 'hrs' | 'hr' | 'h' | 'minutes' | 'minute' | 'min' | 'm'
      | 'seconds' | 'second' | 'sec' | 's' | 'milliseconds' | 'millisecond' | 'millisec' | 'millis' | 'milli' | 'ms'
      | 'microseconds' | 'microsecond' | 'microsec' | 'micros' | 'micro' | 'nanoseconds' | 'nanosecond' | 'nanosec' | 'nanos' | 'nano'
      | 'ticks' | 'tick')
    ;
REAL_LITERAL: DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT;
LONG_LITERAL: '0' [xX] [0-9a-fA-F]+ | DIGITS;

fragment TEXT_PREFIX: [hH]?;
STRING
    : TEXT_PREFIX '"' ('\\' . | ~["\\\r\n])* '"'
    | TEXT_PREFIX '\'' ('\\' . | ~['\\\r\n])* '\''
    | TEXT_PREFIX '@"' ('""' | ~["])* '"'
    | TEXT_PREFIX '@\'' ('\'\'' | ~['])* '\''
    | TEXT_PREFIX '```' .*? '```'
    | TEXT_PREFIX '~~~' .*? '~~~'
    ;
// Kept as tokens so that the parser can name the fault.
UNCLOSED_STRING
    : TEXT_PREFIX '"' ('\\' . | ~["\\\r\n])*
    | TEXT_PREFIX '\'' ('\\' . | ~['\\\r\n])*
    | TEXT_PREFIX '@"' ('""' | ~["])*
    | TEXT_PREFIX '@\'' ('\'\'' | ~['])*
    ;

HINT: 'hint.' [A-Za-z_] [A-Za-z0-9_.]*;
// `5h_average` is a name, `5h` is none: the longer one is taken, and of two as long the one further up.
IDENTIFIER: [\p{L}_$] [\p{L}\p{Nd}_]* | DIGITS [\p{L}_] [\p{L}\p{Nd}_]*;
UNKNOWN: .;
