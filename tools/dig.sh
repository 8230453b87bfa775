#!/usr/bin/env bash
# Asks the DNS server of a lab. Usage: tools/dig.sh LAB NAME [TYPE]
# Prints the values of the answer, one a line; SOA prints the record, whose third field is the serial.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: $0 LAB NAME [TYPE]" >&2; exit 2; }
exec docker exec "mqops-$1-dns" dig +short +norecurse @127.0.0.1 "$2" "${3:-A}"
