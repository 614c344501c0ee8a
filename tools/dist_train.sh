#!/usr/bin/env bash
# Train on several devices. Processes of a machine without GPUs (or with CUDA_VISIBLE_DEVICES=) talk over gloo.
#   tools/dist_train.sh CONFIG DEVICES [options of train.py]
# Several machines: on each, NNODES=how many NODE_RANK=0.. MASTER_ADDR=the first one's address. PORT for a second run.
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
CONFIG=$1 DEVICES=$2
shift 2
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$TOOLS/python.sh"
run_distributed "$DEVICES" train.py "$CONFIG" --launcher pytorch "$@"
