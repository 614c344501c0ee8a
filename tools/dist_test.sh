#!/usr/bin/env bash
# Test on several devices. Processes of a machine without GPUs (or with CUDA_VISIBLE_DEVICES=) talk over gloo.
#   tools/dist_test.sh CONFIG CHECKPOINT DEVICES [options of test.py]
# Several machines: on each, NNODES=how many NODE_RANK=0.. MASTER_ADDR=the first one's address. PORT for a second run.
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
CONFIG=$1 CHECKPOINT=$2 DEVICES=$3
shift 3
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$TOOLS/python.sh"
run_distributed "$DEVICES" test.py "$CONFIG" "$CHECKPOINT" --launcher pytorch "$@"
