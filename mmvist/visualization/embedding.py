"""Embeddings of pixels as colours."""

from collections.abc import Sequence

import numpy as np

from mmvist.registry import DRAWINGS
from mmvist.structures import FrameResult
from mmvist.visualization.embedding_view import EmbeddingView, embeddings_of, follow
from mmvist.visualization.feature_maps import feature_map, laid_over

NUM_COLOURS = 3
# Half the range of a channel is this distance of embeddings at least: what varies less is one thing, and looks like it.
LEAST_REACH = 1.0


@DRAWINGS.register_module()
class ShowEmbedding:
    """Shows the embedding of each pixel in place of the image: its principal axes as red, green and blue.

    All channels have one scale, so that colours differ as much as embeddings do along these axes. The axes are those of
    the instances, see `follow`; the background may lie beyond what can be shown.
    """

    features = ('embedding',)

    def remember(self, view: EmbeddingView | None, result: FrameResult) -> EmbeddingView:
        """The axes and the scale."""
        return follow(view, result, NUM_COLOURS)

    def draw(self, image: np.ndarray, result: FrameResult, classes: Sequence[str],
             view: EmbeddingView | None = None) -> np.ndarray:
        """The colours at the size of the image (H, W, 3), uint8 BGR."""
        view = self.remember(None, result) if view is None else view
        places = view.project(embeddings_of(result, NUM_COLOURS)) / max(view.reach.max(), LEAST_REACH)
        colours = np.clip(np.round(127.5 + 127.5 * places[:, ::-1]), 0, 255).astype(np.uint8)
        return laid_over(colours.reshape(*feature_map(result, 'embedding').shape[1:], NUM_COLOURS), image)
