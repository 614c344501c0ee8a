"""What a synthetic world is made of: every knob in one place."""

from dataclasses import asdict, dataclass

CLASSES = ('car', 'pedestrian', 'truck')
SPLITS = ('train', 'val')


@dataclass(frozen=True)
class WorldConfig:
    """A street world. Two equal configs make byte-equal files.

    Attributes:
        seed: Start of all randomness; a video depends on it, its split and its index alone.
        num_train_videos: Videos of the training split.
        num_val_videos: Videos of the validation split.
        num_frames: Frames a video.
        height: Rows of a frame, in pixels.
        width: Columns of a frame, in pixels.
        fps: Frames a second.
        camera_speed: Fastest the camera drives, in metres a second; each video draws its own speed below it.
        drives: Share of the videos without a hard case, in 0..1 and on average, in which the camera drives along the
            street; in all others it is all but still.
        min_objects: Fewest objects a video looks for room for, staged ones included.
        max_objects: Most objects a video looks for room for.
        occlusion: Largest part of an object's box, in 0..1 and on average over the video, that any other may cover
            where no hard case is staged.
        full_occlusions: Share of videos, in 0..1, that stage an object that vanishes behind another and returns.
        look_alikes: Share of videos, in 0..1, that stage two objects of equal looks crossing.
        reentries: Share of videos, in 0..1, that stage an object that leaves the image and comes back.
        min_area: Visible pixels below which an object counts as hidden.
        noise: Standard deviation of the sensor noise, in grey levels.

    Raises:
        ValueError: A value lies outside its range; the message names it.
    """

    seed: int = 0
    num_train_videos: int = 24
    num_val_videos: int = 8
    num_frames: int = 20
    height: int = 192
    width: int = 320
    fps: float = 8.0
    camera_speed: float = 3.5
    drives: float = 0.45
    min_objects: int = 4
    max_objects: int = 7
    occlusion: float = 0.3
    full_occlusions: float = 0.25
    look_alikes: float = 0.25
    reentries: float = 0.25
    min_area: int = 60
    noise: float = 2.5

    def __post_init__(self) -> None:
        for name, low in (('seed', 0), ('num_train_videos', 0), ('num_val_videos', 0), ('num_frames', 1),
                          ('height', 32), ('width', 32), ('camera_speed', 0), ('min_objects', 0), ('min_area', 1),
                          ('noise', 0), ('max_objects', self.min_objects)):
            if getattr(self, name) < low:
                raise ValueError(f'WorldConfig: {name} must be at least {low}, got {getattr(self, name)}')
        for name in ('drives', 'occlusion', 'full_occlusions', 'look_alikes', 'reentries'):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f'WorldConfig: {name} must lie in 0..1, got {getattr(self, name)}')
        if self.fps <= 0:
            raise ValueError(f'WorldConfig: fps must be positive, got {self.fps}')

    def num_videos(self, split: str) -> int:
        """Videos of one split."""
        if split not in SPLITS:
            raise ValueError(f'WorldConfig: unknown split {split!r}; known: {", ".join(SPLITS)}')
        return self.num_train_videos if split == 'train' else self.num_val_videos

    def as_dict(self) -> dict[str, int | float]:
        """The knobs as JSON stores them."""
        return asdict(self)
