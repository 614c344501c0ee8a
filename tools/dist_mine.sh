#!/usr/bin/env bash
# Mine on several devices, each of which takes its share of the videos. Processes of a machine without GPUs work on the CPU.
#   tools/dist_mine.sh CONFIG DEVICES VIDEOS... --out FOLDER [options of mine.py]
# Several machines: on each, NNODES=how many NODE_RANK=0.. MASTER_ADDR=the first one's address. PORT for a second run.
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
CONFIG=$1 DEVICES=$2
shift 2
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$TOOLS/python.sh"
run_distributed "$DEVICES" mine.py "$CONFIG" "$@" --launcher pytorch
