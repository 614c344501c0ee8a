"""The spatio-temporal embedding: what time, clusters and association cost beside the network of single frames."""

from statistics import median

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn

import mmvist.models  # noqa: F401
from mmvist.models.inference import prepare_for_inference
from mmvist.registry import MODELS

# isort: split
from benchmarks.noise import noise_frames
from benchmarks.stopwatch import Stopwatch

CONFIG = 'configs/spatio_temporal_embedding/spatio-temporal-embedding_r18_48e_kittimots.py'
SIZE = 192, 640
# Cars of a busy frame: together they show on a tenth of it, as 60,000 pixels of five frames do.
CARS, HEIGHT, WIDTH = 8, 32, 48
# How far pixels are from their car's mean, root of the mean square: half of what the loss leaves alone.
SPREAD = 0.25
Row = dict[str, str | float | int]


def run(num_frames: int = 12, chunk: int = 1) -> list[Row]:
    """Measure on a GPU if there is one.

    The networks have random weights and run as they would; what they say is replaced by eight cars that drive by.

    Args:
        num_frames: Times that count.
        chunk: Frames that come at once.

    Returns:
        A row for the whole, what its parts take of it, and how much more the network over time costs than that of
        single frames, and than its window would cost without what is kept.
    """
    init_default_scope('mmvist')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model, watch = prepare_for_inference(_build().to(device)), Stopwatch()
    detector = model.detector
    for name in ('foreground', 'encoder', 'decoder'):
        watch.wrap(getattr(detector, name), 'forward', name)
    watch.wrap(detector.temporal_model, 'step', 'temporal model')
    watch.wrap(detector.grouping, 'step', 'mean shift')
    watch.wrap(model.tracker, 'step', 'association')
    cars = _Cars(device)
    watch.wrap(cars, 'embeddings', 'made up')
    watch.wrap(cars, 'chances', 'made up')
    cars.replace(detector)
    totals, parts, windows = [], [], []
    for number in range(2 + num_frames):
        batch = noise_frames(range(number * chunk, (number + 1) * chunk), SIZE)
        cars.first = number * chunk
        watch.seconds.clear()
        start = watch.now()
        results = model.test_step(batch)
        # The first ones fill the window, and caches.
        if number > 1:
            totals.append((watch.now() - start - watch.seconds.pop('made up')) / chunk)
            parts.append({name: seconds / chunk for name, seconds in watch.seconds.items()})
            windows.append(_seconds_of_window(detector, watch, device))
    medians = {name: median(part[name] for part in parts) for name in parts[0]}
    total, single = median(totals), medians['encoder'] + medians['decoder']
    stream = single + medians['temporal model']
    return [{'what': f'spatio-temporal embedding, {SIZE[1]}x{SIZE[0]}, {device}', 'frames at once': chunk,
             'instances': len(results[-1]), 'frames per second': 1 / total,
             'embedding over time, times one frame\'s': stream / single,
             'a window anew each frame, times one frame\'s': median(windows) / single,
             'mean shift and association, share of a frame': (medians['mean shift'] + medians['association']) / total,
             **{f'{name}, share of a frame': seconds / total for name, seconds in medians.items()}}]


def _build() -> nn.Module:
    torch.manual_seed(0)
    config = Config.fromfile(CONFIG)
    return MODELS.build(config.model)


class _Cars:
    """Says in place of networks, after they have run, where cars are and what their embeddings are."""

    def __init__(self, device: str) -> None:
        self.first, self.generator = 0, torch.Generator(device).manual_seed(0)
        self.means = 2 * torch.randn(CARS, 8, 1, 1, generator=self.generator, device=device)

    def replace(self, detector: nn.Module) -> None:
        """Let a detector's networks answer so."""
        embed, tell = detector.decoder.forward, detector.foreground.forward
        detector.decoder.forward = lambda *inputs: (self.embeddings(embed(*inputs)[0]),)
        detector.foreground.forward = lambda *inputs: self.chances(tell(*inputs))

    def embeddings(self, maps: Tensor) -> Tensor:
        """Of the pixels of frames, like those (T, 8, H, W) that there are."""
        noise = torch.randn(maps.shape, generator=self.generator, device=maps.device)
        maps = SPREAD / 8 ** 0.5 * noise
        for frame, values in enumerate(maps):
            for (top, left), mean in zip(self._places(frame), self.means, strict=True):
                values[:, top:top + HEIGHT, left:left + WIDTH] += mean
        return maps

    def chances(self, chances: Tensor) -> Tensor:
        """Of the foreground, like those (T, H, W) that there are."""
        chances = torch.zeros_like(chances)
        for frame, values in enumerate(chances):
            for top, left in self._places(frame):
                values[top:top + HEIGHT, left:left + WIDTH] = 1
        return chances

    def _places(self, frame: int) -> list[tuple[int, int]]:
        """Upper left corners: two rows of four, one pixel further each frame."""
        drive = (self.first + frame) % (SIZE[1] // 4 - WIDTH)
        return [(40 + 80 * (car // 4), SIZE[1] // 4 * (car % 4) + drive) for car in range(CARS)]


@torch.no_grad()
def _seconds_of_window(detector: nn.Module, watch: Stopwatch, device: str) -> float:
    """What one frame costs when all it depends on is computed again."""
    images = torch.zeros(detector.first_frame + 1, 3, *SIZE, device=device)
    start = watch.now()
    maps, skips = detector.encoder(images)
    maps = detector.temporal_model(maps[None])[0]
    detector.decoder(maps[-1:], tuple(skip[-1:] for skip in skips))
    return watch.now() - start - watch.seconds.pop('made up')
