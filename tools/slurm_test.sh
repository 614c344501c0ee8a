#!/usr/bin/env bash
# Test on a Slurm cluster.
#   [GPUS=8] [GPUS_PER_NODE=8] [CPUS_PER_TASK=5] [SRUN_ARGS=...] tools/slurm_test.sh PARTITION JOB CONFIG CHECKPOINT [options of test.py]
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '2,3s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
PARTITION=$1 JOB=$2 CONFIG=$3 CHECKPOINT=$4
shift 4
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$TOOLS/python.sh"
run_on_slurm "$PARTITION" "$JOB" test.py "$CONFIG" "$CHECKPOINT" --launcher slurm "$@"
