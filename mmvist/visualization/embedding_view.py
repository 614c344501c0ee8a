"""Where to look at embeddings from, for a whole video."""

from dataclasses import dataclass, replace

import numpy as np

from mmvist.structures import FrameResult
from mmvist.visualization.feature_maps import feature_map, instance_map

# What is left free around the instances, so that the scale need not change with every step that one takes.
ROOM = 1.25
# Weight of the whole image beside the instances: it decides where they do not vary.
IMAGE_WEIGHT = 0.01


@dataclass(frozen=True, eq=False)
class EmbeddingView:
    """Axes to look at embeddings along.

    Attributes:
        centre: (E,) what is seen in the middle: the mean of the instances' means.
        axes: (E, A) orthonormal columns.
        reach: (A,) how far from the middle instances have been along each axis, with some room.
        num_instances: Instances of the frame that the axes are from.
    """

    centre: np.ndarray
    axes: np.ndarray
    reach: np.ndarray
    num_instances: int

    def project(self, embeddings: np.ndarray) -> np.ndarray:
        """Coordinates (P, A) of embeddings (P, E)."""
        return (embeddings - self.centre) @ self.axes


def embeddings_of(result: FrameResult, num_axes: int) -> np.ndarray:
    """The feature `embedding` as (h * w, E); E is `num_axes` at least, with zeros where embeddings are shorter."""
    embedding = feature_map(result, 'embedding')
    pixels = embedding.reshape(len(embedding), -1).T
    return np.pad(pixels, ((0, 0), (0, max(num_axes - len(embedding), 0))))


def rows_of(result: FrameResult) -> np.ndarray:
    """The row of the instance of each of these pixels, (h * w,), or -1."""
    return instance_map(result, *feature_map(result, 'embedding').shape[1:]).ravel()


def follow(view: EmbeddingView | None, result: FrameResult, num_axes: int) -> EmbeddingView:
    """The view of the next frame of a video.

    The axes are the principal ones of the frame that has shown the most instances so far, each of which counts alike.
    A frame that shows more takes over, its axes turned to lie as near to the last ones as they can (orthogonal
    Procrustes). So a colour or a place means the same embedding from frame to frame but at the few moments where there
    is more to tell apart, and nothing ever becomes its mirror image. What is reached only grows.

    Args:
        view: That of the frame before; `None` at a video's first.
        result: The frame, with the feature `embedding`. Without instances it changes no view, and makes one of its
            whole image where there is none.
        num_axes: How many axes there are.
    """
    pixels, rows = embeddings_of(result, num_axes), rows_of(result)
    found, groups = np.unique(rows[rows >= 0], return_inverse=True)
    embeddings = pixels[rows >= 0]
    if not len(found):
        if view is not None:
            return view
        embeddings, groups = pixels, np.zeros(len(pixels), int)
    if view is None or len(found) > view.num_instances:
        centre = _means(embeddings, groups).mean(0)
        axes = _principal_axes(embeddings - centre, groups, np.cov(pixels.T), num_axes)
        reach = np.zeros(num_axes)
        if view is not None:
            left, _, right = np.linalg.svd(axes.T @ view.axes)
            axes = axes @ left @ right
            # A whole image reached as far as it did for want of instances.
            reach = view.reach if view.num_instances else reach
        view = EmbeddingView(centre, axes, reach, len(found))
    places = view.project(embeddings)
    means = _means(places, groups)
    spread = np.sqrt(_means((places - means[groups]) ** 2, groups))
    farthest = (abs(means) + 2 * spread).max(0)
    return replace(view, reach=np.where(farthest > view.reach, ROOM * farthest, view.reach))


def _means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Means (G, D) of the values (P, D) of each group (P,), every one of which has some."""
    return np.stack([np.bincount(groups, column) for column in values.T], 1) / np.bincount(groups)[:, None]


def _principal_axes(offsets: np.ndarray, groups: np.ndarray, of_image: np.ndarray, num_axes: int) -> np.ndarray:
    """Axes (E, num_axes) along which offsets (P, E) from the centre vary most, groups (P,) counting alike.

    Args:
        offsets: Of the instances' pixels.
        groups: Of these pixels.
        of_image: (E, E) covariance of the whole image.
        num_axes: How many axes there are.
    """
    sizes = np.bincount(groups)
    of_instances = (offsets / (len(sizes) * sizes[groups])[:, None]).T @ offsets
    axes = np.linalg.eigh(of_instances + IMAGE_WEIGHT * of_image)[1][:, ::-1][:, :num_axes]
    # An axis has no sign of its own.
    largest = np.take_along_axis(axes, abs(axes).argmax(0)[None], 0)
    return axes * np.where(largest < 0, -1, 1)
