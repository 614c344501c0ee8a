"""Drawing what was found.

`Overlay` draws frames from parts: `DrawMasks`, `DrawTrails`, `DrawBoxes`, `DrawProposals` and `DrawLabels`, and those
that show what a model made of the image in its place, `ShowEmbedding`, `ShowEmbeddingScatter`, `ShowDepth`, `ShowFlow`,
`ShowNextFrame` and `ShowCorrelation`. `Panels` draws several overlays side by side, `TrackStrip` a row of pictures for
each track, `montage` a contact sheet; `OverlayWriter` stores the drawings of a video, `OverlayHook` of a run.
"""

from mmvist.visualization.boxes import DrawBoxes
from mmvist.visualization.depth import ShowDepth
from mmvist.visualization.embedding import ShowEmbedding
from mmvist.visualization.embedding_scatter import ShowEmbeddingScatter
from mmvist.visualization.flow import ShowFlow
from mmvist.visualization.hook import OverlayHook
from mmvist.visualization.labels import DrawLabels
from mmvist.visualization.masks import DrawMasks
from mmvist.visualization.montage import montage
from mmvist.visualization.next_frame import DrawProposals, ShowCorrelation, ShowNextFrame
from mmvist.visualization.overlay import DEFAULT_DRAWINGS, Overlay
from mmvist.visualization.overlay_writer import OverlayWriter
from mmvist.visualization.panels import Panels
from mmvist.visualization.strip import TrackStrip
from mmvist.visualization.trails import DrawTrails

__all__ = ['DEFAULT_DRAWINGS', 'DrawBoxes', 'DrawLabels', 'DrawMasks', 'DrawProposals', 'DrawTrails', 'Overlay',
           'OverlayHook', 'OverlayWriter', 'Panels', 'ShowCorrelation', 'ShowDepth', 'ShowEmbedding',
           'ShowEmbeddingScatter', 'ShowFlow', 'ShowNextFrame', 'TrackStrip', 'montage']
