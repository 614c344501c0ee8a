"""Drawing what was found: overlays, film strips, contact sheets."""

from mmvist.visualization.boxes import DrawBoxes
from mmvist.visualization.labels import DrawLabels
from mmvist.visualization.masks import DrawMasks
from mmvist.visualization.overlay import DEFAULT_DRAWINGS, Overlay
from mmvist.visualization.trails import DrawTrails

__all__ = ['DEFAULT_DRAWINGS', 'DrawBoxes', 'DrawLabels', 'DrawMasks', 'DrawTrails', 'Overlay']
