#!/usr/bin/env bash
# Train on a Slurm cluster.
#   [GPUS=8] [GPUS_PER_NODE=8] [CPUS_PER_TASK=5] [SRUN_ARGS=...] tools/slurm_train.sh PARTITION JOB CONFIG WORK_DIR [options of train.py]
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '2,3s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
PARTITION=$1 JOB=$2 CONFIG=$3 WORK_DIR=$4
shift 4
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$TOOLS/python.sh"
run_on_slurm "$PARTITION" "$JOB" train.py "$CONFIG" --work-dir "$WORK_DIR" --launcher slurm "$@"
