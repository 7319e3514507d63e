"""The words that decide whether what stands beside them is a value."""

MASK = "\x00"
"""Stands for a masked value while a line is worked on; `SHOWN` in a template."""

SHOWN = "<*>"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Keys whose value says which one, not what happened.
IDENTITY_KEYS = _set(
    """
    account addr address agent app application broker bucket client cluster consumer container dag database db dir
    directory email endpoint file filename folder group host hostname id image instance ip job key login machine model
    name namespace node object owner package partition path pipeline pkg pod principal queue region request rhost run
    schema server service session span table tag task tenant thread token topic trace uri url user username volume
    worker zone
    """
)

NOTHING = frozenset({"null", "nil", "none", "undefined", "nan", "n/a", "(null)"})

# Prepositions and nouns before the name of a machine: ``to kafka:9092``.
BEFORE_HOST = _set(
    "address at broker connect connecting endpoint from host hostname node on peer proxy server to via with"
)
# Nouns before a name of several parts: ``table raw_orders``, ``host mill-a``.
BEFORE_NAME = IDENTITY_KEYS | _set("column executor flavor holder schema stage step view")

# Words with a digit that name a kind of thing.
NAMES_WITH_DIGITS = _set(
    """
    base64 bz2 ec2 float16 float32 float64 h2 http2 int16 int32 int64 int8 ipv4 ipv6 k8s latin1 log4j lz4 md5 oauth2
    s3 sha1 sha256 sha512 sqlite3 uint16 uint32 uint64 uint8 utf-16 utf-8 utf16 utf8 utf8mb4 x509 x86_64
    """
)

# Quoted, they are kinds of values and not values.
TYPE_NAMES = _set(
    """
    Decimal NoneType array bigint bool boolean bytes char date datetime decimal dict double float function int integer
    json jsonb list long null number numeric object set smallint str string text timestamp timestamptz tuple undefined
    uuid varchar
    """
)

HTTP_METHODS = _set("GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE")

FAULT_ENDINGS = ("Exception", "Error", "Fault", "Failure", "Interrupt", "Interrupted", "Timeout", "Warning", "Exit")

# The first part of a package's name.
PACKAGE_STARTS = _set("com org net io java javax edu gov dev app me sun scala kotlin")

# The last part of a dotted name that makes it a file or a host.
FILE_ENDINGS = _set(
    """
    avro bak bin bz2 c cc cfg class conf cpp crt csv dat db dll dylib exe feather gif go gz h html ini ipynb jar java
    jpeg jpg js json jsonl key kt lock log md orc out parquet pdf pem php pid png properties proto py pyc rb rs scala sh
    so sock sql sqlite svg tar tgz tmp toml ts tsv txt war wav whl xls xlsx xml yaml yml zip zst
    """
)
DOMAIN_ENDINGS = _set(
    """
    ai app ar at au be biz br ca ch cl cloud cn co com cz de dev dk edu es eu fi fr gov gr hk hu ie il in info internal
    io it jp kr lan local localdomain mil mx my net nl no nz om org ph pl pt ro ru se sg svc th tr tw ua uk us vn xyz za
    """
)
