#!/usr/bin/env bash
# Makes the seeds that are no text: DNS messages, certificates, messages of an agent, frames of HTTP/2. Run once, kept in corpus/.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
mkdir -p corpus/{dns_message,dns_cares,certificate,window_proto,starttls,grpc_session}

# A message after its id: flags, one question, N answers; then the question for db.example.com and the records.
header() { printf '%b' "$1\\x00\\x01\\x00\\x0$2\\x00\\x00\\x00\\x00"; }
question() { printf '%b' "\\x02db\\x07example\\x03com\\x00\\x00\\x0$1\\x00\\x01"; }
record() { printf '%b' "\\xc0\\x0c\\x00\\x$1\\x00\\x01\\x00\\x00\\x00\\x3c\\x00\\x$2$3"; } # TYPE LENGTH DATA, in hex

a() { record 01 04 '\x0a\x00\x01\x07'; }
aaaa() { record 1c 10 '\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01'; }
cname() { record 05 06 '\x03www\xc0\x0f'; }
others() {
    record 0f 08 '\x00\x0a\x03mx1\xc0\x0f'
    record 21 0c '\x00\x01\x00\x02\x14\xeb\x03srv\xc0\x0f'
    record 10 0c '\x0bv=spf1 -all'
    record 06 18 '\xc0\x0f\xc0\x0f\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05'
}

{ printf '\x12\x34'; header '\x81\x80' 2; question 1; cname; a; } >corpus/dns_message/alias
{ printf '\x12\x34'; header '\x85\x80' 1; question 1; aaaa; } >corpus/dns_message/aaaa
{ printf '\x12\x34'; header '\x81\x80' 4; question 1; others; } >corpus/dns_message/others
{ printf '\x12\x34'; header '\x81\x83' 0; question 1; } >corpus/dns_message/nxdomain
https() { record 41 18 '\x00\x01\x00\x00\x01\x00\x03\x02h2\x00\x03\x00\x02\x00\x50\x00\x04\x00\x04\x0a\x00\x00\x01'; }
{ printf '\x12\x34'; header '\x81\x80' 1; printf '%b' '\x03web\x04test\x00\x00\x41\x00\x01'; https; } >corpus/dns_message/https

# How, the first answer's length, the answers: each begins with 3 (id and question are the asked ones).
answers() { # FILE HOW FIRST SECOND
    local first=$3 second=$4
    {
        printf '%b' "\\x$2"
        printf '%b' "$(printf '\\x%02x\\x%02x' $(($("$first" | wc -c) / 256)) $(($("$first" | wc -c) % 256)))"
        "$first"
        "$second"
    } >"corpus/dns_cares/$1"
}
one_a() { printf '\x03'; header '\x81\x80' 1; a; }
one_aaaa() { printf '\x03'; header '\x81\x80' 1; aaaa; }
alias_a() { printf '\x03'; header '\x81\x80' 2; record 05 06 '\x03www\xc0\x0f'; printf '\x03www\xc0\x0f\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x01\x07'; }
servfail() { printf '\x03'; header '\x81\x82' 0; }
nxdomain() { printf '\x03'; header '\x81\x83' 0; }
truncated() { printf '\x03'; header '\x83\x80' 0; }
stranger() { printf '\x02\x00\x00'; header '\x81\x80' 1; a; }
answers both 00 one_a one_aaaa
answers alias 00 alias_a one_aaaa
answers refused 00 servfail servfail
answers searched 02 nxdomain one_a
answers over_tcp 00 truncated one_a
answers strange 00 stranger stranger
answers raw 01 one_a one_a

certificate() { # FILE SUBJECT NAMES
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -days 3650 -subj "$2" \
        -addext "subjectAltName=$3" -outform DER -out "corpus/certificate/$1" 2>/dev/null
}
certificate names '/C=NL/O=Example/CN=db.example.com' 'DNS:db.example.com,DNS:*.example.com,IP:10.0.0.7,IP:2001:db8::1'
certificate plain '/CN=x' 'email:a@example.com'

message() { protoc --encode="plumb.v1.$1" -I ../../proto plumb/v1/report.proto >"corpus/window_proto/$2"; }
message ReportRequest hello <<<'hello { agent: "a" labels { key: "environment" value: "staging" } }'
message Window window_alone <<<'sequence: 1 start_unix_ms: 1700000000000 length_ms: 30000 dependencies { dependency: "cache" runs: 1 succeeded: 1 }'
message ReportRequest window <<'END'
window {
  sequence: 12 start_unix_ms: 1700000000000 length_ms: 30000 task_age_s: 60
  dependencies {
    dependency: "database" kind: "postgres" runs: 3 succeeded: 2
    phases { name: "connect" layer: "connect" reached: 3 }
    addresses { address: "10.0.1.7:5432" tried: 3 failed: 1 }
    failures { phase: "connect" cause: "tcp.timeout" count: 1 }
    facts { name: "tls.version" class: "must_match" value: "TLSv1.3" runs: 2 }
    gauges { name: "postgres.connections" min: 80 max: 87 last: 87 limit: 100 refuses_at_limit: true }
  }
}
END

# The protocol's number, then each piece after its length.
dialogue() { # FILE PROTOCOL PIECE...
    local file=$1 piece
    printf '%b' "\\x0$2" >"corpus/starttls/$file"
    for piece in "${@:3}"; do
        printf '%b' "$(printf '\\x%02x' "$(printf '%b' "$piece" | wc -c)")$piece" >>"corpus/starttls/$file"
    done
}
dialogue smtp 0 '220-mail\r\n220 ready\r\n' '250-mail\r\n250 STARTTLS\r\n' '220 go\r\n'
dialogue imap 1 '* OK ready\r\n* CAPABILITY IMAP4\r\n' 'a1 OK go\r\n'
dialogue pop3 2 '+OK ready\r\n' '-ERR none\r\n'
dialogue ftp 3 '120 wait\r\n220 ready\r\n' '234 go\r\n'
dialogue ldap 4 '\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00'
dialogue postgres 5 S

# How the cuts fall, how the peer begins (0: it has sent SETTINGS), then frames of HTTP/2 (RFC 9113, 4.1) on stream 1.
frame() { printf '%b' "\\x00\\x00\\x$1\\x$2\\x$3\\x00\\x00\\x00\\x$4$5"; } # LENGTH TYPE FLAGS STREAM DATA, in hex
field() { printf '\\x00\\x%02x%s\\x%02x%s' ${#1} "$1" ${#2} "$2"; }       # a literal of HPACK, not indexed
headers() { # FLAGS NAME VALUE...
    local flags=$1 block=
    shift
    while [ $# -gt 0 ]; do
        block+=$(field "$1" "$2")
        shift 2
    done
    frame "$(printf '%02x' "$(printf '%b' "$block" | wc -c)")" 01 "$flags" 01 "$block"
}
opening() { headers 04 :status 200 content-type application/grpc; }
serving() { frame 07 00 00 01 '\x00\x00\x00\x00\x02\x08\x01'; }
ending() { headers 05 grpc-status 0 grpc-message 'a%20b'; }
{ printf '\x01\x00'; opening; serving; ending; } >corpus/grpc_session/serving
{ printf '\x02\x00'; headers 05 :status 200 content-type application/grpc grpc-status 12; } >corpus/grpc_session/trailers_only
{ printf '\x03\x00'; opening; frame 08 06 00 00 '8 bytes!'; serving; frame 04 08 00 00 '\x00\x00\x00\x01'; ending; } >corpus/grpc_session/chatty
{ printf '\x04\x00'; frame 0c 07 00 00 '\x00\x00\x00\x01\x00\x00\x00\x00calm'; opening; ending; } >corpus/grpc_session/goaway
{ printf '\x05\x00'; frame 04 03 00 01 '\x00\x00\x00\x07'; } >corpus/grpc_session/refused
{ printf '\x06\x00'; headers 00 :status 200; frame 00 09 00 01; frame 00 09 04 01; frame 04 05 04 01 '\x00\x00\x00\x02'; } >corpus/grpc_session/continued
{ printf '\x07\x01'; frame 06 04 00 00 '\x00\x05\x00\x00\x40\x00'; frame 00 04 01 00; opening; serving; ending; } >corpus/grpc_session/from_settings
{ printf '\x08\x01'; printf 'HTTP/1.1 400 Bad Request\r\n\r\n'; } >corpus/grpc_session/http1
