#!/bin/sh
# measure.sh CARD FILE: what the card has carried so far, into FILE.
# measure.sh --forget FILE: FILE goes.
set -eu
if [ "$1" = --forget ]; then
  rm -f "$2"
else
  cat "/sys/class/net/$1/statistics/rx_bytes" "/sys/class/net/$1/statistics/tx_bytes" >"$2"
fi
