"""Peak memory of tracking a short and a long video, each in a process of its own."""

import json
import subprocess
import sys

CONFIG = 'configs/masktrack_rcnn/masktrack-rcnn_mask-rcnn_r18_fpn_street-world.py'
# Frames of noise, many detections a frame, every result stored: what could pile up does.
TRACK = """
import json, resource, sys, tempfile
from pathlib import Path
import numpy as np
import torch
from mmvist.apis import VISInferencer, track_to_files
torch.set_num_threads(1)
frames = int(sys.argv[2])
generator = np.random.default_rng(0)
still = [generator.integers(0, 256, (96, 160, 3), dtype=np.uint8) for _ in range(16)]
inferencer = VISInferencer(sys.argv[1], options={'model.tracker.max_age': 30}, device='cpu')
with tempfile.TemporaryDirectory() as folder:
    track_to_files(inferencer, (still[index % 16] for index in range(frames)), Path(folder) / 'out.mp4',
                   Path(folder) / 'out.json', Path(folder) / 'out.png')
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
"""


def run(short: int = 500, long: int = 5000) -> dict[str, float]:
    """Track `short` and `long` frames with MaskTrack R-CNN, 30 frames of memory for lost tracks.

    Returns:
        Peak resident memory of both in MiB, and their ratio.
    """
    peaks = {}
    for frames in (short, long):
        done = subprocess.run([sys.executable, '-W', 'ignore', '-c', TRACK, CONFIG, str(frames)], check=True,
                              capture_output=True, text=True)
        peaks[frames] = json.loads(done.stdout.splitlines()[-1])
    return {f'MiB at {short} frames': peaks[short], f'MiB at {long} frames': peaks[long],
            'ratio': peaks[long] / peaks[short]}
